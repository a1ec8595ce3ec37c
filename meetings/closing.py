"""What happens by itself when a meeting is over."""

from datetime import datetime

from django.db import transaction

from clusters import present, trail
from meetings.models import Duty, Meeting
from meetings.slides import presentations
from meetings.turns import turns


@transaction.atomic
def mark_held(now: datetime | None = None) -> int:
    """Published meetings that are over become held, the turns agreed for them fulfilled, and slides expected.

    A job of the worker; several workers may call it at once. Returns how many meetings it closed.
    """
    over = Meeting.objects.filter(state=Meeting.State.PUBLISHED, ends_at__lt=now or present.now())
    ids = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True))
    for duty in Duty.objects.filter(meeting__in=ids, state=Duty.State.ACCEPTED).select_related("meeting"):
        turns.fulfil(duty, now=now)
    for meeting in Meeting.objects.filter(pk__in=ids).select_related("cluster", "association"):
        presentations.expect(meeting)
        trail.record(None, "closed", meeting, cluster=meeting.cluster, association=meeting.association)
    return Meeting.objects.filter(pk__in=ids).update(state=Meeting.State.HELD)
