from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import Feedback
from members.forms import NUL


class FeedbackForm(forms.ModelForm):
    class Meta:
        model = Feedback
        fields = ["rating", "comment", "may_quote", "quoted_as"]
        labels = {
            "comment": _("What was good, what would you change? (optional)"),
            "may_quote": _("You may quote this on the site"),
            "quoted_as": _("The name under it (optional)"),
        }
        help_texts = {
            "comment": _("The coordinators read it, with your name."),
            "may_quote": _("Nothing you write is shown to others unless you tick this."),
            "quoted_as": _("For example your name and firm."),
        }
        widgets = {"comment": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"comment": NUL, "quoted_as": NUL}

    rating = forms.TypedChoiceField(
        label=_("How was it?"),
        choices=Feedback.Rating.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
    )

    def _post_clean(self):
        """The row stays as it is: `afterwards.give` writes it."""
