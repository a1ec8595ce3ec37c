"""Lists that officers bring, step by step: upload, columns, a look at each line, all of it or nothing."""

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.acts import ObjectActs, act
from clusters.choosing import RepeatedSelect
from clusters.errors import Refused
from clusters.scoping import ScopedAdmin, ScopedFilter
from clusters.spreadsheets import csv_response
from members import invitations
from members.imports import acts
from members.models import Import, ImportLine, Invitation

from .places import PlaceForm

PER_PAGE = 50
EXAMPLES = 3
Outcome = ImportLine.Outcome


class UploadForm(PlaceForm):
    kind = forms.ChoiceField(label=_("What is in it"), choices=Import.Kind.choices)
    of = forms.ChoiceField(
        label=_("For"),
        help_text=_("With a whole association, a column says the cluster of each line."),
        widget=RepeatedSelect,
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or Excel (.xlsx), at most 10 MB and 20,000 lines. The first line says what is in each column."
        ),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("This file is empty. Choose another one."),
        },
        max_length=200,
    )
    field_order = ["kind", "of", "cluster", "file"]


def puts_in(one: Import) -> str:
    lines = one.to_put_in
    refused = one.counts.get(Outcome.REFUSED, 0)
    words = ngettext(
        "%(lines)s line is put in, all together or not at all. Nobody is mailed.",
        "%(lines)s lines are put in, all together or not at all. Nobody is mailed.",
        lines,
    ) % {"lines": f"{lines:,}"}
    if not refused:
        return words
    left_out = ngettext(
        "The %(lines)s refused line is left out.", "The %(lines)s refused lines are left out.", refused
    ) % {"lines": f"{refused:,}"}
    return f"{words} {left_out}"


def invites(one: Import) -> str:
    number = one.invitations.unsent().count()
    people = ngettext(
        "One person gets one mail with a link to say yes or no.",
        "%(people)s people get one mail with a link to say yes or no.",
        number,
    ) % {"people": f"{number:,}"}
    rest = gettext(
        "It runs out after 30 days, and nobody gets a second one. "
        "Who has signed in here before reads it on their own page instead."
    )
    return f"{people} {rest}"


@admin.register(Import)
class ImportAdmin(ObjectActs, ScopedAdmin):
    list_display = ["file_name", "kind", "place", "state", "total", "created_at", "by"]
    list_filter = ["kind", "state", ("cluster", ScopedFilter)]
    list_select_related = ["cluster", "association", "by"]
    search_fields = ["file_name"]
    acts = ["put_in", "invite", "throw_away"]

    @admin.display(description=_("for"))
    def place(self, one):
        return one.of

    def get_urls(self):
        own = [
            path("<int:pk>/columns/", self.columns_view, name="members_import_columns"),
            path("<int:pk>/answers/", self.answers_view, name="members_import_answers"),
            path("<int:pk>/refused.csv", self.refused_view, name="members_import_refused"),
        ]
        for one in own:
            one.callback = self.admin_site.admin_view(one.callback)
        return [*own, *super().get_urls()]

    def change_url(self, row) -> str:
        """One thrown away has no page any more."""
        return super().change_url(row) if row.pk else reverse("admin:members_import_changelist")

    def own(self, request, pk) -> Import:
        one = self.get_object(request, str(pk))
        if one is None or not self.has_change_permission(request, one):
            raise Http404
        return one

    # --- pages --------------------------------------------------------------------------------------------
    def add_view(self, request, form_url="", extra_context=None):
        typed = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*typed, desk=self, user=request.user)
        if form.is_bound and form.is_valid():
            values = form.cleaned_data
            try:
                one = acts.upload(values["file"], kind=values["kind"], of=form.place, by=request.user)
                return redirect(self.change_url(one))
            except Refused as refusal:
                form.add_error("file", str(refusal))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Bring a list"),
            "form": form,
        }
        return TemplateResponse(request, "admin/members/import/upload.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        one = self.get_object(request, object_id)
        if one is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.page(request, one)

    def page(self, request, one: Import, mapping: list[str] | None = None):
        kind = acts.kind_of(one)
        uninvited = one.invitations.unsent().count() if one.state == Import.State.DONE else 0
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(one),
            "one": one,
            "fields": kind.fields,
            "explanation": kind.explanation,
            "uninvited": uninvited,
            "buttons": [
                {"act": spec, "url": self.act_url(one, name)} for name, spec in self.acts_on(one).items()
            ],
            "columns": columns_of(one, mapping or one.mapping) if one.state != Import.State.DONE else [],
            "asks_columns": one.state == Import.State.COLUMNS or mapping is not None,
            **lines_of(request, one),
        }
        return TemplateResponse(request, "admin/members/import/page.html", context)

    # --- what happens on them -----------------------------------------------------------------------------
    def columns_view(self, request, pk):
        one = self.own(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        mapping = [request.POST.get(f"column-{number}", "") for number in range(len(one.columns))]
        try:
            acts.match_columns(one, mapping, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self.page(request, one, mapping)
        return redirect(self.change_url(one))

    def answers_view(self, request, pk):
        one = self.own(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        typed = {
            name.removeprefix("line-"): value for name, value in request.POST.items() if name[:5] == "line-"
        }
        try:
            choices = {int(number): value for number, value in typed.items() if number.isdecimal() and value}
            acts.answer(one, choices, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect(self.change_url(one))

    def refused_view(self, request, pk):
        """The refused lines as they came, with why, to be mended and brought again."""
        one = self.own(request, pk)
        rows = one.lines.filter(outcome=Outcome.REFUSED).iterator()
        lines = ([line.number, line.words.replace("\n", " "), *line.cells] for line in rows)
        return csv_response(
            "refused-lines", [gettext("Line"), gettext("Why it is refused"), *one.columns], lines
        )

    @act(
        _("Put it in"),
        shown=lambda one: one.state == Import.State.CHECKED and one.to_put_in > 0,
        confirm=puts_in,
    )
    def put_in(self, request, one, form):
        acts.run(one, by=request.user)
        return gettext("It is being put in. This page says when it is done.")

    @act(
        _("Invite the people"),
        shown=lambda one: one.state == Import.State.DONE and one.invitations.unsent().exists(),
        confirm=invites,
    )
    def invite(self, request, one, form):
        sent = invitations.send(one.invitations.unsent(), by=request.user)
        return ngettext(
            "%(sent)s invitation is on the way.", "%(sent)s invitations are on the way.", sent
        ) % {"sent": f"{sent:,}"}

    @act(
        _("Throw this list away"),
        shown=lambda one: not one.is_at_work,
        confirm=_("The list is forgotten here. What it has made stays."),
        danger=True,
    )
    def throw_away(self, request, one, form):
        acts.throw_away(one, by=request.user)
        return gettext("The list is thrown away.")


def columns_of(one: Import, mapping: list[str]) -> list[dict]:
    """Each column with its first values and what it is said to be."""
    first = list(one.lines.all()[:EXAMPLES])
    return [
        {
            "number": number,
            "name": name,
            "examples": [line.cells[number] for line in first if line.cells[number]],
            "field": mapping[number],
        }
        for number, name in enumerate(one.columns)
    ]


def lines_of(request, one: Import) -> dict:
    """A page of the lines with one outcome; those with problems first."""
    if one.state not in (Import.State.CHECKED, Import.State.DONE):
        return {"groups": [], "lines": None}
    counts = one.lines.aggregate(**{value: Count("pk", filter=Q(outcome=value)) for value in Outcome.values})
    groups = [(value, label, counts[value]) for value, label in Outcome.choices if counts[value]]
    there = [value for value, _, _ in groups]
    asked = request.GET.get("show", "")
    shown = asked if asked in there else next(iter(there), "")
    lines = Paginator(one.lines.filter(outcome=shown), PER_PAGE).get_page(request.GET.get("page"))
    used = [number for number, field in enumerate(one.mapping) if field]
    for line in lines:
        line.shown = " · ".join(line.cells[number] for number in used if line.cells[number])[:200]
    return {
        "groups": groups,
        "shown": shown,
        "lines": lines,
        "asks": one.state == Import.State.CHECKED and any(line.candidates for line in lines),
    }


@admin.register(Invitation)
class InvitationAdmin(ScopedAdmin):
    """People on lists, who become representatives by their own yes."""

    list_display = ["name", "email", "company", "cluster", "sent_at", "accepted_at"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter), ("cluster", ScopedFilter)]
    list_select_related = ["company", "cluster"]
    search_fields = ["name", "email", "company__name"]
    fields = ["name", "email", "company", "cluster", "role", "job", "created_at", "sent_at", "accepted_at"]
    readonly_fields = fields
    actions = ["invite"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        """The address is forgotten."""
        return self.has_change_permission(request, obj)

    @admin.action(description=_("Invite the chosen people"), permissions=["change"])
    def invite(self, request, queryset):
        sent = invitations.send(queryset, by=request.user)
        if sent:
            sentence = ngettext(
                "%(sent)s invitation is on the way. Nobody gets a second one.",
                "%(sent)s invitations are on the way. Nobody gets a second one.",
                sent,
            )
            messages.success(request, sentence % {"sent": sent})
        else:
            messages.info(request, gettext("All of these were invited before. Nobody was mailed."))
