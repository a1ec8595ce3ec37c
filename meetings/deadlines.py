"""The agenda goes out in time: its coordinators are reminded, once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Subquery, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters import present
from clusters.dates import weekday_date
from clusters.languages import in_site_language
from clusters.models import Cluster
from meetings import agendas
from meetings.models import Meeting
from members import outbox
from members.memberships import coordinators_of


def agenda_due(now: datetime | None = None):
    """The meetings ahead whose cluster wants the agenda to be out by now, and it is not."""
    now = now or present.now()
    left = ExpressionWrapper(F("starts_at") - Value(now), DurationField())
    notice = ExpressionWrapper(F("cluster__agenda_days") * Value(timedelta(days=1)), DurationField())
    # That of the cluster which wants it first: so only the meetings of the next weeks are looked at.
    longest = Cluster.objects.values("agenda_days").order_by("-agenda_days")[:1]
    soon = Value(now) + ExpressionWrapper(Subquery(longest) * Value(timedelta(days=1)), DurationField())
    ahead = Meeting.objects.filter(
        state__in=[Meeting.State.DRAFT, Meeting.State.PUBLISHED],
        starts_at__gt=now,
        starts_at__lte=ExpressionWrapper(soon, DateTimeField()),
        editions=None,
    )
    return (
        ahead.exclude(cluster__state=Cluster.State.RESTING)
        .annotate(left=left)
        .filter(left__lte=notice)
        .order_by("starts_at", "pk")
    )


@transaction.atomic
def remind_of_agendas(now: datetime | None = None) -> int:
    """Tell the coordinators by mail that an agenda is due.

    A job of the worker; several workers may call it at once. Returns how many meetings it was about.
    """
    now = now or present.now()
    due = agenda_due(now).filter(reminded_at=None).select_for_update(of=["self"], skip_locked=True)
    meetings = list(
        due.select_related("cluster__association").prefetch_related("cluster__association__hostnames")
    )
    for meeting in meetings:
        if meeting.cluster:
            remind(meeting, meeting.cluster)
    Meeting.objects.filter(pk__in=[meeting.pk for meeting in meetings]).update(reminded_at=now)
    return len(meetings)


@in_site_language()
def remind(meeting: Meeting, cluster: Cluster) -> None:
    outbox.queue_many(
        coordinators_of(cluster),
        key=f"agenda-due:{meeting.pk}:{meeting.day:%Y%m%d}",
        kind="agenda-due",
        subject=_("The agenda is due: %(title)s, %(day)s")
        % {"title": meeting.title, "day": weekday_date(meeting.day)},
        template="agenda_due",
        context={
            "meeting": meeting,
            "starts": meeting.starts_at.astimezone(meeting.zone),
            "problems": agendas.problems(meeting),
            "desk_url": outbox.absolute(
                reverse("admin:meetings_meeting_change", args=[meeting.pk]), cluster.association
            ),
        },
        cluster=cluster,
    )
