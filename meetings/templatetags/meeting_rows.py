"""Rows of lists, kept for the same values (clusters.fragments)."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from django import template
from django.utils.safestring import SafeString

from clusters.fragments import HOLE, filled, fragment, fragments
from clusters.templatetags.pages import days_ahead
from meetings.models import Meeting
from meetings.models.meeting import few, left_of
from meetings.slides.archive import Talk

register = template.Library()


class MeetingRow(NamedTuple):
    """What everybody may know of a meeting, but for the places left."""

    url: str
    title: str
    organiser: str
    starts_at: datetime
    day: date
    start: time
    end: time
    place: str
    kind: str
    for_members: bool
    days_ahead: str


def row_of(meeting: Meeting) -> MeetingRow:
    """Needs its venue, and its cluster and association."""
    day = meeting.day
    return MeetingRow(
        url=meeting.get_absolute_url(),
        title=meeting.title,
        organiser=meeting.organiser.name,
        starts_at=meeting.starts_at,
        day=day,
        start=meeting.start_time,
        end=meeting.end_time,
        place=meeting.public_place,
        kind="" if meeting.kind == Meeting.Kind.MEETING else meeting.get_kind_display(),
        for_members=meeting.openness == Meeting.Openness.MEMBERS,
        days_ahead=days_ahead(day),
    )


class Listed(NamedTuple):
    """A meeting of a list. `places` are those to be had of it; None: as many as one likes, or none any more."""

    number: int
    row: MeetingRow
    places: int | None


def listed(meeting: Meeting) -> Listed:
    return Listed(meeting.pk, row_of(meeting), meeting.places_offered)


def written_rows(meetings: Sequence[Listed]) -> list[SafeString]:
    """Each as a row of `.meet-list`, which says how many places are left as of now."""
    taken = Meeting.objects.seats_taken(one.number for one in meetings if one.places is not None)
    lefts = [left_of(one.places, taken.get(one.number, 0)) for one in meetings]
    return fragments(
        "meetings/_row.html",
        (
            {"row": one.row, "places_left": left, "few_left": few(left)}
            for one, left in zip(meetings, lefts, strict=True)
        ),
    )


@register.simple_tag
def talk_row(talk: Talk, place: SafeString) -> SafeString:
    """`place` is where in the slides it has the words, or ""."""
    return filled(fragment("meetings/archive/_row.html", talk=talk, place=HOLE if place else ""), place)
