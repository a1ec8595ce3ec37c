"""The report to funders, the rows behind its figures, and how a cluster is going."""

from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Avg
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters import present
from clusters.brands import wear
from clusters.costs import given_in
from clusters.models import Association, Cluster
from clusters.spreadsheets import csv_response
from meetings.models import Feedback
from meetings.reports import figures, pictures
from meetings.reports.forms import ScopeForm
from meetings.reports.lines import lines_of
from meetings.reports.scope import Scope
from members import drives
from members.drives import Standing
from members.models import Drive

ROWS_PER_PAGE = 100
MOST_DRIVES = 5
MOST_RHYTHMS = 60


def asked_scope(request) -> tuple[ScopeForm, Scope | None]:
    """The form, and what is asked for if that is well: 403 for who looks after nothing."""
    user = request.user
    if not (Cluster.objects.managed_by(user).exists() or Association.objects.managed_by(user).exists()):
        raise PermissionDenied
    form = ScopeForm(request.GET, user=user)
    if not form.is_valid():
        return form, None
    chosen = form.cleaned_data
    scope = Scope(
        list(chosen["clusters"]), list(chosen.get("associations", [])), chosen["start"], chosen["end"]
    )
    associations = {one.association for one in scope.clusters} | set(scope.associations)
    if len(associations) == 1 and request.site_association is None:
        wear(request, associations.pop())
    return form, scope


@require_safe
def report(request):
    form, scope = asked_scope(request)
    context = {"form": form, "scope": scope, "query": request.GET.urlencode()}
    if scope:
        now = present.now()
        counted = figures.with_numbers(figures.figures_of(scope, now))
        context |= {
            "groups": [(name, list(rows)) for name, rows in groupby(counted, lambda row: row[0].group)],
            "charts": pictures.charts_of(scope, now),
            "rhythms": pictures.rhythms(scope, now)[:MOST_RHYTHMS],
            "rating": mean_rating(scope, now),
            "pounds": pounds_in(scope),
            "drives": drives_of(scope, now),
            "written_on": now,
        }
    return render(request, "meetings/reports/report.html", context)


def mean_rating(scope: Scope, now) -> Decimal | None:
    answers = Feedback.objects.filter(meeting__in=figures.held_in(scope, now))
    return answers.aggregate(mean=Avg("rating"))["mean"]


def pounds_in(scope: Scope) -> Decimal:
    """Money given in the period: each gift spread evenly over its days."""
    gifts = figures.supports_in(scope).filter(amount__isnull=False)
    return sum((given_in(gift, scope.start, scope.end) for gift in gifts), Decimal(0))


def drives_of(scope: Scope, now) -> list[tuple[Drive, Standing]]:
    """The drives of these clusters and of their associations that ran on a day of the period, the last first."""
    associations = {one.association_id for one in scope.clusters} | {one.pk for one in scope.associations}
    ran = Drive.objects.filter(start__lte=scope.end, end__gte=scope.start)
    found = ran.filter(cluster__in=scope.clusters) | ran.filter(association__in=associations)
    rows = found.select_related("association", "cluster__association").prefetch_related("targets")
    return [(one, drives.standing_of(one, now)) for one in rows[:MOST_DRIVES]]


@require_safe
def report_csv(request):
    _form, scope = asked_scope(request)
    if scope is None:
        return redirect(f"{reverse('meetings:report')}?{request.GET.urlencode()}")
    now = present.now()
    rows = [
        (figure.group, figure.name, number, figure.meaning)
        for figure, number in figures.with_numbers(figures.figures_of(scope, now))
    ]
    rating = mean_rating(scope, now)
    rows += [
        (_("Feedback"), _("Mean rating"), f"{rating:.2f}" if rating else "", _("Of one to five.")),
        (
            _("Support received"),
            _("Pounds"),
            pounds_in(scope),
            _("Each gift of money spread evenly over its days."),
        ),
    ]
    rows += [
        (
            _("Drive: %(drive)s") % {"drive": drive},
            figure.label,
            _("%(reached)s of %(number)s") % {"reached": figure.reached, "number": figure.number},
            figure.meaning,
        )
        for drive, standing in drives_of(scope, now)
        for figure in standing.figures
    ]
    name = f"report-{scope.start:%Y-%m-%d}-{scope.end:%Y-%m-%d}"
    return csv_response(name, [_("Group"), _("Figure"), _("Number"), _("What it counts")], rows)


@require_safe
def report_rows(request, key: str):
    """The rows behind a figure, of what was asked for."""
    scope, figure = asked_figure(request, key)
    page = Paginator(figure.rows.order_by("pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "scope": scope,
        "figure": figure,
        "number": figures.sum_of(figure) if figure.adds_up else page.paginator.count,
        "page": page,
        "lines": lines_of(page.object_list, scope, request.user),
        "query": query.urlencode(),
    }
    return render(request, "meetings/reports/rows.html", context)


@require_safe
def report_rows_csv(request, key: str):
    scope, figure = asked_figure(request, key)
    lines = lines_of(figure.rows.order_by("pk"), scope, request.user)
    rows = [(line.what, line.where, line.day) for line in lines]
    return csv_response(
        f"{figure.key}-{scope.start:%Y-%m-%d}-{scope.end:%Y-%m-%d}", [_("What"), _("Where"), _("When")], rows
    )


def asked_figure(request, key: str) -> tuple[Scope, figures.Figure]:
    _form, scope = asked_scope(request)
    if scope is None:
        raise Http404
    found = next((one for one in figures.figures_of(scope, present.now()) if one.key == key), None)
    if found is None:
        raise Http404
    return scope, found


@require_safe
def cluster_charts(request, slug: str):
    """How a cluster is going, for who looks after it: the last twelve months in pictures."""
    cluster = get_object_or_404(
        Cluster.objects.visible_to(request.user).select_related("association"), slug=slug
    )
    if not Cluster.objects.managed_by(request.user).filter(pk=cluster.pk).exists():
        raise PermissionDenied
    wear(request, cluster.association)
    now, today = present.now(), present.today()
    scope = Scope([cluster], [], today - timedelta(days=364), today)
    context = {
        "cluster": cluster,
        "scope": scope,
        "charts": pictures.charts_of(scope, now),
        "rhythms": pictures.rhythms(scope, now),
    }
    return render(request, "meetings/reports/cluster.html", context)
