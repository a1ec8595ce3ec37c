"""The forms of firms about their turns: answers, the showcase, what they offer, their room, when they are away."""

from django import forms

from clusters.editing import SameTimeForm
from meetings.models import AgendaItem, SwapRequest, Unavailability, Venue
from members.companies import tidy_postcode
from members.forms import NUL, SHORT
from members.models import Company


class NoteForm(forms.Form):
    """A line with a no."""

    note = forms.CharField(
        label="A line to the coordinator (optional)", max_length=300, required=False, error_messages=SHORT
    )


class ShowcaseForm(SameTimeForm):
    class Meta:
        model = AgendaItem
        fields = ["title", "summary"]
        labels = {"title": "Title"}
        error_messages = {"title": {"required": "Give it a title. It can still change.", **SHORT}}

    summary = forms.CharField(
        label="Two lines about it (optional)",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=SHORT,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.is_named:
            self.initial["title"] = ""

    def row_in_trail(self):
        return self.instance.meeting


class OffersForm(forms.Form):
    """What a firm offers in one cluster, until it takes it back."""

    chair = forms.BooleanField(
        label="We chair in turn",
        required=False,
        help_text="Open a meeting, lead it through the agenda, and show our work for 20 minutes.",
    )
    host = forms.BooleanField(
        label="We host in turn", required=False, help_text="Our room for an evening, and some coffee."
    )
    venue = forms.ModelChoiceField(Venue.objects.none(), label="Our room", required=False, empty_label=None)
    both_at_once = forms.BooleanField(
        label="Both at the same meeting is fine with us",
        required=False,
        help_text="If the cluster wants that at all.",
    )

    def __init__(self, *args, rooms, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["venue"].queryset = rooms
        if not rooms:
            for name in ("host", "venue", "both_at_once"):
                del self.fields[name]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("host") and not cleaned.get("venue") and "venue" not in self.errors:
            self.add_error("venue", "Say where you would host.")
        return cleaned


class RoomForm(forms.ModelForm):
    """The firm's room, asked once."""

    postcode = forms.CharField(
        max_length=20, error_messages={"required": "People look the way up by it.", **NUL}
    )

    class Meta:
        model = Venue
        fields = [
            "name", "address", "town", "postcode", "capacity", "entrance", "step_free", "access", "train",
            "parking", "bicycle", "equipment", "names_days",
        ]  # fmt: skip
        labels = {
            "name": "What members call the room",
            "capacity": "How many can sit",
            "entrance": "How to get in (optional)",
            "step_free": "Without steps",
            "access": "More about access (optional)",
            "train": "By train or bus (optional)",
            "parking": "By car (optional)",
            "bicycle": "By bike (optional)",
            "equipment": "Screen and sound (optional)",
            "names_days": "Days before by which you need the names (optional)",
        }
        help_texts = {"capacity": "People, seated.", "name": "Your firm’s name will do."}
        error_messages = {
            "name": {"required": "Give the room a name. Your firm’s will do.", **SHORT},
            "address": {"required": "Street and number, please.", **SHORT},
            "town": {"required": "Which town?", **SHORT},
            "capacity": {
                "required": "About how many can sit?",
                "invalid": "A number, please.",
                "min_value": "A meeting has two people at least.",
            },
            "names_days": {"invalid": "A number of days, please.", "max_value": "60 days at most, please."},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step_free"].widget.choices = [
            ("unknown", "I don’t know"),
            ("true", "Yes"),
            ("false", "No"),
        ]

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        others = Venue.objects.filter(cluster=self.instance.cluster, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError("The cluster has a room of this name. Add your firm’s name to it.")
        return name

    def clean_postcode(self):
        return tidy_postcode(self.cleaned_data["postcode"])


class AbsenceForm(forms.ModelForm):
    company = forms.ModelChoiceField(Company.objects.none(), label="Firm", empty_label=None)

    class Meta:
        model = Unavailability
        fields = ["company", "start", "end", "note"]
        labels = {"start": "First day", "end": "Last day", "note": "Why (optional)"}
        help_texts = {"end": "", "note": "Only you and the coordinator read it."}
        widgets = {
            "start": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "end": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        error_messages = {
            "start": {"required": "From which day?", "invalid": "A day looks like 24/12/2026."},
            "end": {"required": "Until which day?", "invalid": "A day looks like 24/12/2026."},
            "note": SHORT,
        }

    def __init__(self, *args, companies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies
        if len(companies) == 1:
            del self.fields["company"]
            self.instance.company = companies[0]

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", "The last day is before the first.")
        return cleaned


class FirmChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, company: Company) -> str:
        return company.name


class SwapForm(forms.ModelForm):
    """Whom to ask: all are ticked."""

    asked = FirmChoice(
        Company.objects.none(),
        label="Ask these firms",
        widget=forms.CheckboxSelectMultiple,
        help_text="They offer to take such turns and are free on that day. The first yes takes it.",
        error_messages={
            "required": "Choose at least one firm.",
            "invalid_choice": "One of these firms is no longer free. Look at the list again.",
            "invalid_pk_value": "One of these firms is no longer free. Look at the list again.",
        },
    )

    class Meta:
        model = SwapRequest
        fields = ["asked", "note"]
        labels = {"note": "A line to them (optional)"}
        help_texts = {"note": ""}
        error_messages = {"note": SHORT}

    def __init__(self, *args, able, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["asked"].queryset = able
        self.fields["asked"].initial = list(able)
