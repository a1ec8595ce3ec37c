"""What a report is to be about, as an officer or a coordinator chooses it."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.models import Association, Cluster

LONGEST = 366 * 10  # days
STRANGE = _("Choose among what you look after. One of these is somebody else’s.")


class ScopeForm(forms.Form):
    start = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Say from which day."), "invalid": _("A day looks like 2026-04-01.")},
    )
    end = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day that counts."),
        error_messages={"required": _("Say until which day."), "invalid": _("A day looks like 2027-03-31.")},
    )
    clusters = forms.ModelMultipleChoiceField(
        queryset=Cluster.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": STRANGE, "invalid_pk_value": STRANGE},
    )
    associations = forms.ModelMultipleChoiceField(
        queryset=Association.objects.none(),
        required=False,
        label=_("And as a whole"),
        help_text=_("Events and supporters of the association itself, besides those of its clusters."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": STRANGE, "invalid_pk_value": STRANGE},
    )

    def __init__(self, data, *, user):
        """With none of its fields in the data, the last twelve months of all that the user looks after."""
        asked = not self.base_fields.keys().isdisjoint(data)
        clusters = (
            Cluster.objects.managed_by(user).select_related("association").order_by("association", "name")
        )
        associations = Association.objects.managed_by(user)
        today = present.today()
        usual = {
            "start": today - timedelta(days=364),
            "end": today,
            "clusters": list(clusters.values_list("pk", flat=True)) if not asked else [],
            "associations": list(associations.values_list("pk", flat=True)) if not asked else [],
        }
        super().__init__(data if asked else usual)
        self.fields["clusters"].queryset = clusters
        self.fields["associations"].queryset = associations
        if not associations:
            del self.fields["associations"]

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", gettext("The last day is before the first."))
        elif start and end and (end - start).days > LONGEST:
            self.add_error("end", gettext("Ten years at most, please."))
        if not (self.errors or cleaned["clusters"] or cleaned.get("associations")):
            self.add_error("clusters", gettext("Choose at least one."))
        return cleaned
