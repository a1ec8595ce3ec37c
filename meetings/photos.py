"""The photo of a meeting. A new one takes the place of the old one."""

from django.db import transaction

from clusters import trail
from clusters.images import Sizes
from meetings.models import Meeting, MeetingPhoto


@transaction.atomic
def put(meeting: Meeting, sizes: Sizes, description: str, *, by) -> MeetingPhoto:
    remove(meeting)
    photo = MeetingPhoto(meeting=meeting, description=description)
    photo.store(sizes)
    trail.record(by, "put a photo to", meeting, cluster=meeting.cluster, association=meeting.association)
    return photo


def remove(meeting: Meeting) -> None:
    for photo in MeetingPhoto.objects.filter(meeting=meeting):
        photo.delete()
