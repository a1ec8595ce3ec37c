"""What needs a coordinator now, in the clusters of an office held today: a sentence, by when, and where it is done."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from .need import CADENCE_DAYS, Need
from .of_clusters import clusters_of, of_cluster
from .of_meetings import meetings_of, of_meeting
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


@dataclass(frozen=True)
class Needs:
    """The most urgent first; `more` are not shown."""

    shown: list[Need]
    more: int
    today: date


def needs_of(user, now: datetime | None = None) -> Needs:
    now = now or timezone.now()
    today = timezone.localdate(now)
    clusters = clusters_of(user, now)
    meetings = list(meetings_of(user, clusters, now))
    needs = [
        *of_drives(user, now),
        *(need for cluster in clusters for need in of_cluster(cluster, today)),
        *(need for meeting in meetings for need in of_meeting(meeting, now)),
        *of_questions(user, FIRST + 1),
        *of_reviews(user, today),
        *of_introductions(user),
        *of_reports(user),
        *of_stories(user, FIRST),
    ]
    needs.sort(key=lambda need: (need.due, str(need.of), need.sentence))
    return Needs(needs[:FIRST], max(len(needs) - FIRST, 0), today)
