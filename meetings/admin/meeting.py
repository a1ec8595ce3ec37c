"""A meeting on the desk: planned, given to a chair and a host, its agenda published, changed, called off."""

from collections import Counter
from datetime import timedelta

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from dateutil.relativedelta import relativedelta
from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery, Sum
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils import dateformat, timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.acts import ObjectActs, act
from clusters.dates import clock, long_date, row_date
from clusters.editing_desk import SameTimeAdmin
from clusters.errors import Refused
from clusters.models import Association, Cluster
from clusters.scoping import ScopedAdmin, ScopedFilter
from meetings import agendas, moving, notices, proposals, series
from meetings.editions import differences, snapshot
from meetings.forms import CallOffForm, MeetingForm, MoveForm
from meetings.models import AgendaEdition, AgendaItem, Duty, Meeting, Registration, Venue
from meetings.registration import registrations
from meetings.turns import duties, turns

from . import dated
from .afterwards import ActionInline, feedback_in_short
from .agenda import AgendaInline, NewAgendaInline
from .attendance import ShowsAttendance
from .clock import ByItsOwnClock
from .consequences import changes_go_to, goes_to, is_ahead, is_draft, is_open, is_told_to, moves_for
from .health import ShowsHealth
from .proposals import TakesProposals
from .series import PlansAhead

MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [NONE],
    "sandbox": [True],
}


class WhenFilter(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("ahead", gettext("Ahead")), ("past", gettext("Past"))]

    def queryset(self, request, queryset):
        if self.value() == "ahead":
            return queryset.filter(ends_at__gte=present.now())
        return queryset.filter(ends_at__lt=present.now()) if self.value() == "past" else queryset


@admin.register(Meeting)
class MeetingAdmin(
    ByItsOwnClock,
    TakesProposals,
    ObjectActs,
    PlansAhead,
    ShowsAttendance,
    ShowsHealth,
    SameTimeAdmin,
    ScopedAdmin,
):
    form = MeetingForm
    verbs = {"added": "planned"}
    inlines = [AgendaInline, ActionInline]
    acts = ["publish", "send_changes", "draft_agenda", "move", "call_off"]
    list_display = ["when", "organiser", "title", "chair", "host", "agenda_state"]
    list_display_links = ["when", "title"]
    list_filter = [WhenFilter, "state", "kind", ("cluster", ScopedFilter)]
    list_select_related = ["cluster__association", "association"]
    search_fields = ["title", "cluster__name", "duties__company__name"]
    ordering = ["-starts_at"]

    class Media:
        css = {"all": ["admin/attendance.css"]}

    def get_fieldsets(self, request, obj=None):
        whose = (
            ["cluster", "association"]
            if Association.objects.managed_by(request.user).exists()
            else ["cluster"]
        )
        times = ["starts_at", "ends_at"] if obj is None or is_draft(obj) else ["takes_place"]
        sections = [
            (None, {"fields": [*whose, "kind", "title", "summary", *times]}),
            (
                gettext("Where, and whose turn"),
                {"fields": ["venue", "capacity", "chair", "host", "openness"]},
            ),
        ]
        if obj is not None:
            why = ["called_off_because"] if obj.state == Meeting.State.CANCELLED else []
            stands = ["answers", "agenda_state", "planned", *why, "notes"]
            sections.append((gettext("How it stands"), {"fields": stands}))
            if obj.ends_at <= present.now():
                heads = ["headcount"] if obj.state in (Meeting.State.PUBLISHED, Meeting.State.HELD) else []
                sections.append((gettext("Afterwards"), {"fields": ["attendance", *heads, "feedback"]}))
        return sections

    def get_inlines(self, request, obj):
        return self.inlines if obj else [NewAgendaInline]

    def get_readonly_fields(self, request, obj=None):
        """A meeting stays with its cluster. Once members have been told of it, its time and place change by `move`."""
        fixed = ["answers", "agenda_state", "planned", "called_off_because", "attendance", "feedback"]
        if obj is not None:
            fixed += ["cluster", "association"]
            if not is_draft(obj):
                fixed += ["takes_place", "starts_at", "ends_at", "venue"]
        return fixed

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"for_user": request.user})

    def words_of_choice(self, meeting) -> str:
        return dated.with_day_and_place(meeting)

    def asks_for_cluster(self, user) -> bool:
        """Also of officers and the operator: hardly a meeting is of the association alone."""
        return True

    def get_changeform_initial_data(self, request):
        """A meeting of the cluster one looks after, at its usual hour, in a month."""
        initial = super().get_changeform_initial_data(request)
        managed = Cluster.objects.managed_by(request.user).select_related("association")
        asked_for = str(initial.get("cluster", ""))
        cluster = managed.filter(pk=asked_for).first() if asked_for.isdecimal() else None
        if cluster is None:
            return initial
        start = series.next_free_date(cluster, present.today() + relativedelta(months=1))
        return {
            "cluster": cluster.pk,
            "starts_at": start,
            "ends_at": start + timedelta(minutes=cluster.usual_minutes),
            **initial,
        }

    def get_queryset(self, request):
        editions = AgendaEdition.objects.filter(meeting=OuterRef("pk")).order_by("-number")
        items = AgendaItem.objects.filter(meeting=OuterRef("pk")).order_by().values("meeting")
        return (
            super()
            .get_queryset(request)
            .select_related("cluster__association", "association", "venue")
            .annotate(
                chair_name=agreed_name(Duty.Role.CHAIR),
                host_name=agreed_name(Duty.Role.HOST),
                edition=Subquery(editions.values("number")[:1]),
                sent_at=Subquery(editions.values("published_at")[:1]),
                agenda_minutes=Subquery(items.annotate(sum=Sum("minutes")).values("sum")),
            )
        )

    @admin.display(description=_("starts"), ordering="starts_at")
    def when(self, meeting):
        start = meeting.starts_at.astimezone(meeting.zone)
        return dateformat.format(start, pgettext("date format", "D j M Y, H:i"))

    @admin.display(description=_("takes place"))
    def takes_place(self, meeting):
        start, end = (moment.astimezone(meeting.zone) for moment in (meeting.starts_at, meeting.ends_at))
        said = (
            gettext("%(day)s, %(start)s to %(end)s. “Move” changes it and tells everybody.")
            if is_open(meeting)
            else gettext("%(day)s, %(start)s to %(end)s.")
        )
        return said % {"day": long_date(start), "start": clock(start), "end": clock(end)}

    @admin.display(description=_("of"))
    def organiser(self, meeting):
        return meeting.organiser

    @admin.display(description=_("chair"), empty_value=_("nobody yet"))
    def chair(self, meeting):
        return meeting.chair_name

    @admin.display(description=_("host"), empty_value=_("nobody yet"))
    def host(self, meeting):
        return meeting.host_name

    @admin.display(description=_("agenda"))
    def agenda_state(self, meeting):
        if meeting.edition is None:
            return meeting.get_state_display()
        sent = timezone.localtime(meeting.sent_at)
        return gettext("%(state)s, edition %(number)s sent %(day)s") % {
            "state": meeting.get_state_display(),
            "number": meeting.edition,
            "day": row_date(sent),
        }

    @admin.display(description=_("who comes"))
    def answers(self, meeting):
        """Simple numbers, and the way to the names and to the list at the door."""
        said = Counter(meeting.registrations.values_list("state", flat=True))
        words = [
            f"{said[state]} {label.lower()}" for state, label in Registration.State.choices if said[state]
        ]
        return format_html(
            '{}{} <a href="{}?meeting__id__exact={}">{}</a>, <a href="{}">{}</a>',
            ", ".join(words) or gettext("Nobody has answered yet"),
            gettext("; %(number)s places.") % {"number": meeting.places} if meeting.places else ".",
            reverse("admin:meetings_registration_changelist"),
            meeting.pk,
            gettext("All answers"),
            reverse("meetings:check-in", args=[meeting.pk]),
            gettext("check-in"),
        )

    @admin.display(description=_("feedback"))
    def feedback(self, meeting):
        return feedback_in_short(meeting)

    @admin.display(description=_("agenda takes"))
    def planned(self, meeting):
        return gettext("%(taken)s of %(number)s minutes") % {
            "taken": meeting.agenda_minutes or 0,
            "number": meeting.minutes,
        }

    def has_delete_permission(self, request, obj=None):
        """A draft is nobody's loss. What is published is called off; so is a draft of the series, or it comes back."""
        loose = obj is not None and is_draft(obj) and obj.slot is None
        return loose and self.has_change_permission(request, obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        meeting = form.instance
        try:
            if not change and meeting.needs_showcase and not meeting.agenda.exists():
                agendas.draft(meeting)
            for role in Duty.Role:
                if role in form.changed_data:
                    duties.assign(meeting, role, form.cleaned_data[role], by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        agendas.bind_showcase(meeting)
        registrations.fill_places(meeting)
        if change and "starts_at" in form.changed_data:  # only a draft's
            turns.ask_again(meeting, by=request.user, moved_from=form.initial["starts_at"])
        proposals.carry_over(meeting, by=request.user)
        if meeting.state != Meeting.State.DRAFT and (
            form.has_changed() or any(f.has_changed() for f in formsets)
        ):
            meeting.touch()
        self.say_what_is_missing(request, meeting)

    def say_what_is_missing(self, request, meeting):
        if is_draft(meeting):
            for sentence in agendas.problems(meeting):
                messages.warning(
                    request, gettext("Before you publish: %(sentence)s") % {"sentence": sentence}
                )
            for other in meeting.on_the_same_day():
                messages.warning(
                    request,
                    gettext("There is another meeting on that day: %(title)s.") % {"title": other.title},
                )
        elif is_ahead(meeting) and self.changes(meeting, snapshot(meeting)):
            messages.warning(
                request,
                gettext("Members don't know yet what you changed. Send the changes when you are done."),
            )

    def changes(self, meeting, content: dict) -> list[str]:
        last = meeting.editions.first()
        return differences(last.content, content) if last else []

    @act(_("Publish the agenda"), shown=is_draft, confirm=goes_to)
    def publish(self, request, meeting, form):
        agendas.publish(meeting, by=request.user)
        return gettext("Published. The agenda is on its way to the members.")

    @act(_("Send the changes"), shown=is_ahead, confirm=changes_go_to)
    def send_changes(self, request, meeting, form):
        agendas.publish(meeting, by=request.user)
        return gettext("Sent. Members hear what is different.")

    @act(
        _("Draft a standard agenda"),
        shown=lambda meeting: is_draft(meeting) and not meeting.agenda.exclude(kind="showcase").exists(),
    )
    def draft_agenda(self, request, meeting, form):
        agendas.draft(meeting)
        return gettext("Here is the usual agenda, fitted to the length of the meeting. Change what you like.")

    @act(_("Move"), shown=is_open, form=MoveForm, confirm=moves_for)
    def move(self, request, meeting, form):
        told = moving.move(
            meeting,
            starts_at=form.cleaned_data["starts_at"],
            ends_at=form.cleaned_data["ends_at"],
            venue=form.cleaned_data["venue"],
            by=request.user,
        )
        return ngettext(
            "Moved. %(number)s person is being told by mail.",
            "Moved. %(number)s people are being told by mail.",
            told,
        ) % {"number": told}

    def form_for(self, request, row, spec, data=None):
        if spec.form is MoveForm:
            return MoveForm(data, meeting=row, venues=Venue.objects.managed_by(request.user))
        return super().form_for(request, row, spec, data)

    @act(_("Call off"), shown=is_open, form=CallOffForm, confirm=is_told_to, danger=True)
    def call_off(self, request, meeting, form):
        told = agendas.call_off(meeting, by=request.user, because=form.cleaned_data["because"])
        return ngettext(
            "Called off. %(number)s person is being told by mail.",
            "Called off. %(number)s people are being told by mail.",
            told,
        ) % {"number": told}

    def ask_first(self, request, row, spec, form):
        response = super().ask_first(request, row, spec, form)
        if form is None:  # publishing: show what would go out
            content = snapshot(row)
            response.template_name = "admin/meetings/meeting/publish.html"
            response.context_data |= {
                "problems": agendas.problems(row),
                "changes": self.changes(row, content),
                "first": not row.editions.exists(),
                "mail": notices.preview(row, request.user, content),
                "mail_url": reverse("admin:meetings_meeting_mail", args=[row.pk]),
            }
        return response

    def get_urls(self):
        mail = self.admin_site.admin_view(self.mail_view)
        return [path("<int:pk>/mail/", mail, name="meetings_meeting_mail"), *super().get_urls()]

    @method_decorator(csp(MAIL_POLICY))
    def mail_view(self, request, pk):
        """The mail as it would look: a page to itself, since it brings its own styles."""
        meeting = self.get_object(request, str(pk))
        if meeting is None:
            raise Http404
        return HttpResponse(notices.preview(meeting, request.user, snapshot(meeting)).html)


def agreed_name(role: str) -> Subquery:
    agreed = Duty.objects.filter(meeting=OuterRef("pk"), role=role).agreed()
    return Subquery(agreed.values("company__name")[:1])
