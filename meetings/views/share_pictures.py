from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.dates import clock, long_date
from clusters.share_picture import SharePicture
from clusters.views.share_pictures import EVERYBODY, Shared, picture_response, shared
from meetings.models import Meeting

ADDRESS = "meetings:meeting-share-picture"


@login_not_required
@require_safe
def meeting_share_picture(request, pk: int, version: str):
    meetings = Meeting.objects.visible_to(EVERYBODY)
    meetings = meetings.select_related("venue", "cluster__association", "association")
    meeting = get_object_or_404(meetings, pk=pk)
    return picture_response(picture_of_meeting(meeting), ADDRESS, pk, version)


def shared_picture_of(meeting: Meeting) -> Shared | None:
    """None for a meeting that not everybody may see."""
    if meeting.state == Meeting.State.DRAFT or meeting.openness == Meeting.Openness.MEMBERS:
        return None
    return shared(picture_of_meeting(meeting), ADDRESS, meeting.pk)


def picture_of_meeting(meeting: Meeting) -> SharePicture:
    starts_at = timezone.localtime(meeting.starts_at, meeting.zone)
    off = meeting.state == Meeting.State.CANCELLED
    facts = [long_date(starts_at), _("called off") if off else clock(starts_at), meeting.public_place]
    return SharePicture.of(
        meeting.in_association,
        kicker=str(meeting.organiser),
        title=meeting.title,
        line=", ".join(fact for fact in facts if fact),
        lit=meeting.cluster.slug if meeting.cluster else "",
    )
