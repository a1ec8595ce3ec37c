"""A meeting on the desk: planned, given to a chair and a host, its agenda published, changed, called off."""

from datetime import date, datetime, time, timedelta

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from dateutil.relativedelta import FR, MO, TH, TU, WE, relativedelta
from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery, Sum
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator

from clusters import trail
from clusters.acts import ObjectActs, act
from clusters.errors import Refused
from clusters.models import Association, Cluster
from clusters.scoping import ScopedAdmin, ScopedFilter
from meetings import agendas, duties, notices
from meetings.editions import differences, snapshot
from meetings.forms import CallOffForm, MeetingForm
from meetings.models import AgendaEdition, AgendaItem, Duty, Meeting

from .agenda import AgendaInline

USUAL_START = time(17, 30)
WEEKDAYS = [MO, TU, WE, TH, FR]
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [NONE],
    "sandbox": [True],
}


def is_ahead(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.PUBLISHED and meeting.ends_at > timezone.now()


def is_draft(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.DRAFT


def goes_to(meeting: Meeting) -> str:
    number = notices.willing_readers(meeting).count()
    whom = f"all members of {meeting.organiser}: {number} {'person' if number == 1 else 'people'}"
    return f"This goes to {whom}, by mail, once. After that everybody who may see the meeting sees it on the site."


def changes_go_to(meeting: Meeting) -> str:
    number = notices.willing_readers(meeting).count()
    return (
        f"Goes by mail to {number} {'person' if number == 1 else 'people'}: those who have the agenda hear only "
        "what is different, new members get the whole of it."
    )


def is_told_to(meeting: Meeting) -> str:
    number = notices.had_agenda(meeting).exclude(mail_choices__kind="agendas").count()
    return (
        f"The {number} {'person' if number == 1 else 'people'} who got the agenda are told by mail, and it is "
        "marked as called off on the site and in calendars. This can't be undone."
    )


class WhenFilter(admin.SimpleListFilter):
    title = "when"
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("ahead", "Ahead"), ("past", "Past")]

    def queryset(self, request, queryset):
        if self.value() == "ahead":
            return queryset.filter(ends_at__gte=timezone.now())
        return queryset.filter(ends_at__lt=timezone.now()) if self.value() == "past" else queryset


@admin.register(Meeting)
class MeetingAdmin(ObjectActs, ScopedAdmin):
    form = MeetingForm
    inlines = [AgendaInline]
    acts = ["publish", "send_changes", "draft_agenda", "call_off"]
    list_display = ["starts_at", "organiser", "title", "chair", "host", "agenda_state"]
    list_display_links = ["starts_at", "title"]
    list_filter = [WhenFilter, "state", "kind", ("cluster", ScopedFilter)]
    list_select_related = ["cluster", "association"]
    search_fields = ["title", "cluster__name", "duties__company__name"]
    ordering = ["-starts_at"]

    def get_fieldsets(self, request, obj=None):
        whose = (
            ["cluster", "association"]
            if Association.objects.managed_by(request.user).exists()
            else ["cluster"]
        )
        sections = [
            (None, {"fields": [*whose, "kind", "title", "summary", "starts_at", "ends_at"]}),
            ("Where, and whose turn", {"fields": ["venue", "capacity", "chair", "host", "openness"]}),
        ]
        if obj is not None:
            sections.append(
                ("How it stands", {"fields": ["agenda_state", "planned", "called_off_because", "notes"]})
            )
        return sections

    def get_readonly_fields(self, request, obj=None):
        """A meeting stays with its cluster: its members have been told of it."""
        return ["agenda_state", "planned", "called_off_because", *(["cluster", "association"] if obj else [])]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"for_user": request.user})

    def get_changeform_initial_data(self, request):
        """A meeting of the cluster one looks after, at its usual hour, in a month."""
        initial = super().get_changeform_initial_data(request)
        managed = Cluster.objects.managed_by(request.user)
        asked_for = initial.get("cluster", "")
        cluster = managed.filter(pk=asked_for).first() if asked_for.isdecimal() else None
        if cluster is None and managed.count() == 1:
            cluster = managed.get()
        if cluster is None:
            return initial
        start = usual_date(cluster, timezone.localdate() + relativedelta(months=1))
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
            .annotate(
                chair_name=agreed_name(Duty.Role.CHAIR),
                host_name=agreed_name(Duty.Role.HOST),
                edition=Subquery(editions.values("number")[:1]),
                sent_at=Subquery(editions.values("published_at")[:1]),
                agenda_minutes=Subquery(items.annotate(sum=Sum("minutes")).values("sum")),
            )
        )

    @admin.display(description="of")
    def organiser(self, meeting):
        return meeting.organiser

    @admin.display(description="chair", empty_value="nobody yet")
    def chair(self, meeting):
        return meeting.chair_name

    @admin.display(description="host", empty_value="nobody yet")
    def host(self, meeting):
        return meeting.host_name

    @admin.display(description="agenda")
    def agenda_state(self, meeting):
        if meeting.edition is None:
            return meeting.get_state_display()
        sent = timezone.localtime(meeting.sent_at)
        return f"{meeting.get_state_display()}, edition {meeting.edition} sent {sent.day} {sent:%b}"

    @admin.display(description="agenda takes")
    def planned(self, meeting):
        return f"{meeting.agenda_minutes or 0} of {meeting.minutes} minutes"

    def has_delete_permission(self, request, obj=None):
        """A draft is nobody's loss; a published meeting is called off."""
        return obj is not None and is_draft(obj) and self.has_change_permission(request, obj)

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
        if meeting.state != Meeting.State.DRAFT and (
            form.has_changed() or any(f.has_changed() for f in formsets)
        ):
            meeting.touch()
        verb = "changed" if change else "planned"
        trail.record(request.user, verb, meeting, cluster=meeting.cluster, association=meeting.association)
        self.say_what_is_missing(request, meeting)

    def say_what_is_missing(self, request, meeting):
        if is_draft(meeting):
            for sentence in agendas.problems(meeting):
                messages.warning(request, f"Before you publish: {sentence}")
        elif is_ahead(meeting) and self.changes(meeting):
            messages.warning(
                request, "Members don't know yet what you changed. Send the changes when you are done."
            )

    def changes(self, meeting) -> list[str]:
        last = meeting.editions.first()
        return differences(last.content, snapshot(meeting)) if last else []

    @act("Publish the agenda", shown=is_draft, confirm=goes_to)
    def publish(self, request, meeting, form):
        agendas.publish(meeting, by=request.user)
        return "Published. The agenda is on its way to the members."

    @act("Send the changes", shown=is_ahead, confirm=changes_go_to)
    def send_changes(self, request, meeting, form):
        agendas.publish(meeting, by=request.user)
        return "Sent. Members hear what is different."

    @act(
        "Draft a standard agenda",
        shown=lambda meeting: is_draft(meeting) and not meeting.agenda.exclude(kind="showcase").exists(),
    )
    def draft_agenda(self, request, meeting, form):
        agendas.draft(meeting)
        return "Here is the usual agenda, fitted to the length of the meeting. Change what you like."

    @act("Call off", shown=is_ahead, form=CallOffForm, confirm=is_told_to, danger=True)
    def call_off(self, request, meeting, form):
        told = agendas.call_off(meeting, by=request.user, because=form.cleaned_data["because"])
        return f"Called off. {told} {'person is' if told == 1 else 'people are'} being told by mail."

    def ask_first(self, request, row, spec, form):
        response = super().ask_first(request, row, spec, form)
        if form is None:  # publishing: show what would go out
            response.template_name = "admin/meetings/meeting/publish.html"
            response.context_data |= {
                "problems": agendas.problems(row),
                "changes": self.changes(row),
                "first": not row.editions.exists(),
                "mail": notices.preview(row, request.user),
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
        return HttpResponse(notices.preview(meeting, request.user).html)


def agreed_name(role: str) -> Subquery:
    agreed = Duty.objects.filter(meeting=OuterRef("pk"), role=role).agreed()
    return Subquery(agreed.values("company__name")[:1])


def usual_date(cluster: Cluster, near: date) -> datetime:
    """When the cluster usually meets in that month, at its usual hour, by the site's clock."""
    day = near
    if cluster.usual_weekday is not None and cluster.usual_week:
        from_end = cluster.usual_week == Cluster.Week.LAST
        weekday = WEEKDAYS[cluster.usual_weekday](cluster.usual_week)
        day = near + relativedelta(day=31 if from_end else 1, weekday=weekday)
    return timezone.make_aware(datetime.combine(day, cluster.usual_start or USUAL_START))
