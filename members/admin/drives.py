from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.acts import ObjectActs, act
from clusters.scoping import ScopedAdmin, ScopedFilter, ScopedTabularInline
from members import drives
from members.models import Drive, Target


class TargetForm(forms.ModelForm):
    meeting_kinds = forms.MultipleChoiceField(
        label=_("Meeting kinds"),
        choices=lambda: drives.meeting_model().Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=Target._meta.get_field("meeting_kinds").help_text,
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == Target.Kind.MEETINGS:
            if not cleaned.get("name"):
                self.add_error("name", gettext("Say what these meetings are called, in the plural."))
            if not cleaned.get("meeting_kinds"):
                self.add_error("meeting_kinds", gettext("Tick the kinds that count."))
        return cleaned


class TargetInline(ScopedTabularInline):
    model = Target
    form = TargetForm
    fields = ["kind", "number", "name", "meeting_kinds"]


def can_be_closed(drive: Drive) -> bool:
    return drive.state == Drive.State.RUNNING and present.now() >= drive.moments[1]


@admin.register(Drive)
class DriveAdmin(ObjectActs, ScopedAdmin):
    """A campaign. What was reached is counted, never typed in; closed, it stays as it was."""

    list_display = ["name", "whose", "start", "end", "state"]
    list_filter = ["state", ("association", ScopedFilter), ("cluster", ScopedFilter)]
    list_select_related = ["association", "cluster"]
    search_fields = ["name"]
    fields = ["association", "cluster", "name", "slug", "summary", "start", "end", "state", "closed_at"]
    readonly_fields = ["state", "closed_at"]
    inlines = [TargetInline]
    acts = ["close"]

    @admin.display(description=_("organiser"))
    def whose(self, drive):
        return drive.organiser

    def has_change_permission(self, request, obj=None):
        """A closed drive is read, not changed."""
        if obj is not None and obj.state == Drive.State.CLOSED:
            return False
        return super().has_change_permission(request, obj)

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name"]}

    @act(
        _("Close the drive"),
        shown=can_be_closed,
        confirm=(
            _(
                "Its figures are written down as they stand, with the rows behind them. "
                "After that nothing changes them, and the drive can't be opened again."
            )
        ),
    )
    def close(self, request, drive, form):
        drives.close(drive, by=request.user)
        return gettext("Closed. Its figures stay as they are.")
