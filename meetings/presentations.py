"""Slides: shown to whom they are meant for, or taken back."""

from django.db import transaction
from django.utils import timezone

from clusters import trail
from clusters.errors import Refused
from meetings.models import Presentation


@transaction.atomic
def publish(presentation: Presentation, *, by) -> None:
    """Its audience sees it on the meeting's page."""
    if not presentation.file:
        raise Refused("There are no slides yet. Upload the file first.")
    presentation.state = Presentation.State.PUBLISHED
    presentation.published_at = presentation.published_at or timezone.now()
    presentation.save(update_fields=["state", "published_at"])
    _record(by, "published", presentation)


@transaction.atomic
def withdraw(presentation: Presentation, *, by) -> None:
    """Only its firm and the coordinators see it."""
    presentation.state = Presentation.State.WITHDRAWN
    presentation.save(update_fields=["state"])
    _record(by, "withdrew", presentation)


def _record(by, verb: str, presentation: Presentation) -> None:
    meeting = presentation.meeting
    trail.record(by, verb, presentation, cluster=meeting.cluster, association=meeting.association)
