"""Who came, on the desk: of one meeting on its page, and of a cluster's meetings side by side."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.charts import attendance
from clusters.models import Cluster
from meetings.models import Meeting
from meetings.registration import attendance as came

MOST_MEETINGS = 24  # two years of a cluster that meets every month


class ShowsAttendance(admin.ModelAdmin):
    """The part of the meetings' desk that shows who came."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.attendance_view)
        return [path("attendance/", view, name="meetings_meeting_attendance"), *super().get_urls()]

    def attendance_view(self, request):
        """With ?cluster=, of those the user looks after; without it of the first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        clusters = list(Cluster.objects.managed_by(request.user).select_related("association"))
        asked = request.GET.get("cluster", "")
        cluster = next((one for one in clusters if str(one.pk) == asked), clusters[0] if clusters else None)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Who came"),
            "opts": self.opts,
            "clusters": clusters,
            "cluster": cluster,
            "chart": came.chart(last_meetings(cluster)) if cluster else None,
        }
        return TemplateResponse(request, "admin/meetings/meeting/attendance.html", context)

    @admin.display(description=_("who came"))
    def attendance(self, meeting):
        counted = Meeting.objects.with_attendance().get(pk=meeting.pk)
        label = gettext("%(came)s came, %(stayed_away)s had a place and did not come") % {
            "came": counted.came,
            "stayed_away": counted.stayed_away,
        }
        context = {
            "meeting": counted,
            "picture": attendance(counted.came, counted.stayed_away, label),
            "numbers": list(zip(came.HEAD[1:], came.numbers(counted), strict=True)),
        }
        return render_to_string("admin/meetings/meeting/_attendance.html", context)


def last_meetings(cluster: Cluster) -> list[Meeting]:
    """Its last ones, in their order in time."""
    past = cluster.meetings.past().with_attendance().select_related("cluster__association", "association")
    return list(reversed(past[:MOST_MEETINGS]))
