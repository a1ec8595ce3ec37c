"""The coordinators' forms: what they refuse is said beside the field, in a sentence."""

from copy import copy
from datetime import datetime

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.choosing import SearchedField
from clusters.dates import clock
from clusters.editing import SameTimeForm
from clusters.editing_rows import SameTimeFormSet
from clusters.models import Cluster
from clusters.scoping import way_to_choose
from meetings.models import AgendaItem, AgendaProposal, Duty, Meeting, Venue
from meetings.roles import DO
from meetings.series import MOST_MONTHS, note_on
from meetings.slides import presentations
from meetings.timetables import overrun
from meetings.turns.duties import may_take_turns, members_of
from members.models import Company

AT_THE_END = 32_767
LARGEST_FILE = 50 * 1024 * 1024


class MeetingTimeWidget(AdminSplitDateTime):
    """Date and time, each with a name of its own for screen readers."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.widgets[1].format = "%H:%M"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        words = {
            "starts_at": (gettext("starts: date"), gettext("starts: time")),
            "ends_at": (gettext("ends: date"), gettext("ends: time")),
        }
        for part, word in zip(context["widget"]["subwidgets"], words[name], strict=True):
            part["attrs"]["aria-label"] = word
        return context


class MeetingTimeField(forms.SplitDateTimeField):
    widget = MeetingTimeWidget

    def compress(self, data_list):
        try:
            return super().compress(data_list)
        except ValidationError as error:
            if getattr(error, "code", "") != "ambiguous_timezone":
                raise
            raise ValidationError(clock_change_sentence(datetime.combine(*data_list))) from error


def clock_change_sentence(wall: datetime) -> str:
    """Why this time of the night of a clock change can't be used."""
    moment = timezone.make_aware(wall)
    there_and_back = timezone.make_naive(moment.astimezone(timezone.get_fixed_timezone(0)))
    sentence = (
        gettext("%(time)s happens twice that night, because the clocks change. Choose another time.")
        if there_and_back == wall
        else gettext("%(time)s does not exist that night, because the clocks change. Choose another time.")
    )
    return sentence % {"time": clock(wall)}


class MeetingForm(SameTimeForm):
    """A meeting with its chair and host, who agreed by word of mouth. `for_user` is set by the admin."""

    for_user = None
    starts_at = MeetingTimeField(label=_("Starts"))
    ends_at = MeetingTimeField(label=_("Ends"))
    chair = SearchedField(
        Company.objects.none(),
        required=False,
        label=_("Chair"),
        help_text=_("Has agreed to chair, and gets the 20-minute showcase."),
    )
    host = SearchedField(
        Company.objects.none(), required=False, label=_("Host"), help_text=_("Has agreed to host.")
    )

    class Meta:
        model = Meeting
        fields = [
            "cluster",
            "association",
            "kind",
            "title",
            "summary",
            "starts_at",
            "ends_at",
            "venue",
            "capacity",
            "openness",
            "headcount",
            "notes",
        ]
        help_texts = {
            "headcount": _("Only if nobody was ticked off at the door. Funders' reports and charts count it.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        meeting = self.instance
        roles = [role for role in Duty.Role if role in self.fields]  # none if the reader may only look
        if not roles:
            return
        firms = self.firms()
        way = way_to_choose(Duty._meta.get_field("company"), firms, admin.site, self.for_user)
        agreed = dict(meeting.duties.agreed().values_list("role", "company")) if meeting.pk else {}
        for role in roles:
            field = self.fields[role]
            field.widget = copy(way.get("widget", field.widget))
            field.queryset = firms
            self.initial[role] = agreed.get(role)
        if not way:
            choices = list(iter(self.fields[roles[0]].choices))  # the same for both, and found once
            for role in roles:
                self.fields[role].choices = choices

    def firms(self):
        """Who can be chosen: members of the meeting's cluster, or of all one looks after; who is chosen already."""
        if not self.instance.pk:
            return members_of(Cluster.objects.managed_by(self.for_user))
        chosen = self.instance.duties.agreed().order_by().values("company")
        may = may_take_turns(self.instance).order_by().values("pk")
        return Company.objects.filter(pk__in=may.union(chosen))

    def clean(self):
        cleaned = super().clean()
        meeting, cluster = self.instance, cleaned.get("cluster")
        if not meeting.pk and not cluster and not cleaned.get("association") and "cluster" not in self.errors:
            self.add_error("cluster", gettext("Say whose meeting this is."))
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", gettext("The meeting ends before it starts."))
        for role in Duty.Role:
            self.clean_turn(role, cluster or meeting.cluster)
        return cleaned

    def clean_headcount(self):
        heads = self.cleaned_data["headcount"]
        ticked = self.instance.registrations.attended().count() if heads is not None else 0
        if ticked:
            said = ngettext(
                "%(number)s person was ticked off at the door, and that list counts. Leave this empty.",
                "%(number)s people were ticked off at the door, and that list counts. Leave this empty.",
                ticked,
            )
            raise forms.ValidationError(said, params={"number": ticked})
        return heads

    def clean_turn(self, role: str, cluster: Cluster | None) -> None:
        firm = self.cleaned_data.get(role)
        if firm is None or role not in self.changed_data or cluster is None:
            return
        if not members_of([cluster]).filter(pk=firm.pk).exists():
            self.add_error(
                role,
                gettext("%(firm)s is not a member of %(cluster)s. Only members %(do)s.")
                % {"firm": firm, "cluster": cluster, "do": DO[role]},
            )


def position_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Order"),
        required=False,
        min_value=0,
        max_value=AT_THE_END,
    )


def at_the_end_if_empty(position: int | None) -> int:
    return AT_THE_END if position is None else position


class AgendaItemForm(SameTimeForm):
    position = position_field()

    class Meta:
        model = AgendaItem
        fields = [
            "position",
            "minutes",
            "kind",
            "title",
            "summary",
            "topic",
            "company",
            "presenter",
            "presenter_name",
            "unfinished",
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2, "cols": 40}),
            "title": forms.TextInput(attrs={"size": 40}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["position"] = None
        if self.instance.kind == AgendaItem.Kind.SHOWCASE:
            for name in {"kind", "minutes", "company"} & self.fields.keys():
                self.fields[name].disabled = True
        elif "kind" in self.fields:  # the showcase comes by itself
            kinds = [choice for choice in AgendaItem.Kind.choices if choice[0] != AgendaItem.Kind.SHOWCASE]
            self.fields["kind"].choices = kinds

    def clean_position(self):
        return at_the_end_if_empty(self.cleaned_data["position"])

    def rows_in_trail(self):
        """The chair names the showcase from its own page: that is told of its turn."""
        meeting = self.instance.meeting
        return [meeting, *meeting.duties.filter(role=Duty.Role.CHAIR)]


class AgendaFormSet(SameTimeFormSet):
    def clean(self):
        super().clean()
        if any(self.errors) or not (self.instance.starts_at and self.instance.ends_at):
            return
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        if sentence := overrun(self.instance, sum(item["minutes"] for item in kept)):
            raise ValidationError(sentence)

    def delete_existing(self, obj, commit=True):
        presentations.forget(obj)
        super().delete_existing(obj, commit)


class CallOffForm(forms.Form):
    because = forms.CharField(
        label=_("Why?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=_("One or two sentences. Members read them in the mail and on the meeting's page."),
    )


class RestForm(forms.Form):
    """A cluster is put to rest: what becomes of its meetings, and a word to its members."""

    meetings = forms.ChoiceField(
        label=_("The meetings ahead"),
        choices=[("call-off", _("are called off")), ("keep", _("take place all the same"))],
        widget=forms.RadioSelect,
        initial="call-off",
        error_messages={"required": _("Say what becomes of the meetings ahead.")},
    )
    word = forms.CharField(
        label=_("A word to the members (optional)"),
        max_length=220,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=_("Why, and until when perhaps. It is in their mail."),
    )

    def __init__(self, data=None, *, meets: bool):
        super().__init__(data)
        if not meets:
            del self.fields["meetings"]


class MoveForm(forms.Form):
    starts_at = MeetingTimeField(label=_("Starts"))
    ends_at = MeetingTimeField(label=_("Ends"), required=False, help_text=_("Empty: as long as before."))
    venue = forms.ModelChoiceField(Venue.objects.none(), required=False, empty_label=_("Where it was"))
    anyway = forms.BooleanField(label=_("Also on a holiday or at a weekend"), required=False)

    def __init__(self, data=None, *, meeting, venues):
        super().__init__(data, initial={"starts_at": meeting.starts_at})
        self.fields["venue"].queryset = venues

    def clean(self):
        cleaned = super().clean()
        start = cleaned.get("starts_at")
        note = note_on(timezone.localdate(start)) if start else ""
        if note and not cleaned["anyway"]:
            self.add_error(
                "starts_at",
                gettext("%(note)s If you mean it, tick “%(label)s”.")
                % {"note": note, "label": self.fields["anyway"].label},
            )
        return cleaned


class PlanAheadForm(forms.Form):
    cluster = forms.ModelChoiceField(Cluster.objects.none(), empty_label=_("Choose one"))
    months = forms.IntegerField(
        label=_("Months ahead"),
        min_value=1,
        max_value=MOST_MONTHS,
        initial=12,
    )

    def __init__(self, clusters, data=None):
        super().__init__(data)
        self.fields["cluster"].queryset = clusters


class ProposalForm(forms.ModelForm):
    class Meta:
        model = AgendaProposal
        fields = ["company", "title", "summary", "minutes", "topic", "presents"]
        labels = {
            "company": _("Your firm"),
            "title": _("What about?"),
            "summary": _("Two lines about it (optional)"),
            "topic": _("Topic (optional)"),
            "presents": _("We would present it ourselves"),
        }
        help_texts = {"presents": "", "summary": _("What members would take home.")}
        widgets = {"summary": forms.Textarea(attrs={"rows": 2})}
        error_messages = {
            "title": {"required": _("Say in a few words what it is about.")},
            "minutes": {"required": _("Say how many minutes it would take. 20 is usual.")},
        }

    def __init__(self, cluster, firms, data=None):
        super().__init__(data)
        self.fields["company"].queryset = Company.objects.filter(pk__in=[firm.pk for firm in firms])
        self.fields["company"].required = True
        self.fields["company"].empty_label = None
        self.fields["company"].initial = firms[0]
        if len(firms) == 1:
            self.fields["company"].widget = forms.HiddenInput()
        self.fields["topic"].queryset = cluster.topics.order_by("theme", "name")
        self.fields["topic"].empty_label = gettext("None of these")
