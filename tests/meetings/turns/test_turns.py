from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act
from meetings import agendas
from meetings.models import Duty, Meeting
from meetings.turns import duties, swaps, turns
from meetings.turns.duties import MAY_FOLLOW, State
from members import memberships
from members.models import OutgoingMail
from tests.factories import (
    CompanyFactory,
    DutyFactory,
    MeetingFactory,
    MembershipFactory,
    RegistrationFactory,
    RepresentativeFactory,
    RotaOfferFactory,
    VenueFactory,
)


def in_days(days: int):
    return (timezone.localtime() + timedelta(days=days)).replace(hour=17, minute=30, second=0, microsecond=0)


@pytest.fixture
def meeting(lancaster):
    return MeetingFactory(cluster=lancaster, state="draft", starts_at=in_days(60))


@pytest.fixture
def willing(lancaster):
    """Makes a member firm in the queue, with somebody who answers for it."""

    def make(name, role="chair", **offer):
        company = MembershipFactory(cluster=lancaster, company__name=name).company
        RepresentativeFactory(company=company)
        RotaOfferFactory(cluster=lancaster, company=company, role=role, **offer)
        past = MeetingFactory(cluster=lancaster, state="held", starts_at=in_days(-60))
        RegistrationFactory(meeting=past, company=company, state="attended")
        return company

    return make


@pytest.fixture
def proposed(meeting, firm, member):
    return DutyFactory(meeting=meeting, company=firm, state="proposed", reason="Never chaired.")


@pytest.fixture
def offered(proposed):
    return turns.offer(proposed, by=None)


@pytest.fixture
def accepted(offered, member):
    return turns.accept(offered, by=member)


def mails(kind):
    return OutgoingMail.objects.filter(kind=kind)


def state_of(duty) -> str:
    return Duty.objects.get(pk=duty.pk).state


# --- the table ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("new", State)
@pytest.mark.parametrize("old", State)
def test_a_turn_takes_the_steps_of_the_table_and_no_others(old, new, lancaster, firm):
    duty = DutyFactory(meeting=MeetingFactory(cluster=lancaster), company=firm, state=old)
    if new in MAY_FOLLOW[old]:
        duties.step(duty, new, by=None, verb="moved")
        assert (state_of(duty), Duty.objects.get().version) == (new, 1)
        assert Act.objects.filter(verb="moved", cluster=lancaster).count() == 1
    else:
        with pytest.raises(Refused, match="Fellside Analytics"):
            duties.step(duty, new, by=None, verb="moved")
        assert (state_of(duty), Duty.objects.get().version) == (old, 0)
        assert not Act.objects.exists()


ACTS = {
    "offer": (lambda duty, user: turns.offer(duty, by=user), {State.PROPOSED}),
    "accept": (lambda duty, user: turns.accept(duty, by=user), {State.OFFERED}),
    "accept for it": (
        lambda duty, user: turns.accept(duty, by=user, on_behalf=True),
        {State.PROPOSED, State.OFFERED},
    ),
    "decline": (lambda duty, user: turns.decline(duty, by=user), {State.OFFERED}),
    "decline for it": (
        lambda duty, user: turns.decline(duty, by=user, on_behalf=True),
        {State.PROPOSED, State.OFFERED},
    ),
    "give back": (lambda duty, user: turns.give_back(duty, by=user), {State.ACCEPTED}),
    "withdraw": (
        lambda duty, user: turns.withdraw(duty, by=user, because="They moved away."),
        {State.PROPOSED, State.OFFERED, State.ACCEPTED},
    ),
    "fulfil": (lambda duty, user: turns.fulfil(duty, by=user), {State.ACCEPTED, State.MISSED}),
    "pin": (lambda duty, user: duties.pin(duty, by=user), set(Duty.OPEN)),
    "ask for a swap": (lambda duty, user: swaps.ask(duty, by=user), {State.ACCEPTED}),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_refused_where_it_makes_no_sense(act, state, meeting, firm, member, willing):
    willing("Sandside Maps")
    duty = DutyFactory(meeting=meeting, company=firm, state=state)
    do, allowed = ACTS[act]
    if state in allowed:
        do(duty, member)
    else:
        with pytest.raises(Refused):
            do(duty, member)
        assert state_of(duty) == state
        assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("state", ["held", "cancelled"])
def test_turns_of_a_closed_meeting_stay(state, offered, member):
    Meeting.objects.filter(pk=offered.meeting_id).update(state=state)
    with pytest.raises(Refused, match="stay as they were"):
        turns.accept(offered, by=member)


# --- asking -------------------------------------------------------------------------------------------
def test_lead_and_deputy_are_asked_and_colleagues_are_not(proposed, firm, member):
    deputy = RepresentativeFactory(company=firm, role="deputy").user
    RepresentativeFactory(company=firm, role="member")
    turns.offer(proposed, by=None)
    assert {mail.to for mail in mails("turn-offer")} == {member.email, deputy.email}
    assert "Never chaired." in mails("turn-offer").first().text


def test_the_answer_is_due_so_many_days_before_the_meeting_as_the_cluster_wants(offered, lancaster):
    assert offered.answer_by == offered.meeting.day - timedelta(days=lancaster.answer_days)


def test_who_is_asked_late_has_three_days(proposed):
    Meeting.objects.filter(pk=proposed.meeting_id).update(
        starts_at=in_days(10), ends_at=in_days(10) + timedelta(hours=2)
    )
    assert turns.offer(proposed, by=None).answer_by == timezone.localdate() + timedelta(days=3)


def test_nobody_answers_after_the_day_of_the_meeting(proposed):
    soon = in_days(1)
    Meeting.objects.filter(pk=proposed.meeting_id).update(starts_at=soon, ends_at=soon + timedelta(hours=2))
    assert turns.offer(proposed, by=None).answer_by == soon.date()


def test_a_firm_without_people_here_is_asked_by_word_of_mouth(meeting, lancaster, coordinator):
    company = MembershipFactory(cluster=lancaster).company
    duty = DutyFactory(meeting=meeting, company=company, state="proposed")
    with pytest.raises(Refused, match="say yes for them here"):
        turns.offer(duty, by=coordinator)
    turns.accept(duty, by=coordinator, on_behalf=True)
    assert Act.objects.filter(verb="accepted the turn of", note="On the firm’s behalf.").exists()
    assert turns.release_absent() == 0


def test_nobody_is_asked_while_the_cluster_rests(proposed, lancaster):
    lancaster.state = "resting"
    lancaster.save()
    with pytest.raises(Refused, match="resting"):
        turns.offer(proposed, by=None)


# --- answering ----------------------------------------------------------------------------------------
def test_the_showcase_comes_with_the_yes(accepted, firm, member):
    assert accepted.meeting.agenda.get(kind="showcase").company == firm
    assert (accepted.decided_by, mails("turn-accepted").get().to) == (member, member.email)


def test_the_meeting_takes_the_room_of_its_host_and_loses_it_with_them(meeting, firm, member):
    room = VenueFactory(cluster=meeting.cluster, company=firm)
    duty = DutyFactory(meeting=meeting, company=firm, role="host", state="offered")
    turns.accept(duty, by=member)
    assert Meeting.objects.get(pk=meeting.pk).venue == room
    turns.give_back(duty, by=member)
    assert Meeting.objects.get(pk=meeting.pk).venue is None


def test_another_place_that_was_chosen_stays(meeting, firm, member):
    hall = VenueFactory(cluster=meeting.cluster)
    Meeting.objects.filter(pk=meeting.pk).update(venue=hall)
    VenueFactory(cluster=meeting.cluster, company=firm)
    duty = DutyFactory(meeting=meeting, company=firm, role="host", state="offered")
    turns.accept(duty, by=member)
    turns.give_back(duty, by=member)
    assert Meeting.objects.get(pk=meeting.pk).venue == hall


def test_a_room_too_small_for_those_who_come_is_not_taken(meeting, firm, member):
    VenueFactory(cluster=meeting.cluster, company=firm, capacity=2)
    for _ in range(3):
        RegistrationFactory(meeting=meeting)
    duty = DutyFactory(meeting=meeting, company=firm, role="host", state="offered")
    with pytest.raises(Refused, match="3 people have said they will come"):
        turns.accept(duty, by=member)
    assert state_of(duty) == "offered"


def test_a_no_asks_the_next_firm_and_not_the_same_again(offered, member, willing, firm):
    RotaOfferFactory(cluster=offered.meeting.cluster, company=firm)
    following = willing("Sandside Maps")
    turns.decline(offered, by=member, note="Away at a fair.")
    asked = offered.meeting.duties.get(state="offered")
    assert asked.company == following
    assert mails("turn-offer").filter(user__representations__company=following).count() == 1
    assert Act.objects.get(verb="declined the turn of").note == "Away at a fair."
    assert not mails("turn-for-coordinators").exists()


def test_the_coordinator_hears_when_nobody_is_left(offered, member, coordinator):
    turns.decline(offered, by=member)
    mail = mails("turn-for-coordinators").get()
    assert mail.to == coordinator.email
    assert "Nobody is left to ask" in mail.text


def test_a_firm_nobody_answers_for_is_not_asked_by_the_plan(offered, member, willing, coordinator):
    willing("Silent Systems").representatives.all().delete()
    turns.decline(offered, by=member)
    assert not offered.meeting.duties.filter(state__in=Duty.OPEN).exists()
    assert mails("turn-for-coordinators").exists()


def test_nobody_says_yes_after_the_last_day(offered, member):
    later = in_days(50)
    with pytest.raises(Refused, match="The last day to answer was"):
        turns.accept(offered, by=member, now=later)
    turns.accept(offered, by=member, on_behalf=True, now=later)


def test_nobody_agrees_to_what_they_have_not_read(offered, member):
    read = offered.version
    turns.ask_again(offered.meeting)
    with pytest.raises(Refused, match="has changed since"):
        turns.accept(offered, by=member, version=read)


def test_a_firm_that_has_left_does_not_say_yes(offered, member, firm, lancaster):
    memberships.leave(firm.memberships.get(), by=member)
    with pytest.raises(Refused, match="is not a member"):
        turns.accept(offered, by=member)


def test_a_turn_given_back_goes_to_the_next_and_the_coordinator_hears(accepted, member, willing, coordinator):
    following = willing("Sandside Maps")
    turns.give_back(accepted, by=member, note="Flu.")
    assert accepted.meeting.duties.get(state="offered").company == following
    assert not accepted.meeting.agenda.filter(kind="showcase").exists()
    text = mails("turn-for-coordinators").get().text
    assert "Flu." in text and "Sandside Maps is asked next." in text


# --- the coordinator's word ---------------------------------------------------------------------------
def test_a_turn_taken_away_needs_a_reason_that_the_firm_reads(accepted, coordinator, member):
    with pytest.raises(Refused, match="Say why"):
        turns.withdraw(accepted, by=coordinator, because=" ")
    turns.withdraw(accepted, by=coordinator, because="The room is being painted.")
    assert "The room is being painted." in mails("turn-taken-away").get().text


def test_another_firm_than_the_plan_s_is_pinned_with_the_reason(accepted, coordinator, willing):
    other = willing("Sandside Maps")
    duty = duties.override(accepted.meeting, "chair", other, by=coordinator, reason="Their anniversary.")
    assert (duty.state, duty.pinned, duty.reason) == ("proposed", True, "Their anniversary.")
    assert state_of(accepted) == "withdrawn"
    assert Act.objects.get(verb="chose, against the plan, the turn of").note == "Their anniversary."
    assert mails("turn-taken-away").exists()


def test_an_override_without_a_reason_is_refused(meeting, firm, coordinator):
    with pytest.raises(Refused, match="Say why"):
        duties.override(meeting, "chair", firm, by=coordinator, reason="")


def test_a_proposal_moves_silently_unless_it_is_pinned(proposed, willing, coordinator):
    other, meeting = willing("Sandside Maps"), proposed.meeting
    assert duties.propose(meeting, "chair", other, reason="Next.").company == other
    duties.pin(meeting.duties.get(), by=coordinator)
    with pytest.raises(Refused, match="is pinned"):
        duties.propose(meeting, "chair", None)
    duties.unpin(meeting.duties.get(), by=coordinator)
    assert duties.propose(meeting, "chair", None) is None
    assert not meeting.duties.exists() and not OutgoingMail.objects.exists()


def test_who_was_asked_is_not_planned_away(offered, willing):
    with pytest.raises(Refused, match="has been asked"):
        duties.propose(offered.meeting, "chair", willing("Sandside Maps"))


def test_pinning_leaves_the_links_in_mails_alone(offered, coordinator):
    duties.pin(offered, by=coordinator)
    assert Duty.objects.get().version == offered.version


def test_a_turn_that_was_missed_counts_no_more(lancaster, firm, coordinator):
    over = MeetingFactory(cluster=lancaster, state="held", starts_at=in_days(-2))
    duty = DutyFactory(meeting=over, company=firm, state="fulfilled")
    turns.miss(duty, by=coordinator, note="Did not turn up.")
    assert state_of(duty) == "missed"
    turns.fulfil(duty, by=coordinator)
    assert state_of(duty) == "fulfilled"


def test_nothing_is_missed_before_it_starts(accepted, coordinator):
    with pytest.raises(Refused, match="still ahead"):
        turns.miss(accepted, by=coordinator)


# --- the clock ----------------------------------------------------------------------------------------
def test_silence_passes_the_turn_on_once(offered, willing):
    following = willing("Sandside Maps")
    assert turns.expire_due(in_days(30)) == 0
    assert turns.expire_due(in_days(45)) == 1
    assert (state_of(offered), offered.meeting.duties.get(state="offered").company) == ("expired", following)
    assert turns.expire_due(in_days(45)) == 0


def test_the_last_day_is_a_whole_day(offered):
    last = timezone.localtime().replace(
        year=offered.answer_by.year,
        month=offered.answer_by.month,
        day=offered.answer_by.day,
        hour=23,
        minute=58,
    )
    assert turns.expire_due(last) == 0
    assert turns.expire_due(last + timedelta(minutes=3)) == 1


def test_a_firm_that_leaves_after_its_yes_lets_go_and_the_coordinator_hears(
    accepted, member, firm, willing, coordinator
):
    following = willing("Sandside Maps")
    memberships.leave(firm.memberships.get(), by=member)
    turns.run_clock()
    assert state_of(accepted) == "withdrawn"
    assert accepted.meeting.duties.get(state="offered").company == following
    assert "Fellside Analytics has left." in mails("turn-for-coordinators").get().text


def test_so_does_one_whose_last_representative_goes(accepted, firm, coordinator):
    firm.representatives.update(state="ended")
    assert turns.release_absent() == 1
    assert state_of(accepted) == "withdrawn"
    assert "Nobody answers for Fellside Analytics any more." in mails("turn-for-coordinators").get().text


def test_and_one_whose_people_were_deleted(accepted, firm, member, coordinator):
    firm.representatives.all().delete()
    member.emailaddress_set.all().delete()
    member.delete()
    assert turns.release_absent() == 1


def test_turns_of_a_meeting_called_off_end_quietly(lancaster, firm, member):
    meeting = MeetingFactory(cluster=lancaster)
    duty = DutyFactory(meeting=meeting, company=firm, decided_by=member)
    agendas.call_off(meeting, by=None, because="Snow.")
    turns.run_clock()
    assert state_of(duty) == "withdrawn"
    assert not mails("turn-for-coordinators").exists()


def test_firms_are_reminded_fourteen_and_three_days_before_once_each(accepted, member):
    for days in (45, 46, 47, 56, 57, 58, 59):
        turns.remind(in_days(days))
        turns.remind(in_days(days) + timedelta(minutes=1))
    assert mails("turn-reminder").count() == 2
    assert {mail.subject[:10] for mail in mails("turn-reminder")} == {"In 14 days", "In 3 days "}


def test_who_agreed_yesterday_is_not_reminded_today(firm, lancaster, member):
    duty = DutyFactory(
        meeting=MeetingFactory(cluster=lancaster, starts_at=in_days(10)), company=firm, state="offered"
    )
    turns.accept(duty, by=member)
    turns.remind()
    assert not mails("turn-reminder").exists()


# --- the meeting moves --------------------------------------------------------------------------------
def test_a_moved_meeting_asks_again_and_keeps_the_showcase_for_the_same_chair(accepted, member):
    turns.name_showcase(accepted, title="Maps of mud", summary="", by=member)
    was, version = accepted.meeting.starts_at, accepted.version
    Meeting.objects.filter(pk=accepted.meeting_id).update(starts_at=in_days(70), ends_at=in_days(71))
    accepted.meeting.refresh_from_db()
    asked = turns.ask_again(accepted.meeting, moved_from=was)
    assert [(one.state, one.version > version) for one in asked] == [("offered", True)]
    assert "has moved" in mails("turn-offer").order_by("pk").last().text
    turns.accept(asked[0], by=member)
    assert accepted.meeting.agenda.get(kind="showcase").title == "Maps of mud"


def test_firms_without_people_keep_their_word_when_a_meeting_moves(meeting, lancaster, coordinator):
    company = MembershipFactory(cluster=lancaster).company
    duties.assign(meeting, "chair", company, by=coordinator)
    assert turns.ask_again(meeting) == []
    assert meeting.agreed_company("chair") == company


# --- the showcase -------------------------------------------------------------------------------------
def test_the_chair_names_its_showcase(accepted, member):
    turns.name_showcase(accepted, title="Maps of mud", summary="Where it shifts.", by=member)
    item = accepted.meeting.agenda.get(kind="showcase")
    assert (item.title, item.summary, item.minutes) == ("Maps of mud", "Where it shifts.", 20)
    assert not mails("turn-for-coordinators").exists()


def test_once_the_agenda_is_out_the_change_waits_for_the_coordinator(accepted, member, coordinator):
    meeting = accepted.meeting
    Meeting.objects.filter(pk=meeting.pk).update(venue=VenueFactory(cluster=meeting.cluster))
    agendas.publish(meeting, by=coordinator)
    for title in ("Maps of mud", "Maps of sand"):
        turns.name_showcase(accepted, title=title, summary="", by=member)
    assert mails("turn-for-coordinators").count() == 1
    assert agendas.problems(meeting) == []
    assert not mails("agenda-changes").exists()


def test_hosts_and_former_chairs_have_no_showcase(meeting, firm, member):
    host = DutyFactory(meeting=meeting, company=firm, role="host")
    former = DutyFactory(meeting=meeting, company=firm, state="declined")
    for duty in (host, former):
        with pytest.raises(Refused):
            turns.name_showcase(duty, title="Maps", summary="", by=member)


def test_a_firm_of_another_cluster_is_never_asked(meeting, coordinator):
    with pytest.raises(Refused, match="is not a member"):
        duties.override(meeting, "chair", CompanyFactory(), by=coordinator, reason="Why not.")
