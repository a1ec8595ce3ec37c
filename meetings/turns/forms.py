"""The forms of firms about their turns: answers, the showcase, what they offer, their room, when they are away."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.editing import SameTimeForm
from meetings.models import AgendaItem, Duty, SwapRequest, Unavailability, Venue
from members.companies import tidy_postcode
from members.forms import NUL, SHORT
from members.models import Company


class NoteForm(forms.Form):
    """A line with a no."""

    note = forms.CharField(
        label=_("A line to the coordinator (optional)"), max_length=300, required=False, error_messages=SHORT
    )


class ShowcaseForm(SameTimeForm):
    class Meta:
        model = AgendaItem
        fields = ["title", "summary"]
        labels = {"title": _("Title")}
        error_messages = {"title": {"required": _("Give it a title. It can still change."), **SHORT}}

    summary = forms.CharField(
        label=_("Two lines about it (optional)"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=SHORT,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.is_named:
            self.initial["title"] = ""

    def rows_in_trail(self):
        """Also the turn: what the chair wrote itself, in another window, is told of that."""
        meeting = self.instance.meeting
        return [meeting, *meeting.duties.filter(role=Duty.Role.CHAIR)]


class OffersForm(forms.Form):
    """What a firm offers in one cluster, until it takes it back."""

    chair = forms.BooleanField(
        label=_("We chair in turn"),
        required=False,
        help_text=_("Open a meeting, lead it through the agenda, and show our work for 20 minutes."),
    )
    host = forms.BooleanField(
        label=_("We host in turn"), required=False, help_text=_("Our room for an evening, and some coffee.")
    )
    venue = forms.ModelChoiceField(
        Venue.objects.none(), label=_("Our room"), required=False, empty_label=None
    )
    both_at_once = forms.BooleanField(
        label=_("Both at the same meeting is fine with us"),
        required=False,
        help_text=_("If the cluster wants that at all."),
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
            self.add_error("venue", gettext("Say where you would host."))
        return cleaned


class RoomForm(forms.ModelForm):
    """The firm's room, asked once."""

    postcode = forms.CharField(
        max_length=20, error_messages={"required": _("People look the way up by it."), **NUL}
    )

    class Meta:
        model = Venue
        fields = [
            "name", "address", "town", "postcode", "capacity", "entrance", "step_free", "access", "train",
            "parking", "bicycle", "equipment", "names_days",
        ]  # fmt: skip
        labels = {
            "name": _("What members call the room"),
            "capacity": _("How many can sit"),
            "entrance": _("How to get in (optional)"),
            "step_free": _("Without steps"),
            "access": _("More about access (optional)"),
            "train": _("By train or bus (optional)"),
            "parking": _("By car (optional)"),
            "bicycle": _("By bike (optional)"),
            "equipment": _("Screen and sound (optional)"),
            "names_days": _("Days before by which you need the names (optional)"),
        }
        help_texts = {"capacity": _("People, seated."), "name": _("Your firm’s name will do.")}
        error_messages = {
            "name": {"required": _("Give the room a name. Your firm’s will do."), **SHORT},
            "address": {"required": _("Street and number, please."), **SHORT},
            "town": {"required": _("Which town?"), **SHORT},
            "capacity": {
                "required": _("About how many can sit?"),
                "invalid": _("A number, please."),
                "min_value": _("A meeting has two people at least."),
            },
            "names_days": {
                "invalid": _("A number of days, please."),
                "max_value": _("60 days at most, please."),
            },
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step_free"].widget.choices = [
            ("unknown", gettext("I don’t know")),
            ("true", gettext("Yes")),
            ("false", gettext("No")),
        ]

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        others = Venue.objects.filter(cluster=self.instance.cluster, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(
                gettext("The cluster has a room of this name. Add your firm’s name to it.")
            )
        return name

    def clean_postcode(self):
        return tidy_postcode(self.cleaned_data["postcode"])


class AbsenceForm(forms.ModelForm):
    company = forms.ModelChoiceField(Company.objects.none(), label=_("Firm"), empty_label=None)

    class Meta:
        model = Unavailability
        fields = ["company", "start", "end", "note"]
        labels = {"start": _("First day"), "end": _("Last day"), "note": _("Why (optional)")}
        help_texts = {"end": "", "note": _("Only you and the coordinator read it.")}
        widgets = {
            "start": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "end": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        error_messages = {
            "start": {"required": _("From which day?"), "invalid": _("A day looks like 24/12/2026.")},
            "end": {"required": _("Until which day?"), "invalid": _("A day looks like 24/12/2026.")},
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
            self.add_error("end", gettext("The last day is before the first."))
        return cleaned


class FirmChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, company: Company) -> str:
        return company.name


class SwapForm(forms.ModelForm):
    """Whom to ask: all are ticked."""

    asked = FirmChoice(
        Company.objects.none(),
        label=_("Ask these firms"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They offer to take such turns and are free on that day. The first yes takes it."),
        error_messages={
            "required": _("Choose at least one firm."),
            "invalid_choice": _("One of these firms is no longer free. Look at the list again."),
            "invalid_pk_value": _("One of these firms is no longer free. Look at the list again."),
        },
    )

    class Meta:
        model = SwapRequest
        fields = ["asked", "note"]
        labels = {"note": _("A line to them (optional)")}
        help_texts = {"note": ""}
        error_messages = {"note": SHORT}

    def __init__(self, *args, able, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["asked"].queryset = able
        self.fields["asked"].initial = list(able)
