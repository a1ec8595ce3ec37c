"""What time it is, and how long what follows from it holds.

All of the site asks here (tests/clusters/test_present.py looks after that), so that a page or a figure which is kept
knows whether it may change without anybody changing anything, and when: at midnight, as a meeting begins, or in the
next minute, for all one can say.
"""

import math
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo

from django.utils import timezone

MINUTE = 60  # seconds


class Spell:
    """How long what is made within `spell` holds: seconds since 1970, for ever until somebody asks what time it is."""

    def __init__(self):
        self.until = math.inf

    @property
    def is_over(self) -> bool:
        return self.until <= time.time()


class Own(threading.local):
    """What this thread is making; None: nothing that is kept."""

    spell: Spell | None = None


_own = Own()


def now(*moments: datetime) -> datetime:
    """With `moments`: to be compared with these alone, so that what follows holds until the next of them. Without, to
    the end of the minute.
    """
    moment = timezone.now()
    if _own.spell is not None:
        if moments:
            until(moments, moment)
        else:
            until_second((moment.timestamp() // MINUTE + 1) * MINUTE)
    return moment


def today(zone: tzinfo | None = None) -> date:
    """In a time zone, by default the one that is in force."""
    moment = timezone.localtime(timezone=zone)
    if _own.spell is not None:
        midnight = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time())
        until_second(timezone.make_aware(midnight, zone).timestamp())
    return moment.date()


def until(moments: Iterable[datetime], now: datetime) -> None:
    """What follows from `now` holds until the first of these that is still ahead."""
    ahead = min((moment for moment in moments if moment >= now), default=None)
    if ahead is not None:
        until_second(ahead.timestamp())


def until_second(second: float) -> None:
    """Since 1970."""
    if _own.spell is not None:
        _own.spell.until = min(_own.spell.until, second)


def is_asked_for() -> bool:
    """Whether anybody wants to know how long it holds."""
    return _own.spell is not None


@contextmanager
def spell() -> Iterator[Spell]:
    """How long what is made within holds; whatever it is a part of holds no longer."""
    outer, _own.spell = _own.spell, Spell()
    try:
        yield _own.spell
    finally:
        inner, _own.spell = _own.spell, outer
        until_second(inner.until)
