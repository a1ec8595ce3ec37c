"""Meetings on the desk, with their day: titles repeat, and most meetings ahead have none yet."""

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clusters.models.places import some_clusters_of
from clusters.scoping import ScopedFilter
from meetings.models import AgendaItem, Meeting

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


def with_day_and_place(meeting: Meeting) -> str:
    """For who looks after several clusters, which may meet on one day."""
    return f"{with_day(meeting)} ({meeting.organiser})"


def item_with_day(item: AgendaItem) -> str:
    return f"{date_format(item.meeting.day, 'DATE_FORMAT')}, {item.title}"


def item_with_day_and_place(item: AgendaItem) -> str:
    return f"{item_with_day(item)} ({item.meeting.organiser})"


class DatedChoices(admin.ModelAdmin):
    """Meetings and items of their agendas to choose from, the latest first."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        is_of_one = len(some_clusters_of(request.user)) == 1
        if db_field.remote_field.model is Meeting:
            field.queryset = field.queryset.select_related(*MeetingFilter.related).order_by("-starts_at")
            field.label_from_instance = with_day if is_of_one else with_day_and_place
        elif db_field.remote_field.model is AgendaItem:
            latest = field.queryset.order_by("-meeting__starts_at", "position", "pk")
            field.queryset = latest.select_related(*RELATED)
            field.label_from_instance = item_with_day if is_of_one else item_with_day_and_place
        return field
