"""Meetings as iCalendar (RFC 5545, RFC 7986), for subscribing and for import.

Each stored meeting is one VEVENT in UTC, so that no calendar program has to know our rules for the clock change.
Its UID never changes, and SEQUENCE rises when members must hear of a change. What everybody may fetch is PUBLISHed,
without attendees. Who has a place gets a REQUEST of their own by mail: programs move, or drop, by themselves what was
requested of one of their user's addresses, and nothing else (RFC 5546, 3.2.2 and 3.2.5). ORGANIZER, which all of them
want, is the site's own address, from which the mails come: nobody's, and no answer is expected there (RSVP=FALSE).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar, Event, vCalAddress, vDuration, vText

from clusters import present
from clusters.dates import clock
from clusters.models import Cluster
from meetings.models import AgendaItem, Meeting, Registration
from meetings.timetables import timetable
from members.models import User
from members.outbox import absolute, site_domain

REFRESH = timedelta(hours=4)
FEED_REACHES_BACK = timedelta(days=90)
KEPT = 1_000  # entries, of 1 KB
SAID: dict[str, str | Promise] = {
    Registration.State.REGISTERED: _("You are going."),
    Registration.State.WAITLISTED: _("You are on the waiting list."),
    Registration.State.WITHDRAWN: _("You said: not this time."),
    Registration.State.ATTENDED: _("You were there."),
}


def meeting_calendar(meeting: Meeting, *, whole: bool = False, method: str = "PUBLISH") -> bytes:
    """One meeting. `whole`: with the address and agenda that only members may see."""
    return calendar("", [meeting], whole=whole, method=method)


def invitation(meeting: Meeting, address: str, *, whole: bool) -> bytes:
    """For the mailbox of somebody who has a place, and no other. Of a meeting called off it takes the date back."""
    return written(
        "", [for_guest(meeting, address, whole=whole)], "CANCEL" if _is_off(meeting) else "REQUEST"
    )


def withdrawal(meeting: Meeting, address: str) -> bytes:
    """For the mailbox of somebody who no longer comes: the date goes, though the meeting takes place."""
    event = for_guest(meeting, address, whole=False)
    del event["status"]  # RFC 5546, 3.2.5: else it would be called off for all
    return written("", [event], "CANCEL")


def for_guest(meeting: Meeting, address: str, *, whole: bool) -> Event:
    made = event(meeting, whole=whole)
    # RFC 5546, 2.1.5: of two with one SEQUENCE, such as yes and no and yes again, the later holds.
    del made["dtstamp"]
    made.add("dtstamp", present.now().astimezone(UTC))
    guest = vCalAddress(f"mailto:{address}")
    guest.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    made.add("attendee", guest)
    return made


def calendar(
    name: str, meetings: Iterable[Meeting], *, whole: bool = False, method: str = "PUBLISH"
) -> bytes:
    """The meetings as a calendar to subscribe to if it has a `name`, else to import.

    Of many ask for them `as_told`.
    """
    return around(name, [entry(facts_of(meeting, whole=whole)) for meeting in meetings], method)


def as_told(meetings: QuerySet) -> QuerySet:
    """Each with what its entry says; `items` are those of its agenda."""
    items = AgendaItem.objects.filter(meeting=OuterRef("pk")).order_by("position", "pk")
    told = items.values(item=JSONObject(title=F("title"), minutes=F("minutes")))
    organised = meetings.select_related("venue", "cluster__association", "association")
    return organised.annotate(items=ArraySubquery(told))


def feeds_begin() -> datetime:
    """What ended before is left out of calendars to subscribe to."""
    return timezone.make_aware(datetime.combine(present.today(), time())) - FEED_REACHES_BACK


def own_calendar(user: User) -> bytes:
    """The meetings of the user's clusters, also those for members, and all they answered, each with the answer."""
    mine = Meeting.objects.for_members(user)
    since = feeds_begin()
    answers = {answer.meeting_id: answer for answer in user.registrations.filter(meeting__ends_at__gte=since)}
    meetings = (
        Meeting.objects.visible_to(user)
        .announced()
        .filter(Q(pk__in=own_clusters(user).values("pk")) | Q(pk__in=answers), ends_at__gte=since)
        .order_by("starts_at", "pk")
    )
    meetings = as_told(meetings)
    whole = set(mine.filter(pk__in=meetings).values_list("pk", flat=True))
    events = [own_event(meeting, answers.get(meeting.pk), whole=meeting.pk in whole) for meeting in meetings]
    return written(gettext("My meetings"), events)


def own_clusters(user: User):
    """The meetings of clusters in which a firm of the user is a member, and of their associations."""
    clusters = Cluster.objects.with_member(user)
    return Meeting.objects.filter(Q(cluster__in=clusters) | Q(association__in=clusters.values("association")))


def own_event(meeting: Meeting, answer: Registration | None, *, whole: bool) -> Event:
    """Only a place that one has makes one busy at that time."""
    made = event(meeting, whole=whole)
    state = answer.state if answer else ""
    made.add("transp", "OPAQUE" if state in Registration.SEATED else "TRANSPARENT")
    if answer is None:
        return made
    made["description"] = vText(f"{SAID.get(state, '')}\n\n{made['description']}".lstrip())
    if state == Registration.State.WAITLISTED and not _is_off(meeting):
        made["status"] = vText("TENTATIVE")
    changed = max(meeting.changed_at, answer.changed_at).astimezone(UTC)
    for name in ("dtstamp", "last-modified"):
        del made[name]
        made.add(name, changed)
    return made


def written(name: str, events: Iterable[Event], method: str = "PUBLISH") -> bytes:
    return around(name, [event.to_ical() for event in events], method)


def around(name: str, entries: Iterable[bytes], method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{site_domain()}//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("name", vText(name))
        calendar.add("x-wr-calname", vText(name))
        calendar.add("refresh-interval", vDuration(REFRESH, params={"VALUE": "DURATION"}))
        calendar.add("x-published-ttl", vDuration(REFRESH))
    before, end, after = calendar.to_ical().rpartition(b"END:VCALENDAR")
    return b"".join([before, *entries, end, after])


class Facts(NamedTuple):
    """All that an entry says."""

    uid: str
    changed_at: datetime
    sequence: int
    starts_at: datetime
    ends_at: datetime
    organiser: str
    organiser_address: str
    title: str
    is_off: bool
    url: str
    description: str
    location: str | None


def facts_of(meeting: Meeting, *, whole: bool = False) -> Facts:
    shown = whole or meeting.openness == Meeting.Openness.PUBLIC
    url = absolute(meeting.get_absolute_url(), meeting.in_association)
    place = (meeting.venue.full_address if shown else meeting.public_place) if meeting.venue else None
    return Facts(
        uid=f"{meeting.uid}@{site_domain()}",
        changed_at=meeting.changed_at.astimezone(UTC),
        sequence=meeting.sequence,
        starts_at=meeting.starts_at.astimezone(UTC),
        ends_at=meeting.ends_at.astimezone(UTC),
        organiser=meeting.organiser.name,
        organiser_address=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        title=meeting.title,
        is_off=_is_off(meeting),
        url=url,
        description=f"{_agenda_text(meeting) if shown else ''}{url}",
        location=place,
    )


@lru_cache(maxsize=KEPT)
def entry(facts: Facts) -> bytes:
    """Writing one takes a millisecond. It depends on its facts alone."""
    return event_of(facts).to_ical()


def event(meeting: Meeting, *, whole: bool = False) -> Event:
    return event_of(facts_of(meeting, whole=whole))


def event_of(facts: Facts) -> Event:
    organiser = vCalAddress(f"mailto:{facts.organiser_address}")
    organiser.params["CN"] = facts.organiser
    event = Event()
    event.add("uid", facts.uid)
    event.add("dtstamp", facts.changed_at)
    event.add("last-modified", facts.changed_at)
    event.add("sequence", facts.sequence)
    event.add("dtstart", facts.starts_at)
    event.add("dtend", facts.ends_at)
    event.add("summary", f"{facts.organiser}: {facts.title}")
    event.add("status", "CANCELLED" if facts.is_off else "CONFIRMED")
    event.add("organizer", organiser)
    event.add("url", facts.url)
    event.add("description", facts.description)
    if facts.location is not None:
        event.add("location", facts.location)
    return event


def _is_off(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.CANCELLED


def _agenda_text(meeting: Meeting) -> str:
    if _is_off(meeting):
        return gettext("Called off. %(because)s") % {"because": meeting.called_off_because} + "\n\n"
    told = getattr(meeting, "items", None)
    items = meeting.agenda.all() if told is None else [AgendaItem(**item) for item in told]
    times = timetable(meeting, items)
    lines = [f"{clock(start.astimezone(meeting.zone))} {item.title}" for item, start, _ in times]
    return "\n".join([*lines, "", ""]) if lines else ""
