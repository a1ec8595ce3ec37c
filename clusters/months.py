"""Meetings by month, for the pictures of a year. Pure functions of what is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

MONTHS_BEFORE = 2


@dataclass
class Month:
    """A month of a cluster's year. `state` of a meeting: "is-past", "is-next" or "" for planned."""

    first: date
    meetings: list = field(default_factory=list)  # (meeting, state)


def month_after(first: date, count: int = 1) -> date:
    """The first day of the month so many after; before, if negative."""
    years, month = divmod(first.month - 1 + count, 12)
    return date(first.year + years, month + 1, 1)


def months_from(first: date, count: int = 12) -> list[date]:
    first = first.replace(day=1)
    return [month_after(first, index) for index in range(count)]


def year_round(today: date) -> list[date]:
    """The months of a cluster's year: two behind, this one, nine ahead."""
    return months_from(month_after(today.replace(day=1), -MONTHS_BEFORE))


def year_of(meetings: Iterable, now) -> list[Month]:
    """Twelve months round now with their meetings, which come in the order of time."""
    months = {first: Month(first) for first in year_round(timezone.localdate(now))}
    next_found = False
    for meeting in meetings:
        state = "is-past" if meeting.ends_at < now else "" if next_found else "is-next"
        next_found = next_found or state == "is-next"
        month = months.get(meeting.day.replace(day=1))
        if month:
            month.meetings.append((meeting, state))
    return list(months.values())
