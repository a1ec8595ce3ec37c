"""The planner against a search through every plan, on small cases of every kind."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.rotation import Company, Duty, Meeting, Policy, Role, plan
from tests.meetings.rotation.oracle import Case, best_plan

START = date(2027, 1, 14)
JOINED = [date(2020, 3, 2), date(2020, 3, 2), date(2024, 3, 1), date(2026, 2, 1)]
EXAMPLES = 1500


def random_case(chance, meetings, firms, roles=tuple(Role), gaps=(0,), alike=False):
    """`alike`: firms with the same record, so that ties abound."""
    steps = [chance.choice([0, 21, 28, 28, 35]) for _ in range(meetings)]
    ids = chance.sample(range(1, meetings + 1), meetings)
    ahead = [
        Meeting(
            ids[at],
            START + timedelta(days=sum(steps[:at])),
            chance.choice([0, 20, 40]),
            roles if chance.random() < 0.8 else (chance.choice(roles),),
        )
        for at in range(meetings)
    ]
    companies = [random_company(chance, number, ahead, roles, alike) for number in range(1, firms + 1)]
    anybody = range(1, firms + 2)  # one firm has left

    def duties(most):
        slots = [(meeting, role) for meeting in ahead for role in meeting.roles]
        chosen = chance.sample(slots, chance.randint(0, min(most, len(slots))))
        return [Duty(m.id, m.date, role, chance.choice(anybody)) for m, role in chosen]

    past = [
        Duty(-number, START - timedelta(days=30 * number), chance.choice(roles), chance.choice(anybody))
        for number in range(1, 1 if alike else chance.choice([1, 4, 8]))
    ]
    policy = Policy(chance.random() < 0.2, chance.choice(gaps), chance.random() < 0.5)
    declined, fixed, proposed = duties(3), duties(1), duties(10)
    return Case(ahead, companies, past, declined, fixed, proposed, policy)


def random_company(chance, number, ahead, roles, alike):
    joined = JOINED[0] if alike else chance.choice(JOINED)
    offered = chance.choice([joined, joined, joined, date(2026, 12, 24)])
    came = chance.choice([joined, joined, joined, joined, date(2026, 12, 1), ahead[0].date, None])
    return Company(
        number,
        joined,
        {role: joined if alike else offered for role in roles if chance.random() < 0.85},
        joined if alike else came,
        chance.choice([None, None, 30, 60]),
        chance.random() < 0.7,
        tuple(
            (meeting.date, meeting.date + timedelta(days=1)) for meeting in ahead if chance.random() < 0.25
        ),
    )


def assert_is_the_best(case):
    found = plan(
        case.meetings,
        case.companies,
        past=case.past,
        declined=case.declined,
        fixed=case.fixed,
        proposed=case.proposed,
        policy=case.policy,
    )
    _, best = best_plan(case)
    assert {(t.meeting, t.role): t.company for t in found.turns} == case.pinned | best
    assert [(t.meeting, t.role) for t in found.turns] == case.slots
    assert all(turn.reason for turn in found.turns)


many = settings(max_examples=EXAMPLES, deadline=None)
chances = st.randoms(use_true_random=True)  # seeded by hypothesis; quicker than to draw each fact


@many
@given(chances, st.integers(1, 3), st.integers(1, 4))
def test_two_roles_plan_as_the_search_does(chance, meetings, firms):
    assert_is_the_best(random_case(chance, meetings, firms))


@many
@given(chances, st.integers(2, 3), st.integers(2, 4))
def test_two_roles_with_a_gap_plan_as_the_search_does(chance, meetings, firms):
    assert_is_the_best(random_case(chance, meetings, firms, gaps=(22, 30, 60)))


@many
@given(chances, st.integers(2, 6), st.integers(2, 4))
def test_chairs_alone_plan_as_the_search_does(chance, meetings, firms):
    assert_is_the_best(random_case(chance, meetings, firms, (Role.CHAIR,), gaps=(0, 0, 30)))


@many
@given(chances, st.integers(2, 5), st.integers(2, 5))
def test_hosts_alone_plan_as_the_search_does(chance, meetings, firms):
    assert_is_the_best(random_case(chance, meetings, firms, (Role.HOST,), gaps=(0, 0, 40)))


@many
@given(chances, st.integers(2, 3), st.integers(2, 4))
def test_ties_are_broken_as_the_search_does(chance, meetings, firms):
    assert_is_the_best(random_case(chance, meetings, firms, gaps=(0, 0, 30), alike=True))


@many
@given(chances, st.integers(3, 6), st.integers(2, 4))
def test_ties_over_several_rounds_are_broken_as_the_search_does(chance, meetings, firms):
    roles = (chance.choice(list(Role)),)
    assert_is_the_best(random_case(chance, meetings, firms, roles, gaps=(0, 0, 30), alike=True))
