"""The list of clusters with the finder, and the page of a cluster."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from clusters import finder, present
from clusters.brands import canonical, wear
from clusters.cluster_rows import rows_of
from clusters.dates import row_date
from clusters.fragments import fragment
from clusters.kept_figures import kept
from clusters.linked_data import breadcrumbs, cluster_organization, graph
from clusters.models import Association, Cluster, Support, Topic
from clusters.models.postcode import point_of
from clusters.moments import now_among
from clusters.months import month_after, year_of, year_round
from clusters.onlookers import EVERYBODY, Place, kept_for
from clusters.pictures import round_table
from clusters.rounds import Round, round_of
from clusters.templatetags.pages import days_ahead, linked_data
from clusters.views.share_pictures import Shared, picture_of_cluster, shared
from clusters.visitors_pages import same_for_visitors

MOST_SHOWN = 24  # in the list, and on the map
TO_FIND_BY = ["name", "slug", "town", "state", "latitude", "longitude", "districts", "association__name"]
ROTA_AHEAD = 5
RINGS = (10, 20)  # miles
FIRST_MEMBERS = 9
SHOWN_OF_FIRMS = ["name", "slug", "summary", "logo__uid", "logo__width", "logo__height"]
SHOWN_OF_OFFICERS = ["office", "start", "cluster", "user__name"]
SHOWN_OF_TALKS = ["title", "file", "format", "size", "link", "uid", "presenter_name", "presenter__name"]
SHOWN_OF_TALKS += ["company__name", "company__slug", "meeting__starts_at", "meeting__cluster"]


@login_not_required
@require_safe
@same_for_visitors("q", "page")
def cluster_list(request):
    """Finds among all by what little that takes; of those shown rows are kept."""
    known = known_clusters(request.site_association)
    answer = finder.find(request.GET.get("q", ""), known, point_of)
    page = Paginator(known, MOST_SHOWN).get_page(request.GET.get("page"))
    near = answer.near[:MOST_SHOWN]
    on_map = clusters_on_map(known, page.object_list, answer)
    rows = rows_of({*page.object_list, *on_map, *(one.cluster for one in near)}, request.user)
    near = [one for one in near if one.cluster.pk in rows]
    context = {
        "nav": "clusters",
        "page": page,
        "rows": [rows[cluster.pk].row for cluster in page.object_list if cluster.pk in rows],
        "answer": answer,
        "outcome": answer.outcome.name,
        "near": [(rows[one.cluster.pk].row, one.miles, one.is_best) for one in near],
        "found": len(answer.near),
        "around": finder.AROUND,
        "towns": [rows[cluster.pk].town for cluster in on_map if cluster.pk in rows],
        "rings": RINGS,
        "lit": answer.best.slug if answer.best else "",
        "canonical_url": canonical(request),
    }
    return render(request, "clusters/cluster_list.html", context)


def known_clusters(association: Association | None) -> list[Cluster]:
    """What the finder goes by, from north to south; kept until a cluster changes. Everybody may see them all."""
    rows = Cluster.objects.visible_to(EVERYBODY).of(association).select_related("association")
    what = ("clusters to find", association.pk if association else None)
    of = ("clusters.Cluster", "clusters.Association", "clusters.Hostname")
    return kept(what, lambda: list(rows.only(*TO_FIND_BY).order_by("-latitude", "name")), of)


def clusters_on_map(known: list[Cluster], on_page, answer: finder.Answer) -> list[Cluster]:
    """Those of the association that serves the place asked for, the near ones first; else those on the page."""
    if not answer.near or answer.outcome is finder.Outcome.FAR:
        return list(on_page)
    near = [one.cluster for one in answer.near]
    if len(near) >= MOST_SHOWN:
        return near[:MOST_SHOWN]
    associations = {cluster.association_id for cluster in near}
    others = [cluster for cluster in known if cluster.association_id in associations]
    return list(dict.fromkeys([*near, *others]))[:MOST_SHOWN]


class NextMeeting(NamedTuple):
    """What its panel shows of it, but for the places left."""

    url: str
    title: str
    starts_at: datetime
    day: date
    days_ahead: str
    start: time
    end: time
    place: str
    places: int | None

    @classmethod
    def of(cls, meeting) -> NextMeeting:
        return cls(
            meeting.get_absolute_url(),
            meeting.title,
            meeting.starts_at,
            meeting.day,
            days_ahead(meeting.day),
            meeting.start_time,
            meeting.end_time,
            meeting.public_place,
            meeting.places,
        )


class ClusterPage(NamedTuple):
    """What a reader gets of a cluster but for the places left at its next meeting."""

    slug: str
    association: Association
    title: str
    description: str
    linked: SafeString
    share_picture: Shared
    kind: str
    is_resting: bool
    has_scene: bool
    next_meeting: Any
    ahead: NextMeeting | None
    head: SafeString
    about: SafeString
    sections: SafeString


@login_not_required
@require_safe
@same_for_visitors()
def cluster(request, slug):
    page = kept_for(request.user, partial(place_of, slug), ("cluster", slug), partial(page_of, slug))
    wear(request, page.association)
    context = {
        "nav": "clusters",
        "page": page,
        "lit_cluster": slug,
        "next_meeting": panel_of_next_meeting(page),
        "share_picture": page.share_picture,
    }
    return render(request, "clusters/cluster.html", context)


def panel_of_next_meeting(page: ClusterPage) -> SafeString:
    """With the places left as of now."""
    coming = page.next_meeting
    return fragment(
        "clusters/_next_meeting.html",
        meeting=page.ahead,
        places_left=coming and type(coming).objects.that_know_seats([coming])[0].places_left,
        slug=page.slug,
        kind=page.kind,
        is_resting=page.is_resting,
    )


def place_of(slug: str) -> Place:
    numbers = Cluster.objects.values_list("pk", "association")
    return kept(("place", slug), lambda: Place(*get_object_or_404(numbers, slug=slug)))


def page_of(slug: str, user) -> ClusterPage:
    clusters = Cluster.objects.visible_to(user).with_meetings_held(user).select_related("association")
    cluster = get_object_or_404(clusters, slug=slug)
    shown = what_is_shown(cluster, user)
    coming = shown["next_meeting"]
    kind = cluster.get_kind_display()
    return ClusterPage(
        slug,
        cluster.association,
        title=f"{cluster.name} {kind.lower()}",
        description=Truncator(cluster.lead).chars(200)
        or gettext("The local %(kind)s of digital businesses in %(town)s. Membership is free.")
        % {"kind": kind.lower(), "town": cluster.town},
        linked=linked_data(facts_of(cluster)),
        share_picture=shared(picture_of_cluster(cluster), "clusters:cluster-share-picture", slug),
        kind=kind.lower(),
        is_resting=cluster.state == Cluster.State.RESTING,
        has_scene=bool(cluster.scene),
        next_meeting=coming,
        ahead=coming and NextMeeting.of(coming),
        head=render_to_string("clusters/_head.html", shown),
        about=render_to_string("clusters/_about.html", shown),
        sections=render_to_string("clusters/_sections.html", shown),
    )


def what_is_shown(cluster: Cluster, user) -> dict:
    meetings = cluster.meetings.visible_to(user).announced()
    year = year_of(meetings_of_the_year(meetings), now_among("meetings.Meeting"))
    rota = rota_of(year)
    chair, host = next(
        ((row["chair"], row["host"]) for row in rota if row["state"] == "is-next"), (None, None)
    )
    members = members_with_turns(cluster, meetings, user)
    round_ = round_of(members, chair and chair.pk, host and host.pk)
    return {
        "cluster": cluster,
        "year": year,
        "next_meeting": next(
            (m for month in year for m, state in month.meetings if state == "is-next"), None
        ),
        "rota": rota,
        "chair": chair,
        "host": host,
        "round": round_,
        "round_picture": picture_of(round_, rota),
        "members": [member.company for member in members],
        "first_members": FIRST_MEMBERS,
        "talks": talks_of(cluster, meetings.talks(user)),
        "signed_in": user.is_authenticated,
        **people_and_news(cluster, user),
    }


def facts_of(cluster: Cluster) -> dict:
    """For search engines."""
    way = [(cluster.association.cluster_word, "/clusters/"), (cluster.name, cluster.get_absolute_url())]
    return graph(cluster_organization(cluster), breadcrumbs(*way))


def people_and_news(cluster: Cluster, user) -> dict:
    officers = officers_for(cluster, present.today())
    articles = cluster.articles.visible_to(EVERYBODY).published().only("title", "slug", "published_at")
    return {
        "officers": officers,
        "officers_of_association": bool(officers) and officers[0].cluster_id is None,
        "topics": topics_of(cluster),
        "may_suggest": Cluster.objects.with_member(user).filter(pk=cluster.pk).exists(),
        "articles": list(articles[:3]),
        "supports": supports_of(cluster, user),
    }


def meetings_of_the_year(meetings):
    """Those that were not called off, with their turns, in the twelve months that the page shows."""
    months = year_round(present.today())
    first, end = (
        timezone.make_aware(datetime.combine(day, time())) for day in (months[0], month_after(months[-1]))
    )
    held_or_planned = meetings.exclude(state="cancelled").filter(starts_at__gte=first, starts_at__lt=end)
    return held_or_planned.with_turns().as_rows().order_by("starts_at", "pk")


def rota_of(year) -> list[dict]:
    """The last meeting and the next ones that are chaired in turn, with the firms that agreed."""
    rows = [
        {"meeting": meeting, "state": state, **{turn.role: turn.company for turn in meeting.turns}}
        for month in year
        for meeting, state in month.meetings
        if meeting.needs_showcase
    ]
    rows = [{"chair": None, "host": None, **row} for row in rows]
    past = [row for row in rows if row["state"] == "is-past"]
    ahead = [row for row in rows if row["state"] != "is-past"][:ROTA_AHEAD]
    if ahead and not any(row["state"] == "is-next" for row in ahead):
        ahead[0]["state"] = "is-next"  # before it comes an event without a chair
    return past[-1:] + ahead


def members_with_turns(cluster: Cluster, meetings, user) -> list:
    """The active memberships by the name of the firm, each with its `turns` in the chair."""
    chaired = meetings.filter(
        duties__company=OuterRef("company"), duties__role="chair", duties__state="fulfilled"
    )
    turns = chaired.order_by().values("duties__company").annotate(turns=Count("pk")).values("turns")
    return list(
        cluster.memberships.visible_to(user)
        .active()
        .select_related("company__logo")
        .only("cluster", *(f"company__{name}" for name in SHOWN_OF_FIRMS))
        .annotate(turns=Coalesce(Subquery(turns), 0))
        .order_by("company__name", "pk")
    )


def talks_of(cluster: Cluster, talks) -> list:
    """The last three."""
    found = list(talks.select_related("meeting", "company", "presenter").only(*SHOWN_OF_TALKS)[:3])
    for talk in found:
        talk.meeting.cluster = cluster
    return found


def topics_of(cluster: Cluster) -> list[Topic]:
    """With how many firms want each; kept until that changes. Everybody may see them all."""
    of = ("clusters.Topic", "meetings.TopicWish", "members.Company", "members.Membership")
    return kept(("topics", cluster.pk), lambda: list(cluster.topics.with_wanted()), of)


def picture_of(round_: Round, rota) -> str:
    if not round_.can_be_drawn:
        return ""
    coming = next((row["meeting"] for row in rota if row["state"] == "is-next"), None)
    centre = (row_date(coming.day), gettext("next meeting")) if coming else ("", "")
    label = gettext("%(number)s of %(seats)s firms have chaired in this round.") % {
        "number": len(round_.had),
        "seats": round_.seats,
    }
    return round_table(round_.seats, round_.had, round_.chair, round_.host, label, centre)


def officers_for(cluster: Cluster, today: date) -> list:
    """The people in office in the cluster, the coordinator first; without any, those of its association.

    Kept until an office or a name changes. Whoever is in office is public.
    """
    officers = cluster.officers.model.objects.current(today).select_related("user").only(*SHOWN_OF_OFFICERS)
    here = officers.filter(Q(cluster=cluster) | Q(association=cluster.association_id))
    of = ("clusters.Cluster", "members.Officer", "members.User")
    found = kept(("officers", cluster.pk, today), lambda: list(here), of)
    ranks = ["coordinator", "chairman", "secretary", "treasurer"]
    ordered = sorted(found, key=lambda officer: (ranks.index(officer.office), officer.start, officer.pk))
    return [officer for officer in ordered if officer.cluster_id] or ordered


def supports_of(cluster: Cluster, user) -> list[Support]:
    """One for each supporter of the cluster or its association today, a public one if there is one.

    What visitors see of them is kept until it changes.
    """
    today = present.today()
    supports = Support.objects.visible_to(user).in_force(today).select_related("supporter__logo")
    here = supports.filter(Q(cluster=cluster) | Q(association=cluster.association_id)).order_by("public")
    if user.is_authenticated:
        found = list(here)
    else:
        of = ("clusters.Cluster", "clusters.Support", "clusters.Supporter", "clusters.SupporterLogo")
        found = kept(("supports", cluster.pk, today), lambda: list(here), of)
    one_each = {support.supporter_id: support for support in found}
    return sorted(one_each.values(), key=lambda support: support.supporter.name)
