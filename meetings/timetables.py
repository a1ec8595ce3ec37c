"""Times follow from the order of the items and their lengths."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils.translation import ngettext

from meetings.models import AgendaItem, Meeting


def timetable(meeting: Meeting, items: Iterable[AgendaItem]) -> list[tuple[AgendaItem, datetime, datetime]]:
    """The items with their start and end, one after the other from the start of the meeting, in UTC."""
    times, at = [], meeting.starts_at.astimezone(UTC)
    for item in items:
        end = at + timedelta(minutes=item.minutes)
        times.append((item, at, end))
        at = end
    return times


def overrun(meeting: Meeting, minutes: int) -> str:
    """The sentence if items of so many `minutes` don't fit into the meeting, else nothing."""
    over = minutes - meeting.minutes
    if over <= 0:
        return ""
    return ngettext(
        "The agenda is %(number)s minute longer than the meeting, which takes %(minutes)s. "
        "Shorten an item or let the meeting end later.",
        "The agenda is %(number)s minutes longer than the meeting, which takes %(minutes)s. "
        "Shorten an item or let the meeting end later.",
        over,
    ) % {"number": over, "minutes": meeting.minutes}
