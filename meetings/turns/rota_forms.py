"""The coordinators' forms about turns."""

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import Duty, Meeting
from meetings.turns import duties
from members.forms import NUL
from members.models import Company

REASON = Duty._meta.get_field("reason").max_length


class ChooseFirmForm(forms.Form):
    """Another firm than the plan's."""

    company = forms.ModelChoiceField(
        Company.objects.none(), label=_("Firm"), error_messages={"required": _("Choose a firm."), **NUL}
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A sentence. It is kept, and the firm that had the turn reads it."),
        error_messages={"required": _("Say why, in a sentence."), **NUL},
    )
    agreed = forms.BooleanField(
        label=_("The firm has said yes already"),
        required=False,
        help_text=_("Then it is agreed. Otherwise it waits to be asked."),
    )

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = duties.may_take_turns(meeting)


class OffersForm(forms.Form):
    weeks = forms.TypedChoiceField(
        choices=[(6, _("the next six weeks")), (13, _("the next three months")), (53, _("the whole year"))],
        coerce=int,
        initial=13,
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What they said"),
        required=False,
        max_length=300,
        help_text=_("You may leave it empty. It is kept in the trail."),
        error_messages=NUL,
    )


class BecauseForm(forms.Form):
    because = forms.CharField(
        label=_("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The firm reads it."),
        error_messages={"required": _("Tell the firm why, in a sentence."), **NUL},
    )
