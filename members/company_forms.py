"""What representatives type in about their firm, its people and themselves."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.editing import SameTimeForm
from clusters.images import ImageUpload

from .companies import with_web_domain
from .forms import NUL, TidyCompany
from .models import Company, CompanyLogo, Representative

TOO_LONG = _("At most %(limit_value)d characters, please. Yours has %(show_value)d.")


def this_year() -> int:
    return present.today().year


class CompanyEditForm(TidyCompany, SameTimeForm):
    """The page of a firm."""

    website = forms.CharField(
        label=_("Website (optional)"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url"}),
        error_messages={"max_length": _("That address is too long. The front page will do."), **NUL},
    )
    postcode = forms.CharField(
        label=_("Postcode (optional)"),
        max_length=20,
        required=False,
        error_messages={"max_length": _("That is more than a postcode. One looks like LA2 9QT."), **NUL},
    )
    expertise = forms.CharField(
        label=_("What you are good at (optional)"),
        max_length=500,
        required=False,
        help_text=_(
            "Up to twelve words or short phrases, parted by commas: web shops, cyber security, Python."
        ),
        error_messages={"max_length": _("Twelve words or short phrases are enough."), **NUL},
    )
    founded = forms.IntegerField(
        label=_("Since (optional)"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("The year in which you began."),
        validators=[
            MinValueValidator(1500, _("That is long ago. A year has four digits.")),
            MaxValueValidator(this_year, _("That year is still to come.")),
        ],
        error_messages={"invalid": _("A year has four digits, like 2014.")},
    )
    logo = ImageUpload(
        CompanyLogo.KIND,
        label=_("Logo (optional)"),
        required=False,
        help_text=_("JPEG, PNG or WebP. It is shown on white, at most 512 pixels wide."),
    )
    remove_logo = forms.BooleanField(label=_("Take the logo away"), required=False)

    class Meta:
        model = Company
        fields = [
            "name", "summary", "about", "expertise", "offers", "seeks", "size", "legal_form", "founded", "website",
            "email", "email_shown", "phone", "phone_shown", "address", "town", "postcode", "address_shown",
            "introductions",
        ]  # fmt: skip
        labels = {
            "name": _("Name of your firm"),
            "summary": _("What you do"),
            "about": _("More about you (optional)"),
            "offers": _("What you can offer other members (optional)"),
            "seeks": _("What you look for (optional)"),
            "size": _("How many people"),
            "legal_form": _("Legal form (optional)"),
            "email": _("Email of the firm (optional)"),
            "email_shown": _("Who sees the email"),
            "phone": _("Phone (optional)"),
            "phone_shown": _("Who sees the phone"),
            "address": _("Street and number (optional)"),
            "town": _("Town (optional)"),
            "address_shown": _("Who sees where you are"),
            "introductions": _("How other members reach you"),
        }
        help_texts = {
            "summary": _("One sentence. It stands beside your name everywhere."),
            "about": _("Markdown: an empty line parts paragraphs, **stars** make bold."),
            "offers": _("An hour with a problem, a room, a reference. A line each, with a dash before it."),
            "seeks": _("A partner, a placement student, a van driver with a ladder."),
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": rows})
            for name, rows in (("about", 9), ("offers", 4), ("seeks", 4))
        }
        error_messages = {
            name: {"max_length": TOO_LONG, "required": _("Please fill this in."), **NUL}
            for name in ("name", "summary", "about", "offers", "seeks", "email", "phone", "address", "town")
        }

    def __init__(self, *args, instance: Company, **kwargs):
        super().__init__(
            *args, instance=instance, initial={"expertise": ", ".join(instance.expertise)}, **kwargs
        )
        self.fields["summary"].required = True
        for name, choices in (("size", Company.Size), ("legal_form", Company.LegalForm)):
            self.fields[name].choices = [("", gettext("Not said")), *choices.choices]
        if not instance.logo_if_any:
            del self.fields["remove_logo"]

    def clean_website(self):
        website = super().clean_website()
        other = with_web_domain(website)
        if other and other != self.instance:
            raise forms.ValidationError(
                gettext("%(other)s has this web address. One page for each firm, please.") % {"other": other}
            )
        return website

    def clean_postcode(self):
        return super().clean_postcode() if self.cleaned_data["postcode"] else ""

    @property
    def changed_fields(self) -> list[str]:
        return [name for name in self.changed_data if name in self._meta.fields]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("Email of a colleague"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("They get a link that holds for two weeks, and decide themselves."),
        error_messages={
            "required": _("Type the address of a colleague."),
            "invalid": _("That is not an email address. One looks like ellen@lunevalley.example."),
            **NUL,
        },
    )


class AboutMeForm(forms.ModelForm):
    """How a person stands on the page of their firm."""

    class Meta:
        model = Representative
        fields = ["listed", "job"]
        labels = {"listed": _("Name me on our page"), "job": _("My job title (optional)")}
        error_messages = {"job": {"max_length": TOO_LONG, **NUL}}
