"""Who comes, on the desk: to be read, and taken off the list by a button that says why."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.acts import ObjectActs, act
from clusters.scoping import ScopedAdmin, ScopedFilter
from meetings.models import Registration
from meetings.registration import registrations

from . import dated


class RemovalForm(forms.Form):
    because = forms.CharField(
        label=_("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Mailed to the person as you write it."),
        error_messages={"required": _("Say why in a sentence. It is mailed to the person.")},
    )


def goes_to_next(answer: Registration) -> str:
    waiting = answer.meeting.registrations.in_line().count()
    if answer.state != Registration.State.REGISTERED or not waiting:
        return gettext("The person gets your sentence by mail.")
    return gettext("The person gets your sentence by mail, and the first in line the place.")


@admin.register(Registration)
class RegistrationAdmin(ObjectActs, ScopedAdmin):
    list_display = ["person", "company", dated.meeting, "state", "along", "is_new", "needs", "created_at"]
    list_filter = ["state", ("meeting__cluster", ScopedFilter), ("meeting", dated.MeetingFilter)]
    list_select_related = ["user", "company", *dated.RELATED, "brought_by__user"]
    search_fields = ["user__name", "name", "company__name", "meeting__title"]
    ordering = ["-meeting__starts_at", "queue_number", "created_at", "pk"]
    acts = ["remove"]
    fields = (
        "meeting",
        "person",
        "company",
        "email",
        "state",
        "along",
        "needs",
        "shares_name",
        "code",
        "created_at",
        "changed_at",
    )
    readonly_fields = fields

    def has_add_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """There is nothing to save: people answer for themselves, and are taken off by the button."""
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, nothing_to_save | (extra_context or {}))

    def get_queryset(self, request):
        return super().get_queryset(request).with_is_new()

    @admin.display(description=_("who"), ordering="user__name")
    def person(self, answer):
        return answer.person

    @admin.display(description=_("comes with"))
    def along(self, answer):
        return answer.brought_by.person if answer.brought_by else ""

    @admin.display(description=_("first time"))
    def is_new(self, answer):
        return gettext("first time") if answer.is_new else ""

    @act(
        _("Take off the list"),
        shown=lambda answer: answer.state in Registration.COMING and registrations.is_open(answer.meeting),
        form=RemovalForm,
        confirm=goes_to_next,
        danger=True,
    )
    def remove(self, request, answer, form):
        registrations.remove(answer, by=request.user, because=form.cleaned_data["because"])
        return gettext("%(person)s is off the list and told so.") % {"person": answer.person}
