"""What a report is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from clusters.models import Association, Cluster
from clusters.periods import moments


@dataclass(frozen=True)
class Scope:
    """Clusters, associations as such (their own meetings and supporters), and days, both inclusive.

    The clusters know their association. A day begins and ends by the clock of the association it is counted for.
    """

    clusters: list[Cluster]
    associations: list[Association]
    start: date
    end: date

    def zones(self) -> Iterator[tuple[datetime, datetime, list[int], list[int]]]:
        """For each clock: when the period begins and is over, and the numbers of its clusters and associations."""
        clocks = {one.association.time_zone for one in self.clusters}
        for zone in sorted(clocks | {one.time_zone for one in self.associations}):
            begins, over = moments(self.start, self.end, zone)
            yield (
                begins,
                over,
                [one.pk for one in self.clusters if one.association.time_zone == zone],
                [one.pk for one in self.associations if one.time_zone == zone],
            )

    def within(self, moment: str, *, cluster: str = "cluster", association: str = "") -> Q:
        """Rows of these clusters (and associations) whose `moment` is in the period."""
        found = Q(pk__in=[])
        for begins, over, clusters, associations in self.zones():
            of = Q(**{f"{cluster}__in": clusters})
            if association:
                of |= Q(**{f"{association}__in": associations})
            found |= of & Q(**{f"{moment}__gte": begins, f"{moment}__lt": over})
        return found

    def members_at(self, *, end: bool) -> Q:
        """Memberships that ran when the period began, or when it is over: now, if it is not over yet."""
        found = Q(pk__in=[])
        for begins, over, clusters, _associations in self.zones():
            moment = over if end else begins
            found |= member_at(moment) & Q(cluster__in=clusters)
        return found


def member_at(moment: datetime) -> Q:
    return Q(joined_at__lt=moment) & (Q(state="active") | Q(state="left", ended_at__gte=moment))
