"""The rows behind a figure in words. No person is named: funders ask for numbers, firms and meetings."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clusters.costs import given_in
from clusters.dates import short_date
from clusters.figures import Line
from clusters.models import Support
from meetings.models import AgendaItem, Feedback, Meeting, Presentation, Registration
from meetings.reports.scope import Scope
from members.models import Company, Introduction, Membership, Opportunity

ORGANISERS = ("cluster__association", "association")
OF_MEETING = ("meeting__cluster__association", "meeting__association")


def lines_of(rows: Any, scope: Scope, user) -> list[Line]:
    """Of a page of rows; two queries at most."""
    write: dict[type, Callable[[Any, Scope, Any], Iterable[Line]]] = {
        Company: _companies,
        Meeting: _meetings,
        Registration: _registrations,
        AgendaItem: _talks,
        Presentation: _talks,
        Feedback: _feedback,
        Introduction: _introductions,
        Opportunity: _opportunities,
        Support: _supports,
    }
    return list(write[rows.model](rows, scope, user))


def _companies(rows, scope: Scope, user) -> Iterable[Line]:
    firms = list(rows)
    memberships = Membership.objects.filter(
        company__in=firms, cluster__in=scope.clusters, joined_at__isnull=False
    )
    spans: dict[int, list[str]] = {}
    for one in memberships.select_related("cluster").order_by("joined_at", "pk"):
        span = (
            _("%(cluster)s, %(start)s to %(end)s")
            if one.state == Membership.State.LEFT and one.ended_at
            else "%(cluster)s, %(start)s"
        )
        spans.setdefault(one.company_id, []).append(
            span % {"cluster": one.cluster, "start": _day(one.joined_at), "end": _day(one.ended_at)}
        )
    for firm in firms:
        yield Line(firm.name, "; ".join(spans.get(firm.pk, [])))


def _day(moment: datetime | None) -> str:
    return short_date(moment) if moment else ""


def _meetings(rows, scope: Scope, user) -> Iterable[Line]:
    for one in rows.select_related(*ORGANISERS):
        what = (
            _("%(title)s (%(kind)s, %(number)s counted without a list)")
            if one.headcount
            else "%(title)s (%(kind)s)"
        )
        yield Line(
            what % {"title": one.title, "kind": one.get_kind_display().lower(), "number": one.headcount},
            str(one.organiser),
            one.day,
            one.get_absolute_url(),
        )


def _registrations(rows, scope: Scope, user) -> Iterable[Line]:
    for one in rows.select_related("company", *OF_MEETING):
        who = _("Somebody of %(company)s") % {"company": one.company} if one.company else _("A guest")
        yield Line(who, one.meeting.title, one.meeting.day, one.meeting.get_absolute_url())


def _talks(rows, scope: Scope, user) -> Iterable[Line]:
    for one in rows.select_related("company", *OF_MEETING):
        firm = f" ({one.company})" if one.company else ""
        yield Line(
            f"{one.title}{firm}", str(one.meeting.organiser), one.meeting.day, one.meeting.get_absolute_url()
        )


def _feedback(rows, scope: Scope, user) -> Iterable[Line]:
    for one in rows.select_related(*OF_MEETING):
        yield Line(
            one.get_rating_display(), one.meeting.title, one.meeting.day, one.meeting.get_absolute_url()
        )


def _introductions(rows, scope: Scope, user) -> Iterable[Line]:
    """What two firms agreed between themselves stays theirs."""
    found = list(rows.select_related("asker", "asked", "cluster"))
    named = set(
        Introduction.objects.managed_by(user)
        .filter(pk__in=[one.pk for one in found])
        .values_list("pk", flat=True)
    )
    for one in found:
        who = str(one) if one.pk in named else _("Two members, directly")
        how = one.get_outcome_display() or one.get_state_display()
        yield Line(f"{who}: {how.lower()}", str(one.cluster), one.asked_at.date())


def _opportunities(rows, scope: Scope, user) -> Iterable[Line]:
    for one in rows.select_related("company"):
        how = one.get_outcome_display() or one.get_state_display()
        yield Line(f"{one.title}: {how.lower()}", one.company.name, one.posted_at.date())


def _supports(rows, scope: Scope, user) -> Iterable[Line]:
    for one in rows.select_related("supporter", "cluster", "association"):
        pounds = given_in(one, scope.start, scope.end)
        what = (
            _("%(supporter)s: %(gives)s, £%(pounds)s in the period") if pounds else "%(supporter)s: %(gives)s"
        )
        yield Line(
            what
            % {
                "supporter": one.supporter,
                "gives": one.get_gives_display().lower(),
                "pounds": f"{pounds:,}",
            },
            str(one.cluster or one.association),
            one.start,
        )
