"""A membership drive for everybody to see, and the rows behind its figures."""

from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.dateformat import format as format_date
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters import pictures
from clusters.brands import wear
from clusters.figures import Line
from clusters.kept_figures import kept
from clusters.models import Association, Cluster
from clusters.onlookers import EVERYBODY, Onlooker, kept_for_all_like, looking_at
from clusters.visitors_pages import same_for_visitors
from members import drives
from members.drives import Figure, Standing
from members.models import Company, Drive, Introduction

COMING_UP = 3
ROWS_PER_PAGE = 100
MOST_DOTS = 600  # of more, a dot stands for several firms


class DrivePage(NamedTuple):
    """All but the frame. `figure`: that of new members, which leads."""

    name: str
    summary: str
    figure: Figure | None
    association: Association
    main: SafeString


@login_not_required
@require_safe
@same_for_visitors()
def drive(request, slug):
    like = partial(reader_like, request.user, slug)
    page = kept_for_all_like(request.user, like, ("drive", slug), partial(page_of, slug))
    wear(request, page.association)
    return render(request, "members/drive.html", {"page": page})


def reader_like(user, slug: str) -> Onlooker | None:
    """Who sees the same meetings of those whose drive it is."""

    def look() -> tuple[frozenset[int], frozenset[int]]:
        drive = visible_drive(EVERYBODY, slug)
        association = drive.in_association
        clusters = [drive.cluster] if drive.cluster else Cluster.objects.of(association)
        return frozenset(one.pk for one in clusters), frozenset([association.pk])

    places = kept(("places of a drive", slug), look)
    return looking_at(user, *places, firms=frozenset())


def page_of(slug: str, user) -> DrivePage:
    drive = visible_drive(user, slug)
    standing = drives.standing_of(drive)
    coming = coming_up(drive, user)
    shown = {
        "drive": drive,
        "standing": standing,
        "phase": phase_of(drive, drive.today()),
        "members": standing.members,
        "pace": standing.pace(drive),
        "field": field_of(standing),
        "burn_up": burn_up(drive, standing),
        "months": months_table(drive, standing),
        "others": [(figure, next_of(figure, coming)) for figure in standing.others],
        "clusters": clusters_of(drive, standing),
        "coming": coming[:COMING_UP],
        "looks_after": drives.looked_after(user, drive),
        "more_drives": more_drives(drive),
        "signed_in": user.is_authenticated,
    }
    main = render_to_string("members/_drive.html", shown)
    return DrivePage(drive.name, drive.summary, standing.members, drive.in_association, main)


def visible_drive(user, slug: str) -> Drive:
    found = Drive.objects.visible_to(user).select_related("association", "cluster__association")
    return get_object_or_404(found, slug=slug)


def phase_of(drive: Drive, today: date) -> str:
    if drive.state == Drive.State.CLOSED:
        return "closed"
    return "before" if today < drive.start else "over" if today > drive.end else "running"


def field_of(standing: Standing) -> dict | None:
    """A dot for each firm of the target, in rows for a wide and for a narrow screen."""
    members = standing.members
    if members is None:
        return None
    scale = -(-members.number // MOST_DOTS)
    newly = standing.newly // scale
    done, target = members.reached // scale - newly, -(-members.number // scale)
    label = _("%(reached)s of %(number)s %(label)s") % {
        "reached": f"{members.reached:,}",
        "number": f"{members.number:,}",
        "label": members.label,
    }
    return {
        "scale": scale,
        "wide": pictures.dot_field(done, newly, target, label, columns=42, css_class="field-dots is-wide"),
        "narrow": pictures.dot_field(
            done, newly, target, label, columns=20, css_class="field-dots is-narrow"
        ),
    }


def burn_up(drive: Drive, standing: Standing) -> str:
    members, pace = standing.members, standing.pace(drive)
    if members is None or pace is None:
        return ""
    months = (drive.start + relativedelta(months=count) for count in range(drives.months_of(drive)))
    names = [format_date(month, "M") for month in months]
    points = [(0.0, 0), *enumerate(standing.history, start=1)]
    points.append((months_gone(drive, standing.day), members.reached))
    label = _("%(reached)s of %(number)s %(label)s; a steady pace brings %(expected)s.") % {
        "reached": f"{members.reached:,}",
        "number": f"{members.number:,}",
        "label": members.label,
        "expected": f"{pace.expected:,}",
    }
    return pictures.burn_up(
        points if standing.day >= drive.start else [], members.number, names, label, f"{members.reached:,}"
    )


def months_gone(drive: Drive, day: date) -> float:
    """How far into the drive a day is at its end, in months and parts of one."""
    gone = relativedelta(day + timedelta(days=1), drive.start)
    months = gone.years * 12 + gone.months
    this_month = drive.start + relativedelta(months=months)
    return months + gone.days / ((this_month + relativedelta(months=1)) - this_month).days


def months_table(drive: Drive, standing: Standing) -> list[tuple[date, int, int]]:
    """The last day of each month gone and today, the firms until then, and the steady pace."""
    members = standing.members
    if members is None or standing.day < drive.start:
        return []
    ends = [drive.start + relativedelta(months=count + 1, days=-1) for count in range(len(standing.history))]
    rows = dict(zip(ends, standing.history, strict=True)) | {standing.day: members.reached}
    days = (drive.end - drive.start).days + 1
    return [
        (day, firms, round(members.number * ((day - drive.start).days + 1) / days))
        for day, firms in rows.items()
    ]


def next_of(figure: Figure, coming: list):
    return next((meeting for meeting in coming if meeting.kind in figure.kinds), None)


def coming_up(drive: Drive, user) -> list:
    """The events ahead in the drive, other than the clusters' own meetings."""
    if drive.state == Drive.State.CLOSED:
        return []
    ahead = drives.meeting_model().objects.visible_to(user).announced().upcoming()
    ours = ahead.filter(cluster=drive.cluster_id) if drive.cluster_id else ahead.of(drive.association)
    ours = ours.filter(starts_at__lt=drive.moments[1]).exclude(kind="meeting")
    return list(ours.select_related("cluster__association", "association", "venue")[:50])


def clusters_of(drive: Drive, standing: Standing) -> list[Cluster]:
    """The clusters of an association's drive, each with its new `firms`, the most first."""
    if drive.cluster_id or standing.members is None:
        return []
    new = dict(standing.by_cluster)
    clusters = list(Cluster.objects.of(drive.association).select_related("association"))
    for cluster in clusters:
        cluster.firms = new.get(cluster.pk, 0)
    return sorted(clusters, key=lambda cluster: (-cluster.firms, cluster.name))


def more_drives(drive: Drive) -> list[tuple[Drive, Standing | None]]:
    """The other drives of the association; those that are closed with their result."""
    association = drive.in_association
    what, of = ("drives", association.pk), ("members.Drive", "clusters.Cluster")
    others = [one for one in kept(what, lambda: list(Drive.objects.of(association)), of) if one != drive]
    return [(one, Standing.from_json(one.result) if one.result else None) for one in others]


@login_not_required
@require_safe
@same_for_visitors("page")
def drive_rows(request, slug, key):
    """What a figure counts: all of it for who looks after the drive, else what is public anyway."""
    drive = visible_drive(request.user, slug)
    rows = drives.rows_behind(drive, key)
    looks_after = drives.looked_after(request.user, drive)
    if rows is None or (key == drives.LEFT and not looks_after):
        raise Http404
    wear(request, drive.in_association)
    standing = drives.standing_of(drive)
    figure = next((one for one in standing.figures if one.key == key), None)
    page = Paginator(drives.seen_by(request.user, drive, rows).order_by("pk"), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "drive": drive,
        "figure": figure,
        "number": figure.reached if figure else standing.left,
        "page": page,
        "lines": lines_of(drive, page.object_list, request.user),
        "looks_after": looks_after,
    }
    return render(request, "members/drive_rows.html", context)


def lines_of(drive: Drive, rows, user) -> list[Line]:
    if rows.model is Company:
        first = drives.joined_in(drive).filter(company=OuterRef("pk")).order_by("joined_at", "pk")
        rows = rows.annotate(
            joined_at=Subquery(first.values("joined_at")[:1]),
            joined_cluster=Subquery(first.values("cluster__name")[:1]),
        )
        return [Line(firm.name, firm.joined_cluster, drive.day(firm.joined_at)) for firm in rows]
    if rows.model is Introduction:
        named = set(Introduction.objects.managed_by(user).filter(pk__in=rows).values_list("pk", flat=True))
        rows = rows.select_related("asker", "asked", "cluster")
        return [
            Line(str(row) if row.pk in named else _("Two members"), str(row.cluster), drive.day(row.asked_at))
            for row in rows
        ]
    if rows.model is drives.meeting_model():
        rows = rows.select_related("cluster__association", "association")
        return [Line(row.title, str(row.organiser), row.day, row.get_absolute_url()) for row in rows]
    return [
        Line(row.title, row.company.name, drive.day(row.posted_at)) for row in rows.select_related("company")
    ]
