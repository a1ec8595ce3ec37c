"""What representatives type in about their firm, its people and themselves."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from clusters.editing import SameTimeForm
from clusters.images import ImageUpload

from .companies import with_web_domain
from .forms import NUL, TidyCompany
from .models import Company, CompanyLogo, Representative

TOO_LONG = "At most %(limit_value)d characters, please. Yours has %(show_value)d."


def this_year() -> int:
    return timezone.localdate().year


class CompanyEditForm(TidyCompany, SameTimeForm):
    """The page of a firm."""

    website = forms.CharField(
        label="Website (optional)",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url"}),
        error_messages={"max_length": "That address is too long. The front page will do.", **NUL},
    )
    postcode = forms.CharField(
        label="Postcode (optional)",
        max_length=20,
        required=False,
        error_messages={"max_length": "That is more than a postcode. One looks like LA2 9QT.", **NUL},
    )
    expertise = forms.CharField(
        label="What you are good at (optional)",
        max_length=500,
        required=False,
        help_text="Up to twelve words or short phrases, parted by commas: web shops, cyber security, Python.",
        error_messages={"max_length": "Twelve words or short phrases are enough.", **NUL},
    )
    founded = forms.IntegerField(
        label="Since (optional)",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="The year in which you began.",
        validators=[
            MinValueValidator(1500, "That is long ago. A year has four digits."),
            MaxValueValidator(this_year, "That year is still to come."),
        ],
        error_messages={"invalid": "A year has four digits, like 2014."},
    )
    logo = ImageUpload(
        CompanyLogo.KIND,
        label="Logo (optional)",
        required=False,
        help_text="JPEG, PNG or WebP. It is shown on white, at most 512 pixels wide.",
    )
    remove_logo = forms.BooleanField(label="Take the logo away", required=False)

    class Meta:
        model = Company
        fields = [
            "name", "summary", "about", "expertise", "offers", "seeks", "size", "legal_form", "founded", "website",
            "email", "email_shown", "phone", "phone_shown", "address", "town", "postcode", "address_shown",
            "introductions",
        ]  # fmt: skip
        labels = {
            "name": "Name of your firm",
            "summary": "What you do",
            "about": "More about you (optional)",
            "offers": "What you can offer other members (optional)",
            "seeks": "What you look for (optional)",
            "size": "How many people",
            "legal_form": "Legal form (optional)",
            "email": "Email of the firm (optional)",
            "email_shown": "Who sees the email",
            "phone": "Phone (optional)",
            "phone_shown": "Who sees the phone",
            "address": "Street and number (optional)",
            "town": "Town (optional)",
            "address_shown": "Who sees where you are",
            "introductions": "How other members reach you",
        }
        help_texts = {
            "summary": "One sentence. It stands beside your name everywhere.",
            "about": "Markdown: an empty line parts paragraphs, **stars** make bold.",
            "offers": "An hour with a problem, a room, a reference. A line each, with a dash before it.",
            "seeks": "A partner, a placement student, a van driver with a ladder.",
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": rows})
            for name, rows in (("about", 9), ("offers", 4), ("seeks", 4))
        }
        error_messages = {
            name: {"max_length": TOO_LONG, "required": "Please fill this in.", **NUL}
            for name in ("name", "summary", "about", "offers", "seeks", "email", "phone", "address", "town")
        }

    def __init__(self, *args, instance: Company, **kwargs):
        super().__init__(
            *args, instance=instance, initial={"expertise": ", ".join(instance.expertise)}, **kwargs
        )
        self.fields["summary"].required = True
        for name, choices in (("size", Company.Size), ("legal_form", Company.LegalForm)):
            self.fields[name].choices = [("", "Not said"), *choices.choices]
        if not instance.logo_if_any:
            del self.fields["remove_logo"]

    def clean_website(self):
        website = super().clean_website()
        other = with_web_domain(website)
        if other and other != self.instance:
            raise forms.ValidationError(f"{other} has this web address. One page for each firm, please.")
        return website

    def clean_postcode(self):
        return super().clean_postcode() if self.cleaned_data["postcode"] else ""

    @property
    def changed_fields(self) -> list[str]:
        return [name for name in self.changed_data if name in self._meta.fields]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="Email of a colleague",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="They get a link that holds for two weeks, and decide themselves.",
        error_messages={
            "required": "Type the address of a colleague.",
            "invalid": "That is not an email address. One looks like ellen@lunevalley.example.",
            **NUL,
        },
    )


class AboutMeForm(forms.ModelForm):
    """How a person stands on the page of their firm."""

    class Meta:
        model = Representative
        fields = ["listed", "job"]
        labels = {"listed": "Name me on our page", "job": "My job title (optional)"}
        error_messages = {"job": {"max_length": TOO_LONG, **NUL}}
