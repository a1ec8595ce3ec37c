"""What the time brings for answers: reminders, and yes to newly announced meetings. Jobs of the worker."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

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
    for meeting in soon.select_related("cluster__association", "association", "venue"):
        local = now.astimezone(meeting.zone)
        if local.date() == meeting.day - timedelta(days=1) and local.hour >= REMIND_FROM:
            remind_of(meeting)


@transaction.atomic
def remind_of(meeting: Meeting) -> None:
    agendas.lock(meeting)
    coming = meeting.registrations.filter(state=State.REGISTERED, brought_by=None)
    due = coming.exclude(reminded_for=meeting.day).select_related("user", "brought_by")
    for answer in due:
        answer.meeting = meeting
        notices.send_reminder(answer)
    due.update(reminded_for=meeting.day)
