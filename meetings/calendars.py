"""Meetings as iCalendar (RFC 5545, RFC 7986), for subscribing and for import.

Each stored meeting is one VEVENT in UTC, so that no calendar program has to know our rules for the clock change.
Its UID never changes, and SEQUENCE rises when members must hear of a change. METHOD is PUBLISH: nobody is asked to
answer by calendar, which would need the e-mail addresses of organiser and members in every file (REQUEST, RFC 5546).
"""

from collections.abc import Iterable
from datetime import UTC, timedelta

from icalendar import Calendar, Event, vDuration, vText

from meetings.models import Meeting
from meetings.timetables import timetable
from members.outbox import absolute, site_domain

REFRESH = timedelta(hours=4)


def meeting_calendar(meeting: Meeting, *, whole: bool = False, method: str = "PUBLISH") -> bytes:
    """One meeting. `whole`: with the address and agenda that only members may see."""
    return calendar("", [meeting], whole=whole, method=method)


def calendar(
    name: str, meetings: Iterable[Meeting], *, whole: bool = False, method: str = "PUBLISH"
) -> bytes:
    """The meetings as a calendar to subscribe to if it has a `name`, else to import.

    Needs their venue, cluster, association with host names, and agenda.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{site_domain()}//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("name", vText(name))
        calendar.add("x-wr-calname", vText(name))
        calendar.add("refresh-interval", vDuration(REFRESH, params={"VALUE": "DURATION"}))
        calendar.add("x-published-ttl", vDuration(REFRESH))
    for meeting in meetings:
        calendar.add_component(event(meeting, whole=whole))
    return calendar.to_ical()


def event(meeting: Meeting, *, whole: bool = False) -> Event:
    shown = whole or meeting.openness == Meeting.Openness.PUBLIC
    url = absolute(meeting.get_absolute_url(), meeting.in_association)
    event = Event()
    event.add("uid", f"{meeting.uid}@{site_domain()}")
    event.add("dtstamp", meeting.changed_at.astimezone(UTC))
    event.add("last-modified", meeting.changed_at.astimezone(UTC))
    event.add("sequence", meeting.sequence)
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", f"{meeting.organiser}: {meeting.title}")
    event.add("status", "CANCELLED" if _is_off(meeting) else "CONFIRMED")
    event.add("url", url)
    event.add("description", f"{_agenda_text(meeting) if shown else ''}{url}")
    if meeting.venue:
        event.add("location", meeting.venue.full_address if shown else meeting.public_place)
    return event


def _is_off(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.CANCELLED


def _agenda_text(meeting: Meeting) -> str:
    if _is_off(meeting):
        return f"Called off. {meeting.called_off_because}\n\n"
    times = timetable(meeting, meeting.agenda.all())
    lines = [f"{start.astimezone(meeting.zone):%H:%M} {item.title}" for item, start, _ in times]
    return "\n".join([*lines, "", ""]) if lines else ""
