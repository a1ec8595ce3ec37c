"""Whether a drive is in time for its target. Pure: numbers and days in, numbers out."""

import math
from dataclasses import dataclass
from datetime import date

DAYS_IN_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Pace:
    """`expected` is what a steady pace would have brought by now; `needed` is the number a month from here on."""

    expected: int
    ahead: int
    to_go: int
    days_left: int
    needed: int

    @property
    def behind(self) -> int:
        return -self.ahead

    @property
    def months_left(self) -> int:
        return round(self.days_left / DAYS_IN_MONTH)


def pace_of(number: int, reached: int, start: date, end: date, today: date) -> Pace:
    """`start` and `end` are the first and the last day; today counts as one that has passed."""
    days = (end - start).days + 1
    passed = min(max((today - start).days + 1, 0), days)
    left = days - passed
    to_go = max(number - reached, 0)
    months = max(left / DAYS_IN_MONTH, 1)
    expected = round(number * passed / days)
    return Pace(expected, reached - expected, to_go, left, math.ceil(to_go / months))
