"""What the time brings for answers: reminders, and yes to newly announced meetings. Jobs of the worker."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from clusters import present
from clusters.errors import Refused
from meetings import agendas
from meetings.models import Meeting, Registration, StandingAnswer
from meetings.registration import notices, registrations

REMIND_FROM = 9  # o'clock, the day before
State = Registration.State


def run_clock(now: datetime | None = None) -> None:
    now = now or present.now()
    answer_for_regulars(now)
    fill_all(now)
    remind(now)


def answer_for_regulars(now: datetime) -> None:
    """Who said yes to all meetings is down for those announced since, the longest-standing yes first."""
    ahead = Meeting.objects.upcoming(now).filter(state=Meeting.State.PUBLISHED, kind=Meeting.Kind.MEETING)
    unanswered = ahead.filter(cluster=OuterRef("cluster")).exclude(registrations__user=OuterRef("user"))
    for standing in StandingAnswer.objects.filter(Exists(unanswered)).select_related("user", "cluster"):
        try:
            registrations.follow(standing, now=now)
        except Refused:  # the meeting has just ended or was called off
            continue


def fill_all(now: datetime) -> None:
    """Places that came free by a way which no act knows of, as when a person's data is deleted."""
    waiting = Registration.objects.in_line().order_by()
    ahead = Meeting.objects.upcoming(now).filter(
        state=Meeting.State.PUBLISHED, pk__in=waiting.values("meeting")
    )
    for meeting in ahead.with_seats().select_related("cluster__association", "association", "venue"):
        if meeting.places is None or meeting.taken < meeting.places:
            registrations.fill_places(meeting, now=now)


def remind(now: datetime) -> None:
    """The day before, from nine in the morning, all who have a place; once for each date of the meeting."""
    soon = Meeting.objects.upcoming(now).filter(
        state=Meeting.State.PUBLISHED, starts_at__range=(now, now + timedelta(days=2))
    )
    zone = Coalesce("cluster__association__time_zone", "association__time_zone")
    tomorrow = {}
    for pk, starts_at, name in soon.order_by().values_list("pk", "starts_at", zone):
        local, day = now.astimezone(ZoneInfo(name)), starts_at.astimezone(ZoneInfo(name)).date()
        if local.date() == day - timedelta(days=1) and local.hour >= REMIND_FROM:
            tomorrow[pk] = day
    coming = to_remind().filter(meeting__in=tomorrow)
    reminded = coming.values_list("meeting_id", "reminded_for").distinct().order_by("meeting_id")
    due = {pk for pk, day in reminded if day != tomorrow[pk]}
    for meeting in soon.filter(pk__in=due).select_related("cluster__association", "association", "venue"):
        remind_of(meeting)


def to_remind() -> QuerySet[Registration]:
    """Those who are brought along hear it from whoever brings them."""
    return Registration.objects.filter(state=State.REGISTERED, brought_by=None)


@transaction.atomic
def remind_of(meeting: Meeting) -> None:
    agendas.lock(meeting)
    due = to_remind().filter(meeting=meeting).exclude(reminded_for=meeting.day)
    due = due.select_related("user", "brought_by")
    for answer in due:
        answer.meeting = meeting
        notices.send_reminder(answer)
    due.update(reminded_for=meeting.day)
