"""The times of a meeting on the desk: shown, and typed, by the clock of its association."""

from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone

from clusters.models import Association, Cluster


class ByItsOwnClock(admin.ModelAdmin):
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with timezone.override(zone_for(request.user, object_id or "")):
            return rendered(super().changeform_view(request, object_id, form_url, extra_context))

    def act_view(self, request, object_id, name):
        with timezone.override(zone_for(request.user, object_id)):
            return rendered(super().act_view(request, object_id, name))


def zone_for(user, meeting_pk: str) -> ZoneInfo | None:
    """Of a new meeting: that of the clusters one looks after, if it is one. None is the site's own."""
    whose = Q(clusters__in=Cluster.objects.managed_by(user))
    if meeting_pk.isdecimal():
        whose = Q(meetings=int(meeting_pk)) | Q(clusters__meetings=int(meeting_pk))
    names = set(Association.objects.filter(whose).values_list("time_zone", flat=True))
    return ZoneInfo(names.pop()) if len(names) == 1 else None


def rendered(response):
    """Not later, when the clock is another again."""
    return response.render() if hasattr(response, "render") else response
