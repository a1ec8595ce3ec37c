"""What people type in about their coming: what the host should know, a colleague's name, a guest's own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.accounts import validate_name
from members.forms import NUL

LONG = {"max_length": _("At most %(limit_value)d characters, please. Yours has %(show_value)d."), **NUL}


class NeedsForm(forms.Form):
    needs = forms.CharField(
        label=_("Anything the host should know? (optional)"),
        max_length=300,
        required=False,
        help_text=_(
            "Step-free access, a hearing loop, what you cannot eat. Coordinator and host see it; "
            "30 days after the meeting it is gone."
        ),
        error_messages=LONG,
    )
    shares_name = forms.BooleanField(
        label=_("The host may have my name"), required=False, help_text=_("For the door and a badge.")
    )


class ColleagueForm(forms.Form):
    name = forms.CharField(
        label=_("Your colleague’s name"),
        max_length=100,
        validators=[validate_name],
        error_messages={"required": _("Give the name of your colleague. It goes on a badge."), **LONG},
    )


class GuestForm(NeedsForm):
    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("What may we call you?"), **LONG},
    )
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link there, by which you confirm. It is used for nothing else."),
        error_messages={
            "required": _("Without it we can’t send you the link."),
            "invalid": _("That is not a whole address. One looks like ruth@firm.example."),
            **LONG,
        },
    )
    field_order = ["name", "email"]


class WalkInForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, required=False, validators=[validate_name])
