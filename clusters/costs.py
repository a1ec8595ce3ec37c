"""What support in money comes to in a year: an amount is spread evenly over its days. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

PENNY = Decimal("0.01")
NOTHING = Decimal("0.00")


class Given(Protocol):
    """Pounds given from a day until a day, both inclusive; without an end, all at once on the first."""

    amount: Decimal | None
    start: date
    end: date | None


def given_until(gift: Given, day: date) -> Decimal:
    """What has been given when the day is over, to the penny: so that parts add up to the whole."""
    if gift.amount is None or day < gift.start:
        return NOTHING
    if gift.end is None or day >= gift.end:
        return Decimal(gift.amount)
    days = (day - gift.start).days + 1
    return (gift.amount * days / ((gift.end - gift.start).days + 1)).quantize(PENNY, ROUND_HALF_UP)


def given_in(gift: Given, first: date, last: date) -> Decimal:
    """What is given from the first to the last day, both inclusive."""
    return given_until(gift, last) - given_until(gift, first - timedelta(days=1))


def years_of(gifts: Iterable[Given], today: date) -> list[int]:
    """The years in which any of them gives, up to this one, the last first."""
    gifts = [gift for gift in gifts if gift.amount is not None]
    first = min((gift.start.year for gift in gifts), default=today.year)
    last = max(today.year, *(gift.start.year for gift in gifts)) if gifts else today.year
    return list(range(last, first - 1, -1))
