"""Asking what the FAQ does not answer, and answering it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.models import AskedQuestion, Cluster
from clusters.quiet_forms import QuietForm

from .accounts import validate_name
from .forms import NUL

LONG = {"max_length": _("At most %(limit_value)d characters, please. Yours has %(show_value)d."), **NUL}


class QuestionForm(QuietForm):
    question = forms.CharField(
        label=_("Your question"),
        max_length=AskedQuestion._meta.get_field("question").max_length,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what you would like to know."), **LONG},
    )
    cluster = forms.ModelChoiceField(
        Cluster.objects.none(),
        label=_("About which cluster (optional)"),
        required=False,
        empty_label=_("I don’t know yet, or all of them"),
        error_messages={"invalid_choice": _("Choose a cluster of the list."), **NUL},
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Tell us who asks."), **LONG},
    )
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The answer goes there, and nothing else. We forget it 90 days after the answer."),
        error_messages={
            "required": _("Tell us where the answer goes."),
            "invalid": _("This is not an email address. One looks like anna@firm.example."),
            **LONG,
        },
    )

    def __init__(self, *args, user, clusters=None, **kwargs):
        """`clusters` are those to choose among; None where it is known which one is meant."""
        super().__init__(*args, **kwargs)
        if clusters is None:
            del self.fields["cluster"]
        else:
            self.fields["cluster"].queryset = clusters
        if user.is_authenticated:
            del self.fields["name"], self.fields["email"]

    def asker(self, user) -> dict:
        """Who asks: the account, or what a visitor typed."""
        if user.is_authenticated:
            return {"user": user, "name": user.name, "email": user.email}
        return {"name": self.cleaned_data["name"], "email": self.cleaned_data["email"]}


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer"),
        max_length=AskedQuestion._meta.get_field("answer").max_length,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("It is mailed as you write it, in your name."),
        error_messages={"required": _("Write the answer."), **LONG},
    )
