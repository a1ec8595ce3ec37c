"""The planner against a search through every plan, on small cases of every kind."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetings.rotation import Company, Duty, Meeting, Policy, Role, plan
from tests.meetings.rotation_oracle import Case, best_plan

START = date(2027, 1, 14)
LONG_AGO = date(2019, 5, 1)
JOINED = [date(2020, 3, 2), date(2020, 3, 2), date(2024, 3, 1), date(2026, 2, 1)]
EXAMPLES = 600


@st.composite
def cases(draw, *, most_meetings, most_firms, roles=tuple(Role), gaps=(0,), quiet=False):
    """`quiet`: firms with the same record, so that ties abound."""
    steps = draw(st.lists(st.sampled_from([0, 21, 28, 28, 35]), min_size=1, max_size=most_meetings))
    days = [START + timedelta(days=sum(steps[:at])) for at in range(len(steps))]
    ids = draw(st.permutations(range(1, len(days) + 1)))
    one_role = st.sampled_from([*roles, None, None, None])
    meetings = []
    for meeting, day in zip(ids, days, strict=True):
        only = draw(one_role)
        turns = roles if only is None else (only,)
        meetings.append(Meeting(meeting, day, draw(st.sampled_from([0, 20, 40])), turns))
    companies = [
        draw(companies_at(firm, days, roles, quiet))
        for firm in range(1, draw(st.integers(1, most_firms)) + 1)
    ]
    firm = st.integers(1, len(companies) + 1)  # one of them may have left
    past = [
        Duty(-number, START - timedelta(days=30 * months), draw(st.sampled_from(roles)), draw(firm))
        for number, months in enumerate(
            draw(st.lists(st.sampled_from([1, 1, 2, 5, 40]), max_size=0 if quiet else 5)), 1
        )
    ]
    slots = [(meeting, role) for meeting in meetings for role in meeting.roles]

    def duties(most):
        chosen = draw(st.lists(st.sampled_from(slots), max_size=most, unique=True))
        return [Duty(m.id, m.date, role, draw(firm)) for m, role in chosen]

    declined = duties(3) if not quiet else duties(1)
    fixed, proposed = duties(0 if quiet else 2), duties(len(slots))
    policy = Policy(draw(st.booleans()), draw(st.sampled_from(gaps)), draw(st.booleans()))
    return Case(meetings, companies, past, declined, fixed, proposed, policy)


@st.composite
def companies_at(draw, firm, days, roles, quiet):
    joined = JOINED[0] if quiet else draw(st.sampled_from(JOINED))
    offered = draw(st.sampled_from([joined, joined, date(2026, 12, 24)]))
    offers = {role: offered for role in roles if draw(st.integers(0, 4))}
    came = draw(st.sampled_from([joined, joined, joined, date(2026, 12, 1), days[0], None]))
    away = [(day, day + timedelta(days=1)) for day in days if draw(st.integers(0, 3)) == 0]
    return Company(
        firm,
        joined,
        offers,
        joined if quiet else came,
        draw(st.sampled_from([None, 30, 60])),
        draw(st.sampled_from([True, True, False])),
        tuple(away),
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


many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(cases(most_meetings=3, most_firms=3))
def test_two_roles_plan_as_the_search_does(case):
    assert_is_the_best(case)


@many
@given(cases(most_meetings=3, most_firms=3, gaps=(22, 30, 60)))
def test_two_roles_with_a_gap_plan_as_the_search_does(case):
    assert_is_the_best(case)


@many
@given(cases(most_meetings=5, most_firms=4, roles=(Role.CHAIR,), gaps=(0, 0, 30)))
def test_chairs_alone_plan_as_the_search_does(case):
    assert_is_the_best(case)


@many
@given(cases(most_meetings=5, most_firms=4, roles=(Role.HOST,), gaps=(0, 0, 40)))
def test_hosts_alone_plan_as_the_search_does(case):
    assert_is_the_best(case)


@many
@given(cases(most_meetings=3, most_firms=3, quiet=True, gaps=(0, 30)))
def test_ties_are_broken_as_the_search_does(case):
    assert_is_the_best(case)


@many
@given(cases(most_meetings=5, most_firms=3, roles=(Role.CHAIR,), quiet=True, gaps=(0, 30)))
def test_ties_over_several_rounds_are_broken_as_the_search_does(case):
    assert_is_the_best(case)
