"""What members write about: the three questions of a story, or a news item."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.editing import SameTimeForm
from clusters.images import ImageUpload
from clusters.models import Cluster
from members.forms import NUL
from members.models import Company
from members.models.company import look_alikes
from news.models import Article, ArticlePicture

MOST_FIRMS = 12
TOO_LONG = {"max_length": _("At most %(limit_value)d characters, please. Yours has %(show_value)d."), **NUL}
GUIDED = ["problem", "together", "result", "outcome"]


class StoryForm(SameTimeForm):
    """An article as its author writes it. A draft may lack anything but its title; `submitting` wants it whole."""

    clusters = forms.ModelMultipleChoiceField(
        queryset=Cluster.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label=_("Where it belongs"),
        help_text=_("Its coordinators read it first."),
        error_messages={
            "required": _("Choose at least one of your clusters."),
            "invalid_choice": _("Choose from your own clusters."),
            "invalid_list": _("Choose from your own clusters."),
        },
    )
    firms = forms.CharField(
        label=_("Other firms in it (optional)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One name on each line. We ask each firm whether it agrees before anything is published."
        ),
        error_messages=TOO_LONG,
    )

    class Meta:
        model = Article
        fields = ["title", "summary", *GUIDED, "body", "quote", "quote_by", "theme"]
        labels = {
            "title": _("Headline"),
            "summary": _("In one or two sentences"),
            "problem": _("What was the problem?"),
            "together": _("What did you do together?"),
            "result": _("What came of it?"),
            "outcome": _("What came of it, in a few words (optional)"),
            "body": _("What happened"),
            "quote": _("A sentence to quote (optional)"),
            "quote_by": _("Who said it (optional)"),
            "theme": _("Theme (optional)"),
        }
        help_texts = {
            "title": _("What a neighbour would tell another: Two firms, one tender."),
            "summary": _("It stands in lists, and when somebody shares the link."),
            "problem": _("Before you met. Two or three sentences will do."),
            "together": _("Who brought what, and where you met."),
            "result": _("Numbers before adjectives: a contract, two jobs, a week saved."),
            "outcome": _("For the short version beside the text: A four-year contract, three new jobs."),
            "body": _("An empty line makes a paragraph, ## a heading, - a list."),
            "quote": _("One that says it all."),
            "quote_by": _("Name, firm. Ask the person first."),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "problem": forms.Textarea(attrs={"rows": 5}),
            "together": forms.Textarea(attrs={"rows": 6}),
            "result": forms.Textarea(attrs={"rows": 5}),
            "body": forms.Textarea(attrs={"rows": 12}),
            "quote": forms.Textarea(attrs={"rows": 2}),
        }
        error_messages = dict.fromkeys(fields, TOO_LONG) | {
            "title": {"required": _("Give it a headline."), **TOO_LONG}
        }

    field_order = [
        "title",
        "summary",
        "problem",
        "together",
        "result",
        "body",
        "outcome",
        "quote",
        "quote_by",
    ]

    def __init__(self, *args, user, company: Company, submitting: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.company, self.submitting = user, company, submitting
        mine = Cluster.objects.filter(memberships__company=company, memberships__state="active")
        self.fields["clusters"].queryset = mine.select_related("association").order_by("name")
        self.fields["summary"].required = submitting
        self.fields["summary"].error_messages["required"] = gettext("Say in a sentence what it is about.")
        for name in ["body"] if self.instance.is_story else GUIDED:
            del self.fields[name]
        if self.instance.pk:
            self.initial["clusters"] = list(self.instance.clusters.all())
            others = self.instance.companies.exclude(pk=company.pk).order_by("name")
            self.initial["firms"] = "\n".join(others.values_list("name", flat=True))
        elif mine.count() == 1:
            self.initial.setdefault("clusters", list(mine))

    def clean_clusters(self):
        chosen = list(self.cleaned_data["clusters"])
        if len({cluster.association_id for cluster in chosen}) > 1:
            raise ValidationError(gettext("These belong to two associations. Choose clusters of one."))
        return chosen

    def clean_firms(self) -> list[Company]:
        names = dict.fromkeys(
            name.strip() for name in self.cleaned_data["firms"].splitlines() if name.strip()
        )
        if len(names) > MOST_FIRMS:
            raise ValidationError(
                gettext("At most %(most_firms)s firms, please.") % {"most_firms": MOST_FIRMS}
            )
        found = [self.firm_called(name) for name in names]
        return [company for company in dict.fromkeys(found) if company != self.company]

    def firm_called(self, name: str) -> Company:
        seen = Company.objects.visible_to(self.user)
        company = seen.filter(name__iexact=name).order_by("pk").first()
        if company is None:
            alike = seen.filter(pk__in=[one.pk for one in look_alikes(name[:120], "")]).first()
            sentence = (
                gettext("No member firm is called %(name)s. Did you mean %(alike)s?")
                if alike
                else gettext(
                    "No member firm is called %(name)s. Leave it out here; you may name it in the text."
                )
            )
            raise ValidationError(sentence % {"name": name[:120], "alike": alike})
        return company

    def clean(self):
        cleaned = super().clean()
        if self.submitting:
            for name in ("problem", "together", "result") if self.instance.is_story else ("body",):
                if name not in self.errors and not cleaned.get(name, "").strip():
                    self.add_error(name, gettext("This is still empty. Two sentences will do."))
        return cleaned

    def save(self, commit=True) -> Article:
        article = super().save(commit=False)
        article.association = self.cleaned_data["clusters"][0].association
        named = [name for name in self._meta.fields if name in self.fields]
        article.save(update_fields=[*named, "association", "changed_at"] if article.pk else None)
        article.clusters.set(self.cleaned_data["clusters"])
        article.companies.set([self.company, *self.cleaned_data["firms"]])
        return article


class PictureForm(forms.Form):
    picture = ImageUpload(
        ArticlePicture.KIND,
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, your own. Ask the people on it first."),
        error_messages={"required": _("Choose a file first."), "empty": _("This file is empty.")},
    )
    description = forms.CharField(
        label=_("What it shows"),
        max_length=200,
        help_text=_("For those who can’t see it."),
        error_messages={"required": _("Say in a few words what it shows."), **TOO_LONG},
    )


class RefusalForm(forms.Form):
    note = forms.CharField(
        label=_("What would you rather have? (optional)"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The author reads it."),
        error_messages=TOO_LONG,
    )


class GiveBackForm(forms.Form):
    note = forms.CharField(
        label=_("What is missing"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The author gets it by mail."),
        error_messages={"required": _("Say what is missing."), **TOO_LONG},
    )
