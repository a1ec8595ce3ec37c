"""What the list of clusters and its map show of each, found once for all readers who see the same meetings of it."""

from collections.abc import Collection, Iterable
from datetime import date, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import ngettext

from clusters.kept_figures import kept_each
from clusters.maps import Town
from clusters.models import Cluster
from clusters.onlookers import EVERYBODY, NOTHING, Onlooker
from clusters.reach import reach_of

MADE_FROM = (
    "clusters.Association",
    "clusters.Cluster",
    "meetings.Meeting",
    "members.Company",
    "members.Membership",
)


class ClusterRow(NamedTuple):
    name: str
    url: str
    seed: int
    firms: int
    state: str
    rhythm: str
    usual_start: time | None
    next_day: date | None

    @property
    def is_active(self) -> bool:
        return self.state == "active"


class Known(NamedTuple):
    """Of a cluster, as readers of one kind see it."""

    row: ClusterRow
    town: Town


def rows_of(clusters: Iterable[Cluster], user) -> dict[int, Known]:
    """By their numbers, without those that are gone since they were found.

    Who sees a cluster's meetings for members sees those that all of its members see.
    """
    numbers = {cluster.pk for cluster in clusters}
    reach = reach_of(user)
    if reach is None and user.is_authenticated:
        return ask_for(numbers, user)
    inside = reach.clusters | reach.managed_clusters if reach else frozenset()
    seen = [(number, number in inside or user.is_superuser) for number in numbers]
    rows = kept_each(("rows of clusters",), seen, ask_together, MADE_FROM)
    return {number: known for (number, _), known in rows.items()}


def ask_together(seen: list[tuple[int, bool]]) -> dict[tuple[int, bool], Known]:
    """`seen`: the number of each cluster, and whether as its members see it."""
    inside = frozenset(number for number, is_inside in seen if is_inside)
    reader = Onlooker(NOTHING._replace(clusters=inside), is_superuser=False) if inside else EVERYBODY
    rows = ask_for([number for number, _ in seen], reader)
    return {(number, is_inside): rows[number] for number, is_inside in seen if number in rows}


def ask_for(numbers: Collection[int], user) -> dict[int, Known]:
    clusters = Cluster.objects.visible_to(user).with_firms().with_next_meeting(user)
    found = clusters.select_related("association").in_bulk(numbers)
    return {number: known_of(cluster) for number, cluster in found.items()}


def known_of(cluster) -> Known:
    """Of one that knows its `firms` and `next_at`."""
    zone = ZoneInfo(cluster.association.time_zone)
    row = ClusterRow(
        cluster.name,
        cluster.get_absolute_url(),
        cluster.glyph_seed,
        cluster.firms,
        cluster.state,
        cluster.rhythm if cluster.state == "active" else "",
        cluster.usual_start,
        cluster.next_at.astimezone(zone).date() if cluster.next_at else None,
    )
    return Known(row, town_of(cluster))


def town_of(cluster) -> Town:
    """On the map, of one that knows its `firms`. The words begin with what stands there, so that people who speak to
    their browser can say what they see.
    """
    words = ngettext(
        "%(town)s: %(number)d firm, %(cluster)s", "%(town)s: %(number)d firms, %(cluster)s", cluster.firms
    )
    return Town(
        slug=cluster.slug,
        name=cluster.town,
        latitude=float(cluster.latitude),
        longitude=float(cluster.longitude),
        firms=cluster.firms,
        href=cluster.get_absolute_url(),
        words=words % {"town": cluster.town, "number": cluster.firms, "cluster": cluster.name},
    )
