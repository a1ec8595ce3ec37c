"""A meeting as search engines read it (schema.org/Event)."""

from clusters.linked_data import CONTEXT, absolute
from clusters.markdown import plain
from meetings.models import Meeting, Venue


def event_data(meeting: Meeting) -> dict | None:
    """What everybody may know of it; nothing of drafts and of meetings that only members see."""
    if meeting.state == Meeting.State.DRAFT or meeting.openness == Meeting.Openness.MEMBERS:
        return None
    association = meeting.in_association
    off = meeting.state == Meeting.State.CANCELLED
    data = {
        "@context": CONTEXT,
        "@type": "Event",
        "name": meeting.title,
        "startDate": meeting.starts_at.astimezone(meeting.zone).isoformat(),
        "endDate": meeting.ends_at.astimezone(meeting.zone).isoformat(),
        "eventStatus": f"{CONTEXT}/{'EventCancelled' if off else 'EventScheduled'}",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "url": absolute(meeting.get_absolute_url()),
        "isAccessibleForFree": True,
        "organizer": {
            "@type": "Organization",
            "name": f"{association.name}: {meeting.cluster}" if meeting.cluster else association.name,
            "url": absolute(meeting.organiser.get_absolute_url()),
        },
    }
    if meeting.summary:
        data["description"] = plain(meeting.summary)
    if meeting.venue:
        data["location"] = place_data(meeting.venue, meeting.openness == Meeting.Openness.PUBLIC)
    return data


def place_data(venue: Venue, is_public: bool) -> dict:
    """The venue, or its town alone where the address is for members."""
    address = {"@type": "PostalAddress", "addressLocality": venue.town}
    if not is_public:
        return {"@type": "Place", "name": venue.town, "address": address}
    address |= {"streetAddress": venue.address, "postalCode": venue.postcode}
    return {"@type": "Place", "name": venue.name, "address": address}
