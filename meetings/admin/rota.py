"""The rota of a cluster on the desk: a page for all its turns ahead, and the acts on each."""

from datetime import timedelta

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from clusters import present
from clusters.acts import ObjectActs, act
from clusters.dates import row_date
from clusters.errors import Refused
from clusters.models import Cluster
from clusters.scoping import ScopedAdmin, ScopedFilter
from clusters.spreadsheets import csv_response
from meetings.models import Duty, Meeting
from meetings.roles import DOES
from meetings.turns import duties, rota, turns
from meetings.turns.rota_forms import BecauseForm, ChooseFirmForm, NoteForm, OffersForm
from meetings.turns.rota_picture import Row, Turn, picture

from . import dated

State = Duty.State
UNDO = "rota_undo"  # in the session: for each cluster the proposals before and after the last plan made there
CSV_HEAD = [_("Date"), _("Meeting"), _("Chair"), _("Chair: state"), _("Chair: why"),
            _("Host"), _("Host: state"), _("Host: why"), _("Registered"), _("Agenda")]  # fmt: skip


def rota_url(meeting: Meeting) -> str:
    """Its place on the page of its cluster's rota."""
    return f"{reverse('admin:meetings_rota', args=[meeting.cluster_id])}#meeting-{meeting.pk}"


def in_state(*states: str):
    return lambda duty: duty.state in states


def may_be_pinned(duty: Duty) -> bool:
    return duty.state == State.PROPOSED and not duty.pinned


class RotaPages(admin.ModelAdmin):
    """The part of the turns' desk that shows and plans the rota of one cluster, found by its number and scoped."""

    def get_urls(self):
        pages = [
            ("rota/<int:pk>/", self.rota_view, "meetings_rota"),
            ("rota/<int:pk>/plan/", self.plan_view, "meetings_rota_plan"),
            ("rota/<int:pk>/undo/", self.undo_view, "meetings_rota_undo"),
            ("rota/<int:pk>/offers/", self.offers_view, "meetings_rota_offers"),
            ("rota/<int:pk>/rota.csv", self.csv_view, "meetings_rota_csv"),
            ("rota/<int:pk>/<int:meeting_pk>/<slug:role>/", self.choose_view, "meetings_rota_choose"),
        ]
        ours = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*ours, *super().get_urls()]

    def get_cluster(self, request, pk: int) -> Cluster:
        return get_object_or_404(
            Cluster.objects.managed_by(request.user).select_related("association"), pk=pk
        )

    @method_decorator(require_safe)
    def rota_view(self, request, pk):
        cluster = self.get_cluster(request, pk)
        shown = picture(cluster)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Rota of %(cluster)s") % {"cluster": cluster},
            "opts": self.opts,
            "cluster": cluster,
            "picture": shown,
            "rows": [self.row(cluster, row) for row in shown.rows],
            "offers": OffersForm(),
            "can_undo": self.undoable(request, cluster) is not None,
        }
        return TemplateResponse(request, "admin/meetings/rota/rota.html", context)

    def row(self, cluster: Cluster, row: Row) -> dict:
        return {"row": row, "cells": [self.cell(cluster, row, turn) for turn in row.turns]}

    def cell(self, cluster: Cluster, row: Row, turn: Turn) -> dict:
        acts = self.acts_on(turn.duty) if turn.duty else {}
        return {
            "turn": turn,
            "acts": [{"act": spec, "url": self.act_url(turn.duty, name)} for name, spec in acts.items()],
            "choose_url": reverse("admin:meetings_rota_choose", args=[cluster.pk, row.meeting.pk, turn.role]),
        }

    @method_decorator(require_POST)
    def plan_view(self, request, pk):
        cluster = self.get_cluster(request, pk)
        try:
            with transaction.atomic():
                duties.lock_rota(cluster)
                before = rota.proposals(cluster)
                plan = rota.replan(cluster, by=request.user)
                after = rota.proposals(cluster)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:meetings_rota", pk)
        if before == after:
            messages.info(request, gettext("The rota is as good as it can be. Nothing has changed."))
            return redirect("admin:meetings_rota", pk)
        request.session[UNDO] = request.session.get(UNDO, {}) | {str(pk): [before, after]}
        open_turns = len(plan.open_turns)
        missing = ngettext("%(number)s turn stays open.", "%(number)s turns stay open.", open_turns) % {
            "number": open_turns
        }
        said = [
            gettext("Planned."),
            *([missing] if open_turns else []),
            gettext("No firm has been asked yet. You can undo this."),
        ]
        messages.success(request, " ".join(said))
        return redirect("admin:meetings_rota", pk)

    def undoable(self, request, cluster: Cluster) -> list | None:
        """The proposals before and after the last plan made here, if it still stands as it was made."""
        kept = request.session.get(UNDO, {}).get(str(cluster.pk))
        return kept if kept and kept[1] == rota.proposals(cluster) else None

    @method_decorator(require_POST)
    def undo_view(self, request, pk):
        cluster = self.get_cluster(request, pk)
        before, after = request.session.get(UNDO, {}).pop(str(pk), (None, None))
        request.session.modified = True
        try:
            if before is None:
                raise Refused(gettext("There is nothing to undo."))
            rota.put_back(cluster, before, after, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, gettext("Undone. The rota is as it was before you planned it."))
        return redirect("admin:meetings_rota", pk)

    @method_decorator(require_POST)
    def offers_view(self, request, pk):
        """Ask the firms proposed for the meetings of the next weeks."""
        cluster = self.get_cluster(request, pk)
        form = OffersForm(request.POST)
        if not form.is_valid():
            messages.error(request, gettext("Choose for which weeks the firms are asked."))
            return redirect("admin:meetings_rota", pk)
        asked = self.ask(request, cluster, form.cleaned_data["weeks"])
        words = ngettext(
            "One firm is being asked by mail.", "%(number)s firms are being asked by mail.", asked
        ) % {"number": asked}
        messages.info(request, words if asked else gettext("No firm has been asked."))
        return redirect("admin:meetings_rota", pk)

    def ask(self, request, cluster: Cluster, weeks: int) -> int:
        until = present.now() + timedelta(weeks=weeks)
        meetings = rota.meetings_ahead(cluster, present.now()).filter(starts_at__lt=until)
        proposed = Duty.objects.filter(meeting__in=meetings, state=State.PROPOSED)
        asked = 0
        for duty in proposed.select_related(*turns.WITH_MEETING).order_by("meeting__starts_at", "role"):
            try:
                turns.offer(duty, by=request.user)
                asked += 1
            except Refused as refusal:
                messages.warning(request, f"{row_date(duty.meeting.day)}: {refusal}")
        return asked

    @method_decorator(require_safe)
    def csv_view(self, request, pk):
        cluster = self.get_cluster(request, pk)
        rows = [
            [row.day, row.meeting.title]
            + [part for turn in row.turns for part in (turn.company, turn.status, turn.reason)]
            + [row.coming, row.agenda]
            for row in picture(cluster).rows
        ]
        return csv_response(f"rota-{cluster.slug}", CSV_HEAD, rows)

    def choose_view(self, request, pk, meeting_pk, role):
        """The coordinator means another firm than the plan, and says why."""
        cluster = self.get_cluster(request, pk)
        meetings = cluster.meetings.filter(kind=Meeting.Kind.MEETING).select_related("cluster__association")
        meeting = get_object_or_404(meetings, pk=meeting_pk)
        if role not in Duty.Role.values:
            raise Http404
        form = ChooseFirmForm(request.POST or None, meeting=meeting)
        if request.method == "POST" and form.is_valid():
            try:
                self.choose(request, meeting, role, form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect(rota_url(meeting))
        return self.choose_page(request, meeting, role, form)

    @transaction.atomic
    def choose(self, request, meeting: Meeting, role: str, chosen: dict) -> None:
        company = chosen["company"]
        duty = duties.override(meeting, role, company, by=request.user, reason=chosen["reason"])
        if chosen["agreed"]:
            turns.accept(duty, by=request.user, on_behalf=True)
        said = (
            gettext("%(company)s has agreed, as you say.")
            if chosen["agreed"]
            else gettext("%(company)s is chosen, and still to be asked.")
        )
        messages.success(request, said % {"company": company})

    def choose_page(self, request, meeting: Meeting, role: str, form):
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Who %(does)s on %(day)s?")
            % {"does": DOES[role], "day": date_format(meeting.day, "DATE_FORMAT")},
            "opts": self.opts,
            "meeting": meeting,
            "duty": duties.open_duty(meeting, role),
            "form": form,
            "back": rota_url(meeting),
        }
        return TemplateResponse(request, "admin/meetings/rota/choose.html", context)


@admin.register(Duty)
class DutyAdmin(RotaPages, ObjectActs, ScopedAdmin):
    """To be read: turns change by their acts, here and on the page of their cluster's rota."""

    list_display = [dated.meeting, "role", "company", "state", "decided_at", "decided_by", "reason_in_short"]
    list_filter = ["role", "state", ("meeting__cluster", ScopedFilter)]
    search_fields = ["company__name", "meeting__title"]
    ordering = ["-meeting__starts_at", "role", "pk"]
    acts = ["offer", "accept", "decline", "withdraw", "pin", "unpin", "fulfil", "miss"]
    fields = readonly_fields = [
        "meeting", "role", "company", "state", "pinned", "reason", "offered_at", "answer_by", "decided_at",
        "decided_by",
    ]  # fmt: skip

    def has_add_permission(self, request, obj=None):
        return False

    @admin.display(description=_("reason"))
    def reason_in_short(self, duty):
        return Truncator(duty.reason).chars(60)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, nothing_to_save | (extra_context or {}))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*turns.WITH_MEETING, "decided_by")

    def change_url(self, row):
        """After an act the coordinator is back at the rota; for a meeting that is over, at the turn."""
        over = row.meeting.cluster is None or row.meeting.starts_at < present.now()
        return super().change_url(row) if over else rota_url(row.meeting)

    @act(_("Offer now"), shown=in_state(State.PROPOSED))
    def offer(self, request, duty, form):
        turns.offer(duty, by=request.user)
        return gettext("%(company)s is being asked by mail, and has until %(answer_by)s to answer.") % {
            "company": duty.company,
            "answer_by": date_format(duty.answer_by, "MONTH_DAY_FORMAT"),
        }

    @act(_("They said yes"), shown=in_state(State.PROPOSED, State.OFFERED))
    def accept(self, request, duty, form):
        turns.accept(duty, by=request.user, on_behalf=True)
        return gettext("%(company)s %(does)s. They get a mail that says so.") % {
            "company": duty.company,
            "does": duty.does,
        }

    @act(_("They said no"), shown=in_state(State.PROPOSED, State.OFFERED), form=NoteForm)
    def decline(self, request, duty, form):
        turns.decline(duty, by=request.user, note=form.cleaned_data["note"], on_behalf=True)
        return gettext("Noted. %(company)s keeps its place and comes next another time.") % {
            "company": duty.company
        }

    @act(
        _("Take the turn away"), shown=in_state(State.OFFERED, State.ACCEPTED), form=BecauseForm, danger=True
    )
    def withdraw(self, request, duty, form):
        turns.withdraw(duty, by=request.user, because=form.cleaned_data["because"])
        return gettext("%(company)s no longer %(does)s and is told so.") % {
            "company": duty.company,
            "does": duty.does,
        }

    @act(_("Pin"), shown=may_be_pinned)
    def pin(self, request, duty, form):
        duties.pin(duty, by=request.user)
        return gettext("Pinned. %(company)s stays when the rota is planned again.") % {
            "company": duty.company
        }

    @act(_("Unpin"), shown=lambda duty: duty.pinned and duty.state == State.PROPOSED)
    def unpin(self, request, duty, form):
        duties.unpin(duty, by=request.user)
        return gettext("Unpinned. The next plan may choose another firm than %(company)s.") % {
            "company": duty.company
        }

    @act(_("They did have this turn"), shown=in_state(State.MISSED))
    def fulfil(self, request, duty, form):
        turns.fulfil(duty, by=request.user)
        return gettext("Corrected: %(company)s had this turn.") % {"company": duty.company}

    @act(_("They missed this turn"), shown=in_state(State.FULFILLED), form=NoteForm)
    def miss(self, request, duty, form):
        turns.miss(duty, by=request.user, note=form.cleaned_data["note"])
        return gettext("Noted. This turn does not count for %(company)s.") % {"company": duty.company}
