"""What firms type in when they meet: the reason, messages, answers, reports, what they post."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.errors import Refused
from clusters.models import Cluster, Theme
from clusters.quiet_forms import QuietForm
from members.accounts import validate_name
from members.forms import NUL, SHORT
from members.models import Company, Introduction, IntroductionMessage, Opportunity, Report, User

from .opportunities import refuse_day


def words(model, field: str, rows: int, label: str, required: str = "", **options) -> forms.CharField:
    """A field for text of people: as long as the column, with a sentence for each thing that can be wrong."""
    return forms.CharField(
        label=label,
        max_length=model._meta.get_field(field).max_length,
        required=bool(required),
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": required, **SHORT},
        **options,
    )


class OwnFirmForm(forms.Form):
    """`firms`: those the person acts for. Which one is asked only where there are several."""

    company = forms.ModelChoiceField(
        Company.objects.none(),
        label=_("For which of your firms"),
        empty_label=None,
        error_messages={
            "required": _("Choose one of your firms."),
            "invalid_choice": _("Choose one of your firms."),
        },
    )

    def __init__(self, *args, firms: list[Company], **kwargs):
        super().__init__(*args, **kwargs)
        self.firms = firms
        if len(firms) > 1:
            self.fields["company"].queryset = Company.objects.filter(pk__in=[firm.pk for firm in firms])
        else:
            del self.fields["company"]

    @property
    def chosen_firm(self) -> Company:
        return self.cleaned_data.get("company", self.firms[0])


class AskForm(OwnFirmForm):
    reason = words(
        Introduction,
        "reason",
        5,
        _("Why you would like to meet"),
        _("Say why in a sentence or two. It is all they have to go by."),
        help_text=_("What you do, what you saw of theirs, what you would talk about."),
    )
    through_coordinator = forms.TypedChoiceField(
        label=_("How"),
        choices=[
            ("", _("Write to them directly")),
            ("yes", _("Through the coordinator, who knows both of you")),
        ],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )

    def __init__(self, *args, asked: Company, **kwargs):
        super().__init__(*args, **kwargs)
        if asked.introductions != Company.Introductions.DIRECT:
            del self.fields["through_coordinator"]


class ReplyForm(OwnFirmForm):
    reason = words(
        Introduction,
        "reason",
        5,
        _("Your words to them"),
        _("Write them a line. Who you are comes by itself."),
    )


class MessageForm(forms.Form):
    text = words(IntroductionMessage, "text", 4, _("Your message"), _("There is nothing to send yet."))


class NoForm(forms.Form):
    """A line with a no."""

    sentence = words(
        Introduction,
        "ended_because",
        2,
        _("A line to them (optional)"),
        help_text=_("Without one they read that you said no this time."),
    )


class ForwardForm(forms.Form):
    note = words(
        Introduction,
        "note",
        2,
        _("A word of yours to the asked firm (optional)"),
        help_text=_("Who they are, why it may be worth an hour."),
    )


class TurnDownForm(forms.Form):
    sentence = words(
        Introduction,
        "ended_because",
        3,
        _("Sentence to the firm that asks"),
        _("Tell them why, in a sentence."),
        help_text=_("It is mailed to them as you write it. The other firm hears nothing."),
    )


class ReportForm(forms.Form):
    text = words(
        Report,
        "text",
        5,
        _("What is wrong"),
        _("Say in a sentence or two what is wrong."),
        help_text=_("They read what you write, and what the two firms wrote to each other."),
    )
    to_association = forms.TypedChoiceField(
        label=_("Who should look at it"),
        coerce=lambda value: value == "association",
        widget=forms.RadioSelect,
        initial="cluster",
        error_messages={"required": _("Choose who should look at it.")},
    )

    def __init__(self, *args, cluster: Cluster, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_association"].choices = [
            ("cluster", gettext("The coordinator of %(cluster)s") % {"cluster": cluster}),
            (
                "association",
                gettext("The officers of %(association)s, and not the coordinator")
                % {"association": cluster.association},
            ),
        ]


class SettleForm(forms.Form):
    note = words(
        Report,
        "note",
        3,
        _("What was done"),
        _("Say in a sentence what was done."),
        help_text=_("The firm that reported it reads it."),
    )


class TakeDownForm(forms.Form):
    sentence = words(
        Opportunity,
        "taken_down_because",
        3,
        _("Sentence to the firm"),
        _("Tell the firm why, in a sentence."),
        help_text=_("It is mailed to the firm as you write it."),
    )


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=Introduction.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
    )


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=Opportunity.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
    )


class OpportunityForm(OwnFirmForm):
    kind = forms.ChoiceField(
        label=_("Is it an ask or an offer?"),
        choices=[
            (Opportunity.Kind.ASK, _("We look for something")),
            (Opportunity.Kind.OFFER, _("We offer something")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
    )
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("", _("Choose one")), *Theme.choices],
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
    )
    title = forms.CharField(
        label=_("In a few words"),
        max_length=Opportunity._meta.get_field("title").max_length,
        help_text=_("As you would say it across the table: a tester for two days a week."),
        error_messages={"required": _("Give it a title."), **SHORT},
    )
    text = words(
        Opportunity,
        "text",
        6,
        _("The details"),
        _("Say a little more. Three lines will do."),
        help_text=_("What, how much, by when. Lists and links may be written in Markdown."),
    )
    clusters = forms.ModelMultipleChoiceField(
        Cluster.objects.none(),
        label=_("Only for members of (optional)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none, and the members of all clusters see it."),
        error_messages={
            "invalid_choice": _("Choose among your own clusters."),
            "invalid_pk_value": _("Choose among your own clusters."),
        },
    )
    until = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("After it, it closes by itself. Half a year is the longest."),
        error_messages={"required": _("Say until when."), "invalid": _("Give a day like 31/12/2026."), **NUL},
    )

    def __init__(self, *args, clusters: list[Cluster], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["clusters"].queryset = Cluster.objects.filter(pk__in=[one.pk for one in clusters])

    def clean_title(self):
        return " ".join(self.cleaned_data["title"].split())

    def clean_until(self):
        until = self.cleaned_data["until"]
        try:
            refuse_day(until, present.now())
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return until


class FilterForm(forms.Form):
    """What of the list is shown. A filter that makes no sense is left out, and nobody is told off."""

    kind = forms.ChoiceField(
        label=_("Asks or offers"),
        choices=[("", _("Both")), ("ask", _("Asks")), ("offer", _("Offers"))],
        required=False,
    )
    theme = forms.ChoiceField(
        label=_("Theme"), choices=[("", _("All themes")), *Theme.choices], required=False
    )
    cluster = forms.ModelChoiceField(
        Cluster.objects.none(),
        label=_("Firms of"),
        to_field_name="slug",
        empty_label=_("All clusters"),
        required=False,
    )

    def __init__(self, *args, clusters, offered: list[tuple[str, str]], **kwargs):
        """`clusters` may be chosen by an address, those `offered` from a list: their slugs and names."""
        super().__init__(*args, **kwargs)
        field = self.fields["cluster"]
        field.queryset = clusters
        if chosen := self.chosen.get("cluster"):
            offered = sorted({*offered, (chosen.slug, chosen.name)}, key=lambda one: one[1])
        field.choices = [("", field.empty_label), *offered]

    @property
    def chosen(self) -> dict:
        """Field and value of each filter that is set and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ContactForm(QuietForm):
    """A message to the coordinator. Who is signed in writes under their own name and address."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Who writes?"), **SHORT},
    )
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The answer comes there. It is used for nothing else."),
        error_messages={
            "required": _("Where should the answer go?"),
            "invalid": _("That is not a whole email address. One looks like ellen@lunevalley.example."),
            **SHORT,
        },
    )
    message = forms.CharField(
        label=_("Your message"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _("There is nothing to send yet."), **SHORT},
    )

    def __init__(self, *args, sender: User | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.sender = sender
        if sender is not None:
            del self.fields["name"], self.fields["email"]

    @property
    def is_from_a_machine(self) -> bool:
        """Whether the field that nobody sees was filled in."""
        return bool(self.data.get("fax"))

    def words(self) -> dict:
        """Who writes what, once it is valid."""
        who = {"name": self.sender.name, "email": self.sender.email} if self.sender else {}
        return {**self.cleaned_data, **who}
