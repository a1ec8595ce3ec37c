"""Suggestions beside a meeting's agenda on the desk: each is taken with one button, or set aside."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clusters.errors import Refused
from meetings import proposals
from meetings.models import AgendaProposal, Meeting

MOST_WANTED = 5


class TakesProposals(admin.ModelAdmin):
    """The part of the meetings' desk that decides what comes onto an agenda."""

    change_form_template = "admin/meetings/meeting/change_form.html"

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.proposal_view))
        address = "<int:pk>/suggestions/<int:proposal>/<slug:what>/"
        return [path(address, view, name="meetings_meeting_proposal"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.cluster and obj.state in (Meeting.State.DRAFT, Meeting.State.PUBLISHED):
            waiting = AgendaProposal.objects.managed_by(request.user).filter(cluster=obj.cluster).open()
            context["proposals"] = waiting.select_related("company", "left_from__meeting")
            context["wanted"] = obj.cluster.topics.with_wanted().filter(wanted__gt=0)[:MOST_WANTED]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def proposal_view(self, request, pk: int, proposal: int, what: str):
        meeting = self.get_object(request, str(pk))
        if meeting is None:
            raise Http404
        if not self.has_change_permission(request, meeting):
            raise PermissionDenied
        row = get_object_or_404(AgendaProposal.objects.managed_by(request.user), pk=proposal)
        try:
            messages.success(request, self.decide(row, meeting, what, request.user))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:meetings_meeting_change", meeting.pk)

    def decide(self, proposal, meeting, what: str, by) -> str:
        if what == "take":
            proposals.take(proposal, meeting, by=by)
            return _("“%(proposal)s” is on the agenda. Look at the times.") % {"proposal": proposal}
        if what == "set-aside":
            proposals.set_aside(proposal, by=by)
            return _("“%(proposal)s” is set aside.") % {"proposal": proposal}
        raise Http404
