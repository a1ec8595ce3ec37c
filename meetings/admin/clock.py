"""The times of a meeting on the desk: shown, and typed, by the clock of its association."""

from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.models import Association, Cluster
from meetings.models import Meeting


class ByItsOwnClock(admin.ModelAdmin):
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with timezone.override(zone_for(request.user, object_id or "")):
            return rendered(super().changeform_view(request, object_id, form_url, extra_context))

    def act_view(self, request, object_id, name):
        with timezone.override(zone_for(request.user, object_id)):
            return rendered(super().act_view(request, object_id, name))


def zone_for(user, meeting_pk: str) -> ZoneInfo | None:
    """Of a new meeting: that of the clusters one looks after, if it is one. None is the site's own."""
    if meeting_pk.isdecimal():
        zone = Coalesce("cluster__association__time_zone", "association__time_zone")
        found = Meeting.objects.filter(pk=int(meeting_pk)).values_list(zone, flat=True)
    else:
        clusters = Cluster.objects.managed_by(user)
        found = Association.objects.filter(clusters__in=clusters).values_list("time_zone", flat=True)
    names = set(found.order_by())
    return ZoneInfo(names.pop()) if len(names) == 1 else None


def rendered(response):
    """Not later, when the clock is another again."""
    return response.render() if hasattr(response, "render") else response
