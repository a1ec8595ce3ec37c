"""Meetings in lists of the desk, with their day: titles repeat, and most meetings ahead have none yet."""

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clusters.scoping import ScopedFilter
from meetings.models import Meeting

RELATED = (
    "meeting__cluster__association",
    "meeting__association",
)  # what `meeting` reads, for list_select_related


def with_day(meeting: Meeting) -> str:
    return f"{date_format(meeting.day, 'DATE_FORMAT')}, {meeting.title}"


@admin.display(description=_("meeting"), ordering="meeting__starts_at")
def meeting(row) -> str:
    """The column of whatever belongs to a meeting."""
    return with_day(row.meeting)


class MeetingFilter(ScopedFilter):
    related = ("cluster__association", "association")

    def words_for(self, row) -> str:
        return with_day(row)
