"""Planning a cluster's year on the desk: its dates are looked at first, then drafted."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.errors import Refused
from clusters.models import Cluster
from meetings import series
from meetings.forms import PlanAheadForm

USUAL_MONTHS = 12


class PlansAhead(admin.ModelAdmin):
    """The part of the meetings' desk that drafts them by the rhythm of their cluster."""

    change_list_template = "admin/meetings/meeting/change_list.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.plan_ahead_view)
        return [path("plan-ahead/", view, name="meetings_meeting_plan_ahead"), *super().get_urls()]

    def plan_ahead_view(self, request):
        if not self.has_add_permission(request):
            raise PermissionDenied
        clusters = Cluster.objects.managed_by(request.user).select_related("association")
        form = PlanAheadForm(clusters, self.asked_for(request, clusters))
        planned = []
        try:
            if form.is_valid():
                planned = series.outlook(form.cleaned_data["cluster"], months=form.cleaned_data["months"])
                if request.method == "POST":
                    return self.plan(request, form, planned)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        return self.plan_ahead_page(request, form, planned)

    def asked_for(self, request, clusters):
        """What the form starts from: the cluster of the address, or the only one there is."""
        if request.method == "POST":
            return request.POST
        asked = {"months": USUAL_MONTHS, **request.GET.dict()}
        if "cluster" not in asked and len(clusters) == 1:
            asked["cluster"] = clusters[0].pk
        return asked if "cluster" in asked else None

    def plan(self, request, form, planned):
        cluster, ticked = form.cleaned_data["cluster"], set(request.POST.getlist("days"))
        only = [date.day for date in planned if date.day.isoformat() in ticked]
        meetings = series.plan_ahead(cluster, months=form.cleaned_data["months"], by=request.user, only=only)
        if not meetings:
            raise Refused(_("No new date is ticked, so nothing has been drafted."))
        number = len(meetings)
        said = ngettext(
            "One meeting is drafted. It has the usual agenda and waits for a chair, a host and a place.",
            "%(number)s meetings are drafted. They have the usual agenda and wait for a chair, a host and a place.",
            number,
        ) % {"number": number}
        messages.success(request, said)
        return redirect(
            f"{reverse('admin:meetings_meeting_changelist')}?cluster__id__exact={cluster.pk}&when=ahead"
        )

    def plan_ahead_page(self, request, form, planned):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Plan ahead"),
            "opts": self.opts,
            "form": form,
            "cluster": form.cleaned_data.get("cluster") if form.is_bound and form.is_valid() else None,
            "planned": planned,
            "missing": sum(date.is_missing for date in planned),
        }
        return TemplateResponse(request, "admin/meetings/meeting/plan_ahead.html", context)
