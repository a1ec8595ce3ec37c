from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clusters.errors import Refused
from clusters.models import Act, Cluster
from meetings import agendas, series
from meetings.models import AgendaItem, Meeting
from meetings.series import Pattern, date_of, note_on, plan_ahead, serves, slots
from meetings.turns import duties
from tests import factories
from tests.members.at_once import at_once
from tests.pages import text_of

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 11, 21)
THIRD_THURSDAY = {"usual_week": 3, "usual_weekday": 3, "usual_start": "18:30"}

days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
pauses = st.frozensets(st.integers(1, 12), max_size=3)
weekdays = st.integers(0, 4)
by_month = st.builds(
    Pattern,
    st.sampled_from(["monthly", "two-monthly"]),
    st.sampled_from([1, 2, 3, 4, -1, None]),
    weekdays,
    pauses=pauses,
)
by_day = st.builds(
    Pattern, st.sampled_from(["monthly", "two-monthly"]), day=st.integers(1, 28), pauses=pauses
)
six_weekly = st.builds(Pattern, st.just("six-weekly"), st.none(), weekdays, pauses=pauses)
patterns = st.one_of(by_month, by_day, six_weekly)
anchors = st.none() | days


def month_number(day):
    return day.year * 12 + day.month


# --- the rhythm -------------------------------------------------------------------------------------
@given(patterns, days, st.integers(1, 24), anchors)
def test_dates_ascend_stay_in_time_and_leave_pauses_out(pattern, first, months, anchor):
    found = slots(pattern, first, months, anchor)
    assert found == sorted(set(found))
    assert all(first <= day and month_number(day) - month_number(first) <= months for day in found)
    assert not {day.month for day in found} & pattern.pauses
    if pattern.day is None:
        assert {day.weekday() for day in found} <= {pattern.weekday}
    else:
        assert {day.day for day in found} <= {pattern.day}


@given(patterns, days, st.integers(1, 24), anchors)
def test_the_gap_is_that_of_the_rhythm(pattern, first, months, anchor):
    found = slots(Pattern(pattern.cadence, pattern.week, pattern.weekday, pattern.day), first, months, anchor)
    gaps = list(pairwise(found))
    if pattern.cadence == "six-weekly":
        assert all(later - day == timedelta(days=42) for day, later in gaps)
    else:
        step = 2 if pattern.cadence == "two-monthly" else 1
        assert all(month_number(later) - month_number(day) == step for day, later in gaps)
        assert all((day.day - 1) // 7 + 1 == pattern.week for day in found if (pattern.week or 0) > 0)
    if anchor and found and pattern.cadence == "two-monthly":
        assert (month_number(found[0]) - month_number(anchor)) % 2 == 0
    if anchor and found and pattern.cadence == "six-weekly":
        assert (found[0] - series.nearest(pattern.weekday, anchor)).days % 42 == 0


@given(patterns, days, st.integers(1, 24), anchors, st.integers(0, 200), st.integers(1, 24))
def test_planning_on_from_what_was_planned_keeps_the_rhythm(pattern, first, months, anchor, later, more):
    planned = slots(pattern, first, months, anchor)
    start = first + timedelta(days=later)
    again = slots(pattern, start, more, max(planned, default=anchor))
    if planned:
        assert [day for day in again if day <= planned[-1]] == [
            day for day in planned if start <= day < start + relativedelta(months=more)
        ]


@given(patterns, days, st.integers(1, 24), anchors)
def test_each_date_is_served_by_its_own_meeting_alone(pattern, first, months, anchor):
    found = slots(pattern, first, months, anchor)
    assert all(serves(pattern, day, other) == (day == other) for day in found for other in found)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 3, 26), "Good Friday, a public holiday in England."),
        (date(2026, 12, 28), "Boxing Day (observed), a public holiday in England."),
        (date(2027, 5, 29), "A Saturday."),
        (date(2027, 1, 4), ""),  # a holiday in Scotland alone
    ],
)
def test_holidays_of_england_and_weekends_are_said(day, words):
    assert note_on(day) == words


# --- planning ---------------------------------------------------------------------------------------
@pytest.fixture
def monthly(lancaster):
    for field, value in THIRD_THURSDAY.items():
        setattr(lancaster, field, value)
    lancaster.save()
    return Cluster.objects.get(pk=lancaster.pk)


def planned_days(cluster):
    return [meeting.slot for meeting in cluster.meetings.order_by("slot")]


def test_the_next_months_are_drafted_at_the_same_hour_by_the_clock_summer_and_winter(monthly, coordinator):
    meetings = plan_ahead(monthly, months=12, by=coordinator, today=TODAY)
    assert [meeting.slot.month for meeting in meetings] == [12, *range(1, 12)]
    starts = [meeting.starts_at.astimezone(LONDON) for meeting in meetings]
    assert {f"{start:%a %H:%M}" for start in starts} == {"Thu 18:30"}
    assert {start.utcoffset() for start in starts} == {timedelta(0), timedelta(hours=1)}
    assert {meeting.minutes for meeting in meetings} == {120}
    assert {(m.state, m.venue, m.title) for m in meetings if m.slot.month == 5} == {
        ("draft", None, "May meeting")
    }
    act = Act.objects.get()
    assert (act.verb, act.cluster, act.note) == (
        "planned ahead",
        monthly,
        "12 meetings, the last on 18 November 2027.",
    )


def test_planning_again_adds_nothing_and_leaves_what_was_moved_called_off_or_added(monthly, coordinator):
    plan_ahead(monthly, months=4, by=coordinator, today=TODAY)
    moved, called_off, *_ = monthly.meetings.order_by("slot")
    moved.starts_at += timedelta(days=33)  # past the next month's
    moved.ends_at += timedelta(days=33)
    moved.save()
    agendas.call_off(called_off, by=coordinator, because="Snow.")
    factories.MeetingFactory(cluster=monthly, starts_at=datetime(2027, 2, 2, 18, tzinfo=LONDON))
    before = list(monthly.meetings.order_by("pk").values())
    assert plan_ahead(monthly, months=4, by=coordinator, today=TODAY) == []
    assert list(monthly.meetings.order_by("pk").values()) == before


def test_a_meeting_made_by_hand_is_the_one_of_its_month(monthly, coordinator):
    factories.MeetingFactory(cluster=monthly, starts_at=datetime(2026, 12, 9, 18, tzinfo=LONDON))
    factories.MeetingFactory(
        cluster=monthly, starts_at=datetime(2027, 1, 12, 18, tzinfo=LONDON), kind=Meeting.Kind.TRAINING
    )
    meetings = plan_ahead(monthly, months=3, by=coordinator, today=TODAY)
    assert [meeting.slot.month for meeting in meetings] == [1, 2]


def test_a_cluster_of_every_second_month_keeps_its_rhythm_and_its_pauses(monthly, coordinator):
    monthly.cadence, monthly.pause_months = Cluster.Cadence.TWO_MONTHLY, [8]
    monthly.save()
    factories.MeetingFactory(
        cluster=monthly, starts_at=datetime(2026, 10, 15, 18, tzinfo=LONDON), state=Meeting.State.HELD
    )
    plan_ahead(monthly, months=6, by=coordinator, today=TODAY)
    plan_ahead(monthly, months=12, by=coordinator, today=date(2027, 1, 31))
    assert [day.month for day in planned_days(monthly) if day] == [12, 2, 4, 6, 10, 12]


def test_each_meeting_gets_the_usual_agenda_with_the_showcase_in_its_place(monthly, coordinator, firm):
    for position, (kind, title) in enumerate(
        [("welcome", "Round the table"), ("talk", "Main talk"), ("showcase", "Show"), ("any-other", "Rest")]
    ):
        factories.TemplateItemFactory(cluster=monthly, position=position, kind=kind, title=title)
    (meeting,) = plan_ahead(monthly, months=1, by=coordinator, today=TODAY)
    assert [item.title for item in meeting.agenda.all()] == ["Round the table", "Main talk", "Rest"]
    duties.assign(meeting, "chair", firm, by=coordinator)
    assert [item.kind for item in meeting.agenda.all()] == ["welcome", "talk", "showcase", "any-other"]
    AgendaItem.objects.all().delete()
    assert monthly.template_items.count() == 4


@pytest.mark.parametrize(
    ("changes", "months", "sentence"),
    [
        ({"state": "resting"}, 12, "resting"),
        ({"usual_weekday": None}, 12, "usually meets"),
        ({"usual_weekday": None, "usual_day": 5, "cadence": "six-weekly"}, 12, "usually meets"),
        ({}, 0, "between one month"),
        ({}, 25, "between one month"),
    ],
)
def test_what_can_not_be_planned_is_refused_in_a_sentence(monthly, coordinator, changes, months, sentence):
    Cluster.objects.filter(pk=monthly.pk).update(**changes)
    with pytest.raises(Refused, match=sentence):
        plan_ahead(monthly, months=months, by=coordinator, today=TODAY)
    assert not Meeting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_make_one_set(monthly, coordinator, officer):
    made = at_once(
        *[lambda by=by: plan_ahead(monthly, months=12, by=by, today=TODAY) for by in (coordinator, officer)]
    )
    assert sorted(len(meetings) for meetings in made) == [0, 12]
    assert monthly.meetings.count() == 12


# --- on the desk ------------------------------------------------------------------------------------
PLAN = "admin:meetings_meeting_plan_ahead"


def test_the_desk_shows_the_dates_first_and_drafts_those_left_ticked(as_coordinator, monthly, time_machine):
    time_machine.move_to(datetime(2026, 11, 21, 12, tzinfo=LONDON), tick=False)
    Cluster.objects.filter(pk=monthly.pk).update(usual_week=-1, usual_weekday=4, pause_months=[12])
    answer = as_coordinator.get(reverse(PLAN), {"cluster": monthly.pk, "months": 5})
    page = text_of(answer)
    assert "26 March 2027 Good Friday, a public holiday in England." in page
    assert "25 December 2026" in page and "A month without a meeting" in page
    assert not Meeting.objects.exists()
    form = {"cluster": monthly.pk, "months": 5, "days": ["2027-01-29", "2027-02-26", "2030-01-01"]}
    assert as_coordinator.post(reverse(PLAN), form).status_code == 302
    assert planned_days(monthly) == [date(2027, 1, 29), date(2027, 2, 26)]
    assert "January meeting" in text_of(
        as_coordinator.get(reverse(PLAN), {"cluster": monthly.pk, "months": 5})
    )


def test_the_desk_plans_for_own_clusters_alone(as_other_coordinator, monthly):
    answer = as_other_coordinator.post(
        reverse(PLAN), {"cluster": monthly.pk, "months": 5, "days": ["2027-01-21"]}
    )
    assert answer.status_code == 200
    assert "Select a valid choice" in text_of(answer)
    assert not Meeting.objects.exists()


def test_the_desk_says_why_it_can_not_plan(as_coordinator, lancaster):
    page = text_of(as_coordinator.get(reverse(PLAN), {"cluster": lancaster.pk, "months": 5}))
    assert "Say first when Lancaster & Morecambe usually meets" in page


def test_dates_of_the_series_know_theirs(monthly):
    meeting = factories.MeetingFactory(cluster=monthly, starts_at=datetime(2027, 6, 1, 0, 30, tzinfo=LONDON))
    assert date_of(meeting) == date(2027, 6, 1)


def test_a_fixed_day_of_the_month_is_planned_and_said(monthly, coordinator):
    monthly.usual_week, monthly.usual_weekday, monthly.usual_day = None, None, 12
    monthly.save()
    assert monthly.rhythm == "Every month, on the 12th"
    meetings = plan_ahead(monthly, months=3, by=coordinator, today=TODAY)
    assert [meeting.slot for meeting in meetings] == [
        date(2026, 12, 12),
        date(2027, 1, 12),
        date(2027, 2, 12),
    ]
