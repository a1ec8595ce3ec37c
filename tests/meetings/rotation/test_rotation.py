"""What the rota promises to firms and coordinators, one by one."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.rotation import Company, Duty, Meeting, Policy, Role, plan
from tests.meetings.rotation.oracle import fullest_and_evenest

CHAIR, HOST = Role.CHAIR, Role.HOST
FOUNDED = date(2024, 3, 7)
START = date(2027, 1, 14)


def meetings_ahead(count=12, roles=(CHAIR, HOST), people=0):
    return [
        Meeting(number, START + timedelta(days=28 * (number - 1)), people, roles)
        for number in range(1, count + 1)
    ]


def firm(number, roles=(CHAIR, HOST), joined=FOUNDED, **facts):
    facts.setdefault("first_came", joined)
    return Company(number, joined, dict.fromkeys(roles, joined), **facts)


def firms(count, **facts):
    return [firm(number, **facts) for number in range(1, count + 1)]


def away_on(*meetings):
    return tuple((meeting.date, meeting.date) for meeting in meetings)


def duty(meeting, role, company, **facts):
    return Duty(meeting.id, meeting.date, role, company, **facts)


def long_past(number, role, company, months):
    return Duty(-number, START - timedelta(days=30 * months), role, company)


def takers(rota, role):
    return [turn.company for turn in rota.turns if turn.role is role]


def reason(rota, meeting, role=CHAIR):
    return next(t.reason for t in rota.turns if (t.meeting, t.role) == (meeting, role))


def as_duties(rota):
    return [Duty(t.meeting, t.date, t.role, t.company) for t in rota.turns if t.company]


few = settings(max_examples=60, deadline=None)
absences = st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=6)


def firms_with(absent, meetings):
    return [
        firm(number, away=away_on(*(m for m, gone in zip(meetings, row, strict=True) if gone)))
        for number, row in enumerate(absent, 1)
    ]


@few
@given(st.integers(1, 9), st.integers(1, 8))
def test_without_absences_no_eligible_firm_is_two_turns_ahead_of_another(count, ahead):
    rota = plan(meetings_ahead(ahead), firms(count))
    for role in Role:
        turns = Counter(takers(rota, role))
        counts = [turns[number] for number in range(1, count + 1)]
        assert sum(counts) == ahead
        assert max(counts) - min(counts) <= 1


@few
@given(st.lists(st.integers(0, 3), min_size=1, max_size=7), st.integers(1, 8))
def test_past_turns_are_evened_out_as_far_as_the_meetings_ahead_allow(had, ahead):
    past = [
        long_past(number * 10 + turn, CHAIR, number, months=1 + turn)
        for number, turns in enumerate(had, 1)
        for turn in range(turns)
    ]
    rota = plan(meetings_ahead(ahead, (CHAIR,)), firms(len(had)), past=past)
    for _ in range(ahead):
        had[had.index(min(had))] += 1
    turns = Counter(takers(rota, CHAIR)) + Counter(duty.company for duty in past)
    assert sorted(turns[number] for number in range(1, len(had) + 1)) == sorted(had)


@few
@given(absences)
def test_nobody_has_two_turns_while_one_who_could_take_them_has_none(absent):
    meetings = meetings_ahead(6, (CHAIR,))
    companies = firms_with(absent, meetings)
    chairs = takers(plan(meetings, companies), CHAIR)
    turns = Counter(chairs)
    for meeting, chair in zip(meetings, chairs, strict=True):
        for company in companies:
            if turns[chair] >= 2 and turns[company.id] == 0:
                assert meeting.date in {day for day, _ in company.away}


@few
@given(absences)
def test_the_first_round_ends_before_the_second_begins_for_those_who_can(absent):
    meetings = meetings_ahead(6, (CHAIR,))
    companies = {company.id: company for company in firms_with(absent, meetings)}
    chairs = takers(plan(meetings, companies.values()), CHAIR)
    for at, chair in enumerate(chairs):
        for later in range(at + 1, len(chairs)):
            waits = chairs[later]
            if chair and waits and chair in chairs[:at] and waits not in chairs[: at + 1]:
                days_away = {day for day, _ in companies[waits].away}
                others_away = {day for day, _ in companies[chair].away}
                assert meetings[at].date in days_away or meetings[later].date in others_away


@few
@given(absences)
def test_nobody_is_asked_for_a_day_it_is_away(absent):
    meetings = meetings_ahead(6)
    companies = {company.id: company for company in firms_with(absent, meetings)}
    for turn in plan(meetings, companies.values()).turns:
        if turn.company:
            assert (turn.date, turn.date) not in companies[turn.company].away


def test_a_firm_that_can_in_one_month_only_gets_that_month():
    meetings = meetings_ahead(4, (CHAIR,))
    companies = [*firms(5), firm(6, joined=date(2026, 9, 1), away=away_on(*meetings[:2], meetings[3]))]
    rota = plan(meetings, companies, past=[long_past(n, CHAIR, n, 3) for n in range(1, 6)])
    assert rota.company(3, CHAIR) == 6
    assert reason(rota, 3) == "Never chaired; member since September 2026"


def test_a_firm_that_can_in_one_month_only_goes_before_one_that_waited_longer():
    meetings = meetings_ahead(2, (CHAIR,))
    companies = [firm(1), firm(2, joined=date(2026, 2, 1), away=away_on(meetings[1]))]
    rota = plan(meetings, companies)
    assert takers(rota, CHAIR) == [2, 1]
    assert reason(rota, 1) == "Can chair on this date only; one ahead takes another date"
    assert [(p.company, p.reason) for p in rota.passed_over] == [(1, "Takes 11 February 2027")]


def test_a_declined_turn_is_not_given_to_that_firm_which_comes_next():
    meetings = meetings_ahead(4, (CHAIR,))
    rota = plan(meetings, firms(6), declined=[duty(meetings[1], CHAIR, 2)])
    assert takers(rota, CHAIR) == [1, 3, 2, 4]
    assert reason(rota, 3) == "Next in turn after declining 11 February 2027"


def test_who_declines_comes_before_a_firm_that_has_waited_longer():
    meetings = meetings_ahead(3, (CHAIR,))
    companies = [firm(1, away=away_on(meetings[0])), *firms(4)[1:]]
    rota = plan(meetings, companies, declined=[duty(meetings[0], CHAIR, 2)])
    assert takers(rota, CHAIR) == [3, 2, 1]


def test_a_turn_declined_twice_is_lost():
    meetings = meetings_ahead(6, (CHAIR,))
    once, twice = duty(meetings[0], CHAIR, 1), duty(meetings[1], CHAIR, 1)
    assert takers(plan(meetings, firms(5), declined=[once]), CHAIR) == [2, 1, 3, 4, 5, 2]
    assert takers(plan(meetings, firms(5), declined=[once, twice]), CHAIR) == [2, 3, 4, 5, 2, 1]


def test_accepted_and_pinned_turns_stay_and_count():
    meetings = meetings_ahead(4, (CHAIR,))
    fixed = [duty(meetings[0], CHAIR, 3), duty(meetings[3], CHAIR, 1, pinned=True)]
    rota = plan(meetings, firms(4), fixed=fixed)
    assert takers(rota, CHAIR) == [3, 2, 4, 1]
    assert reason(rota, 1) == "Already offered or agreed"
    assert reason(rota, 4) == "Pinned by the coordinator"


def test_a_fixed_turn_of_a_firm_that_has_left_keeps_its_place_until_it_is_taken_away():
    meetings = meetings_ahead(2, (CHAIR,))
    rota = plan(meetings, firms(2), fixed=[duty(meetings[0], CHAIR, 99)])
    assert takers(rota, CHAIR) == [99, 1]


def test_two_firms_fixed_to_one_turn_are_a_mistake():
    (meeting,) = meetings_ahead(1)
    with pytest.raises(ValueError, match="Two firms are fixed to chair meeting 1"):
        plan([meeting], firms(2), fixed=[duty(meeting, CHAIR, 1), duty(meeting, CHAIR, 2)])


def test_the_hosts_room_holds_all_who_come():
    (meeting,) = meetings_ahead(1, (HOST,), people=35)
    companies = [firm(1, room_for=20), firm(2, room_for=34), firm(3, room_for=35)]
    rota = plan([meeting], companies)
    assert takers(rota, HOST) == [3]
    assert reason(rota, 1, HOST) == "The only firm free to host that day; two ahead have too small a room"
    assert rota.passed_over[0].reason == "Its room holds 20; 35 are expected"


def test_no_room_is_too_small_to_chair():
    (meeting,) = meetings_ahead(1, (CHAIR,), people=35)
    assert takers(plan([meeting], [firm(1, room_for=2)]), CHAIR) == [1]


def test_chair_and_host_are_two_firms_if_two_can():
    rota = plan(meetings_ahead(6), firms(2))
    assert all(chair != host for chair, host in zip(takers(rota, CHAIR), takers(rota, HOST), strict=True))


def test_one_firm_chairs_and_hosts_where_the_policy_allows():
    rota = plan(meetings_ahead(3), firms(3), policy=Policy(one_firm_may_do_both=True))
    assert takers(rota, CHAIR) == takers(rota, HOST) == [1, 2, 3]


def test_the_only_firm_there_is_does_both():
    rota = plan(meetings_ahead(2), firms(1))
    assert takers(rota, CHAIR) == takers(rota, HOST) == [1, 1]


def test_a_firm_that_will_not_do_both_at_once_never_does():
    companies = [firm(1, both_at_once=False)]
    rota = plan(meetings_ahead(1), companies, policy=Policy(one_firm_may_do_both=True))
    assert (takers(rota, CHAIR), takers(rota, HOST)) == ([1], [None])
    assert reason(rota, 1, HOST) == "The only firm that could host chairs that day"


def test_turns_of_a_firm_are_as_far_apart_as_the_policy_says():
    meetings = meetings_ahead(6)
    policy = Policy(gap_days=40)
    past = [long_past(1, CHAIR, 1, months=1)]
    rota = plan(meetings, firms(6), past=past, policy=policy)
    assert not rota.open_turns
    for number in range(1, 7):
        days = {turn.date for turn in rota.turns if turn.company == number}
        days |= {duty.date for duty in past if duty.company == number}
        assert all((later - sooner).days >= 40 for sooner, later in pairwise(sorted(days)))


def test_a_newcomer_joins_the_queue_after_its_first_meeting():
    meetings = meetings_ahead(3, (CHAIR,))
    newcomer = firm(2, joined=date(2026, 12, 1), first_came=None)
    past = [long_past(1, CHAIR, 1, 2)]
    rota = plan(meetings, [firm(1), newcomer], past=past)
    assert takers(rota, CHAIR) == [1, 1, 1]
    assert rota.queue[-1].note == "Joins the queue after its first meeting"
    rota = plan(meetings, [firm(1), replace(newcomer, first_came=meetings[0].date)], past=past)
    assert takers(rota, CHAIR) == [1, 2, 1]


def test_a_newcomer_is_not_owed_the_turns_from_before_its_time():
    past = [long_past(turn, CHAIR, 1 + turn % 3, 2 + turn) for turn in range(12)]
    companies = [*firms(3), firm(4, joined=date(2026, 12, 1))]
    meetings = meetings_ahead(4, (CHAIR,))
    assert takers(plan(meetings, companies, past=past), CHAIR) == [4, 3, 2, 1]
    owed = plan(meetings, companies, past=past, policy=Policy(newcomers_start_level=False))
    assert takers(owed, CHAIR) == [4, 4, 4, 4]


@few
@given(st.randoms(use_true_random=False), st.integers(2, 7))
def test_the_same_input_in_any_order_gives_the_same_plan(order, count):
    meetings = meetings_ahead(6)
    companies = [firm(n, away=away_on(*order.sample(meetings, 2))) for n in range(1, count + 1)]
    past = [long_past(n, order.choice(list(Role)), order.randint(1, count), n) for n in range(1, 9)]
    declined = [duty(meetings[0], CHAIR, 1), duty(meetings[2], HOST, 2)]
    proposed = as_duties(plan(meetings, companies, past=past))

    def shuffled():
        for part in (meetings, companies, past, declined, proposed):
            yield order.sample(part, len(part))

    def planned():
        some, members, before, refused, before_now = shuffled()
        return plan(some, members, past=before, declined=refused, proposed=before_now)

    assert planned() == planned()


@few
@given(absences)
def test_planning_again_changes_nothing_when_nothing_has_changed(absent):
    meetings = meetings_ahead(6)
    companies = firms_with(absent, meetings)
    rota = plan(meetings, companies)
    again = plan(meetings, companies, proposed=as_duties(rota))
    assert again == rota
    assert not any(turn.changed for turn in again.turns)


@few
@given(st.integers(8, 14), st.integers(0, 6), st.randoms(use_true_random=False))
def test_after_one_refusal_two_turns_change_the_one_refused_and_the_one_it_comes_to(count, at, order):
    meetings = meetings_ahead(8, (CHAIR,))
    companies = firms(count)
    names = order.sample(range(1, count + 1), 8)
    proposed = [duty(meeting, CHAIR, name) for meeting, name in zip(meetings, names, strict=True)]
    assert takers(plan(meetings, companies, proposed=proposed), CHAIR) == names
    rota = plan(meetings, companies, proposed=proposed, declined=[proposed[at]])
    assert [turn.meeting for turn in rota.turns if turn.changed] == [at + 1, at + 2]
    assert takers(rota, CHAIR)[at + 1] == names[at]


def test_a_proposed_turn_that_can_stay_beats_the_lower_id():
    (meeting,) = meetings_ahead(1, (CHAIR,))
    assert takers(plan([meeting], firms(3)), CHAIR) == [1]
    assert takers(plan([meeting], firms(3), proposed=[duty(meeting, CHAIR, 3)]), CHAIR) == [3]


def test_the_longest_waiting_come_first_never_served_before_all():
    companies = [firm(1), firm(2), firm(3, joined=date(2026, 1, 9)), firm(4, joined=date(2025, 6, 2))]
    past = [long_past(1, CHAIR, 1, months=4), long_past(2, CHAIR, 2, months=9)]
    rota = plan(meetings_ahead(4, (CHAIR,)), companies, past=past)
    assert takers(rota, CHAIR) == [4, 3, 2, 1]
    assert [turn.reason for turn in rota.turns] == [
        "Never chaired; member since June 2025",
        "Never chaired; member since January 2026",
        "Next in turn; last turn April 2026",
        "Next in turn; last turn September 2026",
    ]
    assert [(place.company, place.turns, place.note) for place in rota.queue if place.role is CHAIR] == [
        (4, 0, "Never chaired"),
        (3, 0, "Never chaired"),
        (2, 1, ""),
        (1, 1, ""),
    ]


def test_the_reason_says_how_many_ahead_are_away():
    meetings = meetings_ahead(1, (CHAIR,))
    companies = [*firms(2, away=away_on(*meetings)), *firms(4, joined=date(2025, 5, 5))[2:]]
    rota = plan(meetings, companies, past=[long_past(1, CHAIR, 3, 8), long_past(2, CHAIR, 4, 5)])
    assert reason(rota, 1) == "Next in turn; last turn May 2026; two ahead are away"


@pytest.mark.parametrize(
    ("companies", "why"),
    [
        ([], "No firm has offered to host"),
        ([firm(1, (CHAIR,))], "No firm has offered to host"),
        ([firm(1, (HOST,), first_came=None)], "Nobody who offers to host has been to a meeting yet"),
        (firms(2, away=((START, START),)), "Nobody who can host is free that day"),
        (firms(2, room_for=10), "No host's room holds 30"),
        ([firm(1, room_for=10), firm(2, away=((START, START),))],
         "Nobody can host: one is away, one has too small a room"),
    ],
)  # fmt: skip
def test_a_turn_nobody_takes_says_why(companies, why):
    rota = plan(meetings_ahead(1, (HOST,), people=30), companies)
    assert [(turn.company, turn.reason) for turn in rota.open_turns] == [(None, why)]


def test_a_turn_all_have_declined_says_so():
    (meeting,) = meetings_ahead(1, (CHAIR,))
    rota = plan([meeting], firms(2), declined=[duty(meeting, CHAIR, 1), duty(meeting, CHAIR, 2)])
    assert rota.open_turns[0].reason == "Everybody who could chair has declined"


def test_nothing_ahead_is_a_plan_too():
    assert plan([], firms(3)).turns == ()
    assert plan([], []).queue == ()


def test_a_meeting_has_only_the_turns_it_has_to_give():
    rota = plan([Meeting(1, START, roles=(CHAIR,)), Meeting(2, START, roles=())], firms(2))
    assert [(turn.meeting, turn.role) for turn in rota.turns] == [(1, CHAIR)]


@pytest.mark.parametrize("seed", range(8))
def test_a_large_cluster_is_planned_as_full_and_even_as_a_matching_proves_possible(seed):
    chance = random.Random(seed)
    meetings = meetings_ahead(12, (CHAIR,))
    companies = [
        firm(n, away=away_on(*(m for m in meetings if chance.random() < 0.6))) for n in range(1, 41)
    ][: chance.choice([5, 12, 40])]
    past = [
        long_past(n, CHAIR, chance.choice(companies).id, months=1 + n) for n in range(chance.choice([0, 30]))
    ]
    chairs = takers(plan(meetings, companies, past=past), CHAIR)
    had = {company.id: 0 for company in companies} | Counter(duty.company for duty in past)
    options = {
        meeting.id: {c.id for c in companies if (meeting.date, meeting.date) not in c.away}
        for meeting in meetings
    }
    counts = Counter(chair for chair in chairs if chair)
    evenness = sum((had[number] + counts[number]) ** 2 for number in had)
    assert (sum(counts.values()), evenness) == fullest_and_evenest(options, had)
