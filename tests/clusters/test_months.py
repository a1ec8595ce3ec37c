"""A cluster's year by months."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from clusters.months import month_after, months_from, year_of, year_round

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def meeting(*day, hour=18):
    starts = datetime(*day, hour, tzinfo=UTC)
    return SimpleNamespace(day=starts.date(), ends_at=starts + timedelta(hours=2))


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, date(2027, 1, 1)), (-12, date(2025, 12, 1)), (0, date(2026, 12, 1)), (13, date(2028, 1, 1))],
)
def test_months_roll_over_the_year(count, expected):
    assert month_after(date(2026, 12, 1), count) == expected


def test_twelve_months_begin_with_the_first_of_this_one():
    months = months_from(date(2026, 11, 21))
    assert (months[0], months[-1], len(months)) == (date(2026, 11, 1), date(2027, 10, 1), 12)


def test_the_year_reaches_two_months_back():
    assert year_round(date(2026, 1, 31))[0] == date(2025, 11, 1)


def test_one_meeting_is_next_and_those_after_it_are_planned():
    year = year_of([meeting(2026, 10, 15), meeting(2026, 12, 17), meeting(2027, 1, 21)], NOW)
    states = {month.first.month: [state for _, state in month.meetings] for month in year if month.meetings}
    assert states == {10: ["is-past"], 12: ["is-next"], 1: [""]}


def test_a_meeting_that_is_on_is_the_next_one():
    [(_, state)] = year_of([meeting(2026, 11, 21, hour=11)], NOW)[2].meetings
    assert state == "is-next"


def test_a_month_may_have_two_meetings():
    year = year_of([meeting(2026, 12, 3), meeting(2026, 12, 17)], NOW)
    assert [state for _, state in year[3].meetings] == ["is-next", ""]


def test_the_month_is_that_of_the_meetings_own_day():
    late = SimpleNamespace(day=date(2026, 8, 1), ends_at=datetime(2026, 7, 31, 23, 30, tzinfo=UTC))
    year = year_of([late], datetime(2026, 8, 10, tzinfo=UTC))
    assert [month.first.month for month in year if month.meetings] == [8]
