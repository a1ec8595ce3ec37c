"""What people type in: their firm, the clusters they choose, a coordinator's sentence."""

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster

from .accounts import validate_name
from .companies import tidy_postcode, tidy_website, with_web_domain
from .models import Company, MailChoice, Membership

NUL = {"null_characters_not_allowed": _("There is an invisible character in it. Type it again, please.")}
SHORT = {"max_length": _("At most %(limit_value)d characters, please. Yours has %(show_value)d."), **NUL}


class TidyCompany:
    """How what is typed about a firm is read."""

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if not any(character.isalnum() for character in name):
            raise forms.ValidationError(gettext("A name has at least one letter or digit in it."))
        validate_name(name)
        return name

    def clean_website(self):
        typed = self.cleaned_data["website"]
        return tidy_website(typed) if typed else ""

    def clean_postcode(self):
        return tidy_postcode(self.cleaned_data["postcode"])

    def clean_expertise(self):
        words = list(
            dict.fromkeys(" ".join(word.split()) for word in self.cleaned_data["expertise"].split(","))
        )
        words = [word for word in words if word]
        if len(words) > 12:
            raise forms.ValidationError(
                gettext("Twelve at most, please. You have %(number)s.") % {"number": len(words)}
            )
        for word in words:
            if len(word) > 40:
                raise forms.ValidationError(
                    gettext("“%(word)s…” is long for one. Part them by commas.") % {"word": word[:40]}
                )
        return words


class CompanyForm(TidyCompany, forms.ModelForm):
    """The firm, as its first representative describes it while joining."""

    website = forms.CharField(
        label=_("Website (optional)"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url"}),
        help_text=_("To see whether your firm is here already. www.lunevalley.example is enough."),
        error_messages={"max_length": _("That address is too long. The front page will do."), **NUL},
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
        help_text=_("To suggest the nearest cluster."),
        error_messages={
            "required": _("Tell us the postcode of your firm."),
            "max_length": _("That is more than a postcode. One looks like LA2 9QT."),
            **NUL,
        },
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

    class Meta:
        model = Company
        fields = ["name", "website", "postcode", "size", "legal_form", "summary", "expertise"]
        labels = {
            "name": _("Name of your firm"),
            "size": _("How many people"),
            "legal_form": _("Legal form (optional)"),
            "summary": _("What you do"),
        }
        help_texts = {"summary": _("One sentence. Other members read it beside your name.")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "organization"})}
        error_messages = {
            "name": {
                "required": _("Tell us what your firm is called."),
                "max_length": _("At most %(limit_value)d characters, please. Yours has %(show_value)d."),
                **NUL,
            },
            "size": {"required": _("Choose how many people you are.")},
            "summary": {
                "required": _("Say in one sentence what you do."),
                "max_length": _("At most %(limit_value)d characters, please. Yours has %(show_value)d."),
                **NUL,
            },
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["summary"].required = True
        self.fields["size"].required = True
        for name, choices in (("size", Company.Size), ("legal_form", Company.LegalForm)):
            self.fields[name].choices = [("", gettext("Choose one")), *choices.choices]


class CompanyDeskForm(forms.ModelForm):
    """The firm, as coordinators mend it. An address that another firm has is said here, not by the database."""

    website = forms.CharField(label=_("Website"), max_length=200, required=False, error_messages=NUL)

    def clean_website(self):
        typed = self.cleaned_data["website"]
        website = tidy_website(typed) if typed else ""
        other = with_web_domain(website)
        if other and other != self.instance:
            raise forms.ValidationError(
                gettext("%(other)s has this web address. One entry for each firm, please.") % {"other": other}
            )
        return website

    def clean_postcode(self):
        typed = self.cleaned_data["postcode"]
        return tidy_postcode(typed) if typed else ""


# A cluster that can be joined, and how many miles away it is where that is known.
Offer = tuple[float | None, Cluster]


def in_words(offer: Offer) -> str:
    """Lancaster & Morecambe: every month, third Thursday, 3 miles away"""
    miles, cluster = offer
    words = f"{cluster.name}: {cluster.rhythm[0].lower()}{cluster.rhythm[1:]}"
    if miles is None:
        return words
    away = (
        gettext("in your town")
        if miles < 1
        else ngettext("%(miles)s mile away", "%(miles)s miles away", round(miles)) % {"miles": round(miles)}
    )
    return f"{words}, {away}"


class ClustersForm(forms.Form):
    """Which clusters the firm wants to be in."""

    company = forms.ModelChoiceField(
        queryset=Company.objects.none(),
        label=_("For which of your firms"),
        empty_label=None,
        error_messages={
            "required": _("Choose one of your firms."),
            "invalid_choice": _("Choose one of your firms."),
        },
    )
    clusters = forms.ModelMultipleChoiceField(
        queryset=Cluster.objects.none(),
        label=_("Your clusters"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As many as you like. Each costs nothing."),
        error_messages={
            "required": _("Choose at least one cluster."),
            "invalid_choice": _("One of these can't be joined any more. Look at the list again."),
            "invalid_pk_value": _("One of these can't be joined any more. Look at the list again."),
        },
    )
    message = forms.CharField(
        label=_("A word to the coordinator (optional)"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Say what you hope for, or who told you about us."),
        error_messages={
            "max_length": _("At most %(limit_value)d characters, please. Yours has %(show_value)d."),
            **NUL,
        },
    )

    def __init__(self, *args, companies: list[Company], offers: list[Offer], **kwargs):
        """`companies`: for which the person acts; `offers`: in the order in which they are listed."""
        super().__init__(*args, **kwargs)
        if len(companies) > 1:
            self.fields["company"].queryset = Company.objects.filter(
                pk__in=[company.pk for company in companies]
            )
        else:
            del self.fields["company"]
        self.fields["clusters"].queryset = Cluster.objects.filter(
            pk__in=[cluster.pk for _, cluster in offers]
        )
        self.fields["clusters"].choices = [(offer[1].pk, in_words(offer)) for offer in offers]


class FreezeForm(forms.Form):
    """Why a firm is frozen, as it reads it."""

    reason = forms.CharField(
        label=_("Sentence to the firm"),
        max_length=Company._meta.get_field("frozen_reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is mailed to the firm and shown on its page as you write it. Say what would help."),
        error_messages={"required": _("Tell the firm why, in a sentence."), **NUL},
    )


class RejectionForm(forms.Form):
    """The sentence that a firm gets with a no."""

    sentence = forms.CharField(
        label=_("Sentence to the firm"),
        max_length=Membership._meta.get_field("decision").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is mailed to the firm as you write it. Say what they could do instead."),
        error_messages={"required": _("Tell the firm why, in a sentence."), **NUL},
    )


class MailForm(forms.Form):
    """How a person gets the mails of each kind that can be done without."""

    def __init__(self, *args, chosen: dict, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in MailChoice.Kind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                choices=[(way.value, self.label_of(kind, way)) for way in kind.ways],
                initial=chosen[kind],
                widget=forms.RadioSelect,
                help_text=self.WHAT.get(kind, ""),
                error_messages={
                    "invalid_choice": gettext("Choose one of these."),
                    "required": gettext("Choose one of these."),
                },
            )

    WHAT = {
        MailChoice.Kind.AGENDAS: _("Before each meeting of your clusters, and when it changes."),
        MailChoice.Kind.LETTERS: _("What a coordinator or an officer writes to all members."),
        MailChoice.Kind.REMINDERS: _("The day before."),
        MailChoice.Kind.INTRODUCTIONS: _("One question, some weeks after you met."),
        MailChoice.Kind.OPPORTUNITIES: _("What members look for and have to give."),
        MailChoice.Kind.NEWS: _("From your association and its clusters."),
        MailChoice.Kind.WEEKLY: _(
            "Only if there is something in it. Without it, what you want weekly does not come."
        ),
    }

    @staticmethod
    def label_of(kind: MailChoice.Kind, way: MailChoice.How) -> str:
        itself = kind == MailChoice.Kind.WEEKLY and way == MailChoice.How.WEEKLY
        return gettext("On Mondays") if itself else way.label

    def choices_made(self) -> list[tuple[MailChoice.Kind, MailChoice.How]]:
        return [(MailChoice.Kind(kind), MailChoice.How(how)) for kind, how in self.cleaned_data.items()]


class InterestForm(forms.Form):
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Tell us where to write to."),
            "invalid": _("This is not a whole email address. One looks like name@firm.example."),
            "max_length": _("That is too long for an email address."),
            **NUL,
        },
    )
