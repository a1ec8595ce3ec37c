"""What a cluster needs."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.models import Cluster
from meetings.models import Meeting
from members.models import Invitation, Membership, Representative

from .need import ANSWER_TO_APPLICANTS, CADENCE_DAYS, CALL_SILENT_FIRMS, SOON, Need, Words, desk_of_meetings

SOON_ENOUGH = min(timedelta(days=days * 3 // 2) for days in CADENCE_DAYS.values())  # for each cadence


def clusters_of(user, now: datetime) -> list[Cluster]:
    """Those that may need something, with what waits, and the last and the next of their own meetings."""
    ours = Meeting.objects.filter(cluster=OuterRef("pk"), kind=Meeting.Kind.MEETING).order_by()
    applied = Membership.objects.filter(cluster=OuterRef("pk"), state=Membership.State.APPLIED).order_by()
    asking, silent = (rows.filter(cluster=OuterRef("pk")) for rows in (of_asking(), of_silent()))
    soon = ours.filter(
        state__in=[Meeting.State.DRAFT, Meeting.State.PUBLISHED], starts_at__range=(now, now + SOON_ENOUGH)
    )
    waits = Q(pk__in=Membership.objects.filter(state=Membership.State.APPLIED).values("cluster"))
    for rows in (Invitation.objects.unsent(), of_asking(), of_silent()):
        waits |= Q(pk__in=rows.values("cluster"))
    clusters = (
        Cluster.objects.managed_by(user)
        .filter(waits | ~Exists(soon))
        .annotate(
            waiting=_one(applied, Count("pk")),
            waiting_since=_one(applied, Min("applied_at")),
            uninvited=_one(
                Invitation.objects.unsent().filter(cluster=OuterRef("pk")).order_by(), Count("pk")
            ),
            last_met=_one(ours.past(now).order_by(), Max("starts_at")),
            meets_next=_one(ours.upcoming(now).order_by(), Min("starts_at")),
            asking=_one(asking, Count("company__representatives", distinct=True)),
            asking_since=_one(asking, Min("company__representatives__since")),
            silent=_one(silent, Count("pk")),
            silent_since=_one(silent, Min("company__unrepresented_since")),
        )
    )
    return list(clusters)


def of_asking():
    """Memberships, with the people who ask to act for the firm and whom no lead of it answers."""
    led = Representative.objects.active().filter(
        company=OuterRef("company"), role=Representative.Role.LEAD, user__is_active=True
    )
    return (
        Membership.objects.open()
        .filter(  # in one call: of one and the same person, who is then also the one counted
            Q(company__representatives__takes_over=True) | ~Exists(led),
            company__representatives__state=Representative.State.ASKED,
        )
        .order_by()
    )


def of_silent():
    """Memberships whose firm nobody answers for."""
    return Membership.objects.active().filter(company__unrepresented_since__isnull=False).order_by()


def _one(rows, figure):
    """A figure of the rows of each cluster."""
    return rows.values("cluster").annotate(figure=figure).values("figure")


def of_cluster(cluster, today: date) -> Iterator[Need]:
    if cluster.waiting:
        since = timezone.localdate(cluster.waiting_since)
        yield Need(cluster, since + ANSWER_TO_APPLICANTS, partial(_applications, cluster, since))
    if cluster.asking:
        since = timezone.localdate(cluster.asking_since)
        yield Need(cluster, since + ANSWER_TO_APPLICANTS, partial(_people_asking, cluster, since))
    if cluster.silent:
        since = timezone.localdate(cluster.silent_since)
        yield Need(cluster, since + CALL_SILENT_FIRMS, partial(_silent_firms, cluster))
    if cluster.uninvited:
        yield Need(cluster, today + SOON, partial(_uninvited, cluster))
    if cluster.state == Cluster.State.ACTIVE and not _meets_soon_enough(cluster, today):
        due = _met_on(cluster) + timedelta(days=CADENCE_DAYS[cluster.cadence]) if cluster.last_met else today
        yield Need(cluster, due, partial(_nothing_planned, cluster))
    if cluster.state == Cluster.State.FORMING and not cluster.meets_next:
        yield Need(cluster, today, partial(_no_first_meeting, cluster))


def _applications(cluster, since: date) -> Words:
    sentence = ngettext(
        "One firm waits to join, since %(day)s.",
        "%(number)s firms wait to join, since %(day)s.",
        cluster.waiting,
    ) % {"number": cluster.waiting, "day": date_format(since, "MONTH_DAY_FORMAT")}
    query = urlencode({"state__exact": "applied", "cluster__id__exact": cluster.pk})
    return Words(
        sentence,
        ngettext("Look at it", "Look at them", cluster.waiting),
        f"{reverse('admin:members_membership_changelist')}?{query}",
    )


def _people_asking(cluster, since: date) -> Words:
    sentence = ngettext(
        "Somebody asks to act for a firm, since %(day)s.",
        "%(number)s people ask to act for a firm, since %(day)s.",
        cluster.asking,
    ) % {"number": cluster.asking, "day": date_format(since, "MONTH_DAY_FORMAT")}
    return Words(
        sentence,
        ngettext("Look at it", "Look at them", cluster.asking),
        f"{reverse('admin:members_representative_changelist')}?{urlencode({'state__exact': 'asked'})}",
    )


def _silent_firms(cluster) -> Words:
    sentence = ngettext(
        "Nobody answers for one firm. Ask who looks after it now.",
        "Nobody answers for %(number)s firms. Ask who looks after it now.",
        cluster.silent,
    ) % {"number": cluster.silent}
    query = urlencode({"answered": "no", "cluster": cluster.pk})
    return Words(sentence, _("See which"), f"{reverse('admin:members_company_changelist')}?{query}")


def _uninvited(cluster) -> Words:
    sentence = ngettext(
        "One person is on a list of yours, and not invited.",
        "%(number)s people are on a list of yours, and not invited.",
        cluster.uninvited,
    ) % {"number": cluster.uninvited}
    query = urlencode({"sent_at__isempty": 1, "cluster__id__exact": cluster.pk})
    return Words(sentence, _("Invite them"), f"{reverse('admin:members_invitation_changelist')}?{query}")


def _nothing_planned(cluster) -> Words:
    sentence = _("No meeting is planned, though it is time for one.")
    if cluster.meets_next:
        sentence = _("The next meeting is not before %(day)s.") % {
            "day": date_format(cluster.meets_next, "DATE_FORMAT")
        }
    return Words(sentence, _("Plan ahead"), _plan_ahead(cluster))


def _no_first_meeting(cluster) -> Words:
    return Words(
        _("It is forming, and no first meeting is planned."),
        _("Plan the first meeting"),
        desk_of_meetings("meeting_add", cluster=cluster.pk),
    )


def _met_on(cluster) -> date:
    return timezone.localdate(cluster.last_met)


def _meets_soon_enough(cluster, today: date) -> bool:
    """Within one and a half times its cadence; months of pause don't count."""
    until = today + timedelta(days=CADENCE_DAYS[cluster.cadence] * 3 // 2)
    months = {(today + timedelta(days=days)).month for days in range((until - today).days)}
    until += timedelta(days=31 * len(months & set(cluster.pause_months)))
    return cluster.meets_next is not None and timezone.localdate(cluster.meets_next) <= until


def _plan_ahead(cluster: Cluster) -> str:
    return desk_of_meetings("meeting_plan_ahead", cluster=cluster.pk)
