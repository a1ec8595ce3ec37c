"""What members write about: the three questions of a story, or a news item."""

from django import forms
from django.core.exceptions import ValidationError

from clusters.editing import SameTimeForm
from clusters.images import ImageUpload
from clusters.models import Cluster
from members.forms import NUL
from members.models import Company
from members.models.company import look_alikes
from news.models import Article, ArticlePicture

MOST_FIRMS = 12
TOO_LONG = {"max_length": "At most %(limit_value)d characters, please. Yours has %(show_value)d.", **NUL}
GUIDED = ["problem", "together", "result", "outcome"]


class StoryForm(SameTimeForm):
    """An article as its author writes it. A draft may lack anything but its title; `submitting` wants it whole."""

    clusters = forms.ModelMultipleChoiceField(
        queryset=Cluster.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label="Where it belongs",
        help_text="Its coordinators read it first.",
        error_messages={
            "required": "Choose at least one of your clusters.",
            "invalid_choice": "Choose from your own clusters.",
            "invalid_list": "Choose from your own clusters.",
        },
    )
    firms = forms.CharField(
        label="Other firms in it (optional)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One name on each line. We ask each firm whether it agrees before anything is published.",
        error_messages=TOO_LONG,
    )

    class Meta:
        model = Article
        fields = ["title", "summary", *GUIDED, "body", "quote", "quote_by", "theme"]
        labels = {
            "title": "Headline",
            "summary": "In one or two sentences",
            "problem": "What was the problem?",
            "together": "What did you do together?",
            "result": "What came of it?",
            "outcome": "What came of it, in a few words (optional)",
            "body": "What happened",
            "quote": "A sentence to quote (optional)",
            "quote_by": "Who said it (optional)",
            "theme": "Theme (optional)",
        }
        help_texts = {
            "title": "What a neighbour would tell another: Two firms, one tender.",
            "summary": "It stands in lists, and when somebody shares the link.",
            "problem": "Before you met. Two or three sentences will do.",
            "together": "Who brought what, and where you met.",
            "result": "Numbers before adjectives: a contract, two jobs, a week saved.",
            "outcome": "For the short version beside the text: A four-year contract, three new jobs.",
            "body": "An empty line makes a paragraph, ## a heading, - a list.",
            "quote": "One that says it all.",
            "quote_by": "Name, firm. Ask the person first.",
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
            "title": {"required": "Give it a headline.", **TOO_LONG}
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
        self.fields["summary"].error_messages["required"] = "Say in a sentence what it is about."
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
            raise ValidationError("These belong to two associations. Choose clusters of one.")
        return chosen

    def clean_firms(self) -> list[Company]:
        names = dict.fromkeys(
            name.strip() for name in self.cleaned_data["firms"].splitlines() if name.strip()
        )
        if len(names) > MOST_FIRMS:
            raise ValidationError(f"At most {MOST_FIRMS} firms, please.")
        found = [self.firm_called(name) for name in names]
        return [company for company in dict.fromkeys(found) if company != self.company]

    def firm_called(self, name: str) -> Company:
        seen = Company.objects.visible_to(self.user)
        company = seen.filter(name__iexact=name).order_by("pk").first()
        if company is None:
            alike = seen.filter(pk__in=[one.pk for one in look_alikes(name[:120], "")]).first()
            meant = (
                f" Did you mean {alike.name}?"
                if alike
                else " Leave it out here; you may name it in the text."
            )
            raise ValidationError(f"No member firm is called {name[:120]}.{meant}")
        return company

    def clean(self):
        cleaned = super().clean()
        if self.submitting:
            for name in ("problem", "together", "result") if self.instance.is_story else ("body",):
                if name not in self.errors and not cleaned.get(name, "").strip():
                    self.add_error(name, "This is still empty. Two sentences will do.")
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
        label="Picture",
        help_text="JPEG, PNG or WebP, your own. Ask the people on it first.",
        error_messages={"required": "Choose a file first.", "empty": "This file is empty."},
    )
    description = forms.CharField(
        label="What it shows",
        max_length=200,
        help_text="For those who can’t see it.",
        error_messages={"required": "Say in a few words what it shows.", **TOO_LONG},
    )


class RefusalForm(forms.Form):
    note = forms.CharField(
        label="What would you rather have? (optional)",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The author reads it.",
        error_messages=TOO_LONG,
    )


class GiveBackForm(forms.Form):
    note = forms.CharField(
        label="What is missing",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The author gets it by mail.",
        error_messages={"required": "Say what is missing.", **TOO_LONG},
    )
