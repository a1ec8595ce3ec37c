"""What needs a coordinator now, in the clusters of an office held today: a sentence, by when, and where it is done."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from django.utils import timezone

from clusters import present

from .need import CADENCE_DAYS, Need
from .of_clusters import clusters_of, of_cluster
from .of_meetings import of_meetings
from .of_people import (
    of_drives,
    of_introductions,
    of_questions,
    of_reports,
    of_reviews,
    of_stories,
)

__all__ = ["CADENCE_DAYS", "FIRST", "Need", "Needs", "needs_of"]

FIRST = 20  # are shown
MOST = 100  # of a kind are read: who has more to do needs no count


@dataclass(frozen=True)
class Needs:
    """The most urgent first; `more` are not shown. If `goes_on`, they are too many to have been counted."""

    shown: list[Need]
    more: int
    goes_on: bool
    today: date


def needs_of(user, now: datetime | None = None) -> Needs:
    now = now or present.now()
    today = timezone.localdate(now)
    needs = [
        *of_drives(user, now),
        *(need for cluster in clusters_of(user, now) for need in of_cluster(cluster, today)),
        *of_meetings(user, MOST, now),
        *of_questions(user, MOST),
        *of_reviews(user, today),
        *of_introductions(user, MOST),
        *of_reports(user, MOST),
        *of_stories(user, MOST),
    ]
    more = max(len(needs) - FIRST, 0)
    return Needs(_first(needs), more, more >= MOST - FIRST, today)


def _first(needs: list[Need]) -> list[Need]:
    """The most urgent in their order. Words decide among those of one place that are due on one day."""

    def when_and_where(need: Need) -> tuple[date, str]:
        return need.due, str(need.of)

    needs = sorted(needs, key=when_and_where)
    last_shown = needs[:FIRST][-1:]
    may_be_shown = takewhile(lambda need: when_and_where(need) <= when_and_where(*last_shown), needs)
    return sorted(may_be_shown, key=lambda need: (*when_and_where(need), need.sentence))[:FIRST]
