"""Acts on one row as buttons on its page of the desk.

    class MembershipAdmin(ObjectActs, ScopedAdmin):
        acts = ["approve", "reject"]

        @act("Approve", shown=lambda row: row.state == "applied")
        def approve(self, request, membership, form):
            memberships.approve(membership, by=request.user)
            return f"{membership.company} is a member. The welcome mail is on its way."

        @act("Reject", form=RejectionForm, confirm="The firm gets your sentence by mail.")
        def reject(self, request, membership, form): ...

Each act has one address and changes things by POST alone. With a `form` or a `confirm` sentence its button leads
to a page that asks first. `clusters.errors.Refused` becomes a message, or an error on that page's form.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from clusters.errors import Refused


@dataclass(frozen=True)
class ObjectAct:
    label: str
    shown: Callable[[object], bool] = lambda row: True
    form: type[forms.Form] | None = None
    confirm: str | Callable[[object], str] = ""
    danger: bool = False

    @property
    def asks_first(self) -> bool:
        return self.form is not None or bool(self.confirm)


def act(label: str, **options):
    """Marks a method of an admin as an act on one row. It returns the message that says what happened."""

    def mark(method):
        method.act = ObjectAct(label, **options)
        return method

    return mark


class ObjectActs(admin.ModelAdmin):
    acts: list[str] = []
    change_form_template = "admin/object_acts.html"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        return [path("<path:object_id>/act/<slug:name>/", view, name=name), *super().get_urls()]

    def act_url(self, row, name: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[row.pk, name])

    def change_url(self, row) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and request.method == "POST":
            obj = self.get_object(request, str(obj.pk))  # as it is kept, not as it was typed and refused
        if obj is not None and self.has_change_permission(request, obj):
            context["acts"] = [
                {"act": spec, "url": self.act_url(obj, name)} for name, spec in self.acts_on(obj).items()
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def acts_on(self, row) -> dict[str, ObjectAct]:
        """The acts that make sense for the row as it is now."""
        specs = {name: getattr(self, name).act for name in self.acts}
        return {name: spec for name, spec in specs.items() if spec.shown(row)}

    def act_view(self, request: HttpRequest, object_id: str, name: str):
        row = self.get_object(request, object_id)
        if row is None or name not in self.acts:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        spec: ObjectAct = getattr(self, name).act
        if request.method == "POST":
            return self.do_act(request, row, name, spec)
        if not spec.asks_first:
            return HttpResponseNotAllowed(["POST"])
        return self.ask_first(request, row, spec, self.form_for(request, row, spec))

    def form_for(self, request, row, spec: ObjectAct, data=None) -> forms.Form | None:
        """The act's form. A desk whose forms must know the row or the person gives it to them here."""
        return spec.form(data) if spec.form else None

    def do_act(self, request, row, name: str, spec: ObjectAct):
        form = self.form_for(request, row, spec, request.POST)
        if form is not None and not form.is_valid():
            return self.ask_first(request, row, spec, form)
        try:
            done = getattr(self, name)(request, row, form)
        except Refused as refusal:
            if form is None:
                messages.error(request, str(refusal))
                return redirect(self.change_url(row))
            form.add_error(None, str(refusal))
            return self.ask_first(request, row, spec, form)
        messages.success(request, done)
        return redirect(self.change_url(row))

    def ask_first(self, request, row, spec: ObjectAct, form):
        context = {
            **self.admin_site.each_context(request),
            "title": f"{spec.label}: {row}",
            "opts": self.opts,
            "row": row,
            "act": spec,
            "form": form,
            "confirm": spec.confirm(row) if callable(spec.confirm) else spec.confirm,
            "back": self.change_url(row),
        }
        return TemplateResponse(request, "admin/ask_first.html", context)
