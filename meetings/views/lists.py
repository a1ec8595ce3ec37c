"""The lists of meetings: those ahead, and those that took place."""

from collections.abc import Callable
from copy import copy
from functools import partial
from itertools import groupby, islice
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from clusters.bounded import BoundedPaginator
from clusters.brands import wear
from clusters.kept_figures import kept
from clusters.models import Association, Cluster
from clusters.onlookers import EVERYBODY, PLACES, Place, kept_for, kept_for_reach
from clusters.visitors_pages import same_for_visitors
from meetings.models import Meeting
from meetings.templatetags.meeting_rows import Listed, listed, written_rows

PER_PAGE = 40
MOST_CHOICES = 100  # a longer list of clusters would make the page heavy; they link here from their own pages


@login_not_required
@require_safe
@same_for_visitors("cluster", "kind", "page")
def meeting_list(request):
    """The meetings ahead, the next one first."""
    return list_page(request, meetings_ahead, "meetings/meeting_list.html", with_seats=True)


def meetings_ahead():
    return Meeting.objects.exclude(state=Meeting.State.DRAFT).upcoming()


@login_not_required
@require_safe
@same_for_visitors("cluster", "kind", "page")
def meeting_archive(request):
    """Those that took place, the last one first."""
    return list_page(request, Meeting.objects.past, "meetings/meeting_archive.html")


def list_page(request, meetings, template: str, *, with_seats: bool = False):
    """`meetings()` that the reader may see, with ?cluster=, ?kind= and ?page=. A first page is kept."""
    here = request.site_association and request.site_association.pk
    slug, kind = request.GET.get("cluster", "").replace("\0", ""), request.GET.get("kind", "")
    kind = kind if kind in Meeting.Kind.values else ""
    cluster = cluster_at(slug, here) if slug else None
    if cluster:
        wear(request, cluster.association)
    number = request.GET.get("page")
    find = partial(found_page, meetings, here, cluster, kind, number, with_seats)
    what = (template, here, cluster and cluster.pk, kind)
    found = find(request.user) if number else kept_list(request.user, cluster, what, find)
    context = {
        "page": found.page,
        "months": written_months(found.months),
        "cluster": cluster,
        "slug": slug,
        "clusters": clusters_to_choose_from(here),
        "kind": kind,
        "kinds": kinds_to_choose_from(),
    }
    return render(request, template, context)


class Found(NamedTuple):
    """A page of a list, which has no rows itself; they stand here by month."""

    page: Page
    months: list[tuple[str, list[Listed]]]


def kept_list(user, cluster: Cluster | None, what: tuple, find: Callable) -> Found:
    if cluster:
        return kept_for(user, lambda: Place(cluster.pk, cluster.association_id), what, find)
    return kept_for_reach(user, PLACES, what, find)


def found_page(
    meetings, here: int | None, cluster: Cluster | None, kind: str, number: str | None, with_seats: bool, user
) -> Found:
    """`here`: the number of the association whose site it is, which is asked for with its clusters."""
    association = Association.objects.get(pk=here) if here else None
    meetings = meetings().visible_to(user).of(association).as_rows()
    if cluster:
        meetings = meetings.filter(cluster=cluster)
    if kind:
        meetings = meetings.filter(kind=kind)
    page = BoundedPaginator(meetings, PER_PAGE).get_page(number)
    rows = [listed(meeting) for meeting in page.object_list]
    page.object_list = ()
    if not with_seats:
        rows = [row._replace(places=None) for row in rows]
    months = groupby(rows, key=lambda one: date_format(one.row.day, "YEAR_MONTH_FORMAT"))
    return Found(page, [(month, list(of_month)) for month, of_month in months])


def written_months(months: list[tuple[str, list[Listed]]]) -> list[tuple[str, SafeString]]:
    rows = iter(written_rows([one for _, meetings in months for one in meetings]))
    return [(month, SafeString("".join(islice(rows, len(meetings))))) for month, meetings in months]


def cluster_at(slug: str, here: int | None) -> Cluster:
    """Of the association whose site it is. Raises Http404."""
    clusters = Cluster.objects.visible_to(EVERYBODY).select_related("association")
    found = clusters.filter(association=here) if here else clusters
    return copy(kept(("cluster at", slug, here), lambda: get_object_or_404(found, slug=slug)))


def clusters_to_choose_from(here: int | None) -> tuple[tuple[str, str], ...]:
    """The end of the address and the name of each; none of too many for a list."""
    clusters = Cluster.objects.filter(association=here) if here else Cluster.objects.all()
    few = clusters.values_list("slug", "name")[: MOST_CHOICES + 1]
    found = kept(("clusters to choose from", here), lambda: tuple(few), ("clusters.Cluster",))
    return found if len(found) <= MOST_CHOICES else ()


def kinds_to_choose_from() -> tuple[tuple[str, str], ...]:
    return kept(("kinds",), lambda: tuple((value, str(label)) for value, label in Meeting.Kind.choices))
