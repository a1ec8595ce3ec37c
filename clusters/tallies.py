"""How often something happened on each of the last days: for the operator, and without whom it was.

Kept in the cache that all processes share.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.cache import cache

from clusters import present
from clusters.counting import count

DAYS = 14
KEPT = timedelta(days=DAYS + 1).total_seconds()


def add(what: str) -> None:
    count(key_of(what, present.today()), 1, KEPT)


def last_days(today: date) -> list[date]:
    """Today first."""
    return [today - timedelta(days=number) for number in range(DAYS)]


def by_day(what: Iterable[str], today: date) -> dict[str, list[int]]:
    """For each thing a number for each of `last_days`."""
    keys = {one: [key_of(one, day) for day in last_days(today)] for one in what}
    found = cache.get_many([key for several in keys.values() for key in several])
    return {one: [found.get(key, 0) for key in several] for one, several in keys.items()}


def key_of(what: str, day: date) -> str:
    return f"tally:{what}:{day}"
