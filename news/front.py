"""What a front page shows, of the whole site or of one association. Each function is one query.

What counts rows of the whole country says what everybody may see, to whoever asks, and is kept until it changes.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Func, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.kept_figures import kept
from clusters.models import Association, Cluster, Support, Theme
from clusters.months import month_after, months_from
from meetings.models import Meeting, Presentation
from members.drives import Figure, figures_of
from members.models import Drive, Membership, Target
from news.models import Article

EVERYBODY = AnonymousUser()
NEXT_UP = 6
MOST_CLUSTERS = 60
MOST_DOTS = 20  # of a month

THEME_LINES = {
    Theme.TECHNOLOGY: _("What we run, what broke, what we would buy again."),
    Theme.SKILLS: _("Apprentices, placements, pay, keeping good people."),
    Theme.SUPPORT: _("Insurance, premises, grants, who to ring."),
    Theme.OPPORTUNITIES: _("Tenders, partners, work one of us can't take alone."),
    Theme.GROWTH: _("Pricing, selling, hiring a manager, letting go."),
}


COUNTED_FROM = (
    "clusters.Association",
    "clusters.Cluster",
    "clusters.Topic",
    "meetings.AgendaItem",
    "meetings.Meeting",
    "meetings.Presentation",
    "members.Company",
    "members.Membership",
)


@dataclass(frozen=True)
class Figures:
    """What it takes to count them, so that they are kept together."""

    clusters: list[Cluster]
    groups: list[dict]
    year: dict
    themes: list[tuple]


def figures(association: Association | None) -> Figures:
    today = present.today()
    what = ("front page", association.pk if association else None, today)
    return kept(what, lambda: count(association, today), COUNTED_FROM)


def count(association: Association | None, today: date) -> Figures:
    clusters = clusters_of(association)
    return Figures(
        clusters, groups(association, clusters), months_ahead(association, today), themes(association)
    )


def clusters_of(association: Association | None) -> list[Cluster]:
    """Those of the association, or of the site; of very many the largest."""
    clusters = (
        Cluster.objects.visible_to(EVERYBODY).of(association).with_firms().select_related("association")
    )
    largest = clusters.order_by("-firms", "pk")[:MOST_CLUSTERS]
    return sorted(largest, key=lambda cluster: (cluster.association.name, cluster.name))


def groups(association: Association | None, clusters: list[Cluster]) -> list[dict]:
    """The associations with the number of their clusters and of the firms in them: a firm in two is one.

    Each with its `clusters` too, unless they are too many to show.
    """
    here = Cluster.objects.visible_to(EVERYBODY).of(association).filter(association=OuterRef("pk")).order_by()
    members = Membership.objects.active().filter(cluster__association=OuterRef("pk")).order_by()
    number = here.values(number=Func("pk", function="COUNT"))
    rows = Association.objects.annotate(
        number=Subquery(number, output_field=IntegerField()),
        firms=Subquery(
            members.values(
                number=Func("company", function="COUNT", template="COUNT(DISTINCT %(expressions)s)")
            ),
            output_field=IntegerField(),
        ),
    ).filter(number__gt=0)
    if association is not None:
        rows = rows.filter(pk=association.pk)
    found = [
        {"association": row, "number": row.number, "firms": row.firms, "clusters": []}
        for row in rows.order_by("name", "pk")
    ]
    if sum(group["number"] for group in found) <= MOST_CLUSTERS:
        for group in found:
            group["clusters"] = [one for one in clusters if one.association_id == group["association"].pk]
    return found


def next_meetings(association: Association | None, user):
    meetings = Meeting.objects.visible_to(user).of(association).announced().upcoming()
    return meetings.as_rows()[:NEXT_UP]


def months_ahead(association: Association | None, today: date) -> dict:
    """The number of meetings in this month and the next eleven. A dot is one meeting, or `scale` of them."""
    months = months_from(today)
    first, end = (
        timezone.make_aware(datetime.combine(day, time())) for day in (months[0], month_after(months[-1]))
    )
    meetings = (
        Meeting.objects.visible_to(EVERYBODY)
        .of(association)
        .announced()
        .exclude(state=Meeting.State.CANCELLED)
    )
    rows = (
        meetings.filter(starts_at__gte=first, starts_at__lt=end)
        .order_by()
        .annotate(month=TruncMonth("starts_at"))
        .values_list("month")
        .annotate(number=Count("pk"))
    )
    numbers = Counter({timezone.localdate(month): number for month, number in rows})
    scale = max(1, -(-max(numbers.values(), default=0) // MOST_DOTS))
    return {
        "months": [(month, numbers[month], -(-numbers[month] // scale)) for month in months],
        "total": sum(numbers.values()),
        "scale": scale,
    }


def story_and_news(association: Association | None, user) -> tuple[Article | None, list[Article]]:
    """The latest success story with a sentence to quote, and the three latest articles besides."""
    articles = Article.objects.visible_to(user).of(association).published().defer(*Article.LONG)
    stories = articles.filter(kind=Article.Kind.STORY).exclude(quote="")
    found = sorted(stories[:1].union(articles[:4]), key=lambda one: (one.published_at, one.pk), reverse=True)
    story = next((article for article in found if article.is_story and article.quote), None)
    return story, [article for article in found if article != story][:3]


def themes(association: Association | None) -> list[tuple]:
    """The five themes with a line about each and the number of published presentations."""
    talks = Presentation.objects.visible_to(EVERYBODY).filter(state=Presentation.State.PUBLISHED).order_by()
    if association is not None:
        talks = talks.filter(
            Q(meeting__association=association) | Q(meeting__cluster__in=association.cluster_pks)
        )
    rows = talks.values_list("agenda_item__topic__theme").annotate(number=Count("pk"))
    numbers = dict(rows)
    return [(theme.value, theme.label, THEME_LINES[theme], numbers.get(theme.value, 0)) for theme in Theme]


def supporters(association: Association | None, user) -> list[Support]:
    """One support for each supporter, a public one if there is one."""
    supports = Support.objects.visible_to(user).of(association).in_force().select_related("supporter__logo")
    found = {one.supporter_id: one for one in supports.order_by("public", "pk")}
    return sorted(found.values(), key=lambda one: one.supporter.name)


def running_drive(association: Association) -> tuple[Drive, list[Figure]] | None:
    """Its running drive with the figures of its targets, if it has any. Those of single clusters have a page."""
    running = Target.objects.filter(drive__association=association, drive__state=Drive.State.RUNNING)
    targets = list(running.select_related("drive").order_by("-drive__start", "drive", "pk"))
    if not targets:
        return None
    drive = targets[0].drive
    drive.association = association
    return drive, figures_of(drive, [one for one in targets if one.drive_id == drive.pk], drive.now())[0]
