"""How the clusters fare, on one page of the desk: for officers all of theirs, for coordinators their own."""

from django.contrib import admin
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from meetings.health import Weight, health_of, thresholds

MOST = 300  # clusters on the page, those that need somebody first


class ShowsHealth(admin.ModelAdmin):
    """The part of the meetings' desk that shows how the clusters fare."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.health_view)
        return [path("health/", view, name="meetings_health"), *super().get_urls()]

    @method_decorator(require_safe)
    def health_view(self, request):
        found = health_of(request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": _("How the clusters fare"),
            "opts": self.opts,
            "rows": found[:MOST],
            "more": max(len(found) - MOST, 0),
            "number": len(found),
            "needing": sum(health.weight == Weight.NEEDS_SOMEBODY for health in found),
            "thresholds": thresholds(),
        }
        return TemplateResponse(request, "admin/meetings/health.html", context)
