from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from clusters.brands import wear
from clusters.dates import clock, long_date
from clusters.kept_figures import kept
from clusters.markdown import plain
from clusters.models import Association, Cluster
from clusters.onlookers import EVERYBODY, Place, kept_for
from clusters.pictures import agenda_bar
from clusters.templatetags.pages import linked_data
from clusters.views.share_pictures import Shared
from clusters.visitors_pages import same_for_visitors
from meetings import next_turn
from meetings.afterwards import to_do
from meetings.calendars import as_told, calendar, feeds_begin, meeting_calendar
from meetings.linked_data import event_data
from meetings.models import Meeting, Presentation
from meetings.people import who_is_who
from meetings.registration.reply_box import count_people, reply_box
from meetings.timetables import timetable
from meetings.views.share_pictures import shared_picture_of
from members.models import Officer

WITH_ORGANISER = ["venue", "cluster__association", "association"]


@login_not_required
@require_safe
@same_for_visitors("reply")
def meeting(request, pk: int):
    return meeting_page(request, pk)


class MeetingPage(NamedTuple):
    """What a reader gets of it but for the answers: what is asked of them, and how many there are."""

    meeting: Meeting
    is_over: bool
    is_whole: bool
    may_suggest: bool
    title: str
    description: str
    crumbs: SafeString
    head: SafeString
    about: SafeString
    linked: SafeString
    share_picture: Shared | None


def meeting_page(request, pk: int, needs_form=None):
    """`needs_form`: what the reader typed into the reply box, with what is wrong in it."""
    user = request.user
    page = kept_for(user, partial(place_of, pk), ("meeting", pk), partial(page_of, pk))
    meeting = count_people(page.meeting)
    wear(request, meeting.in_association)
    lost = request.GET.get("reply") == "full"
    context = {
        "page": page,
        "meeting": meeting,
        "keeps_list": keeps_list(meeting, user),
        "reply": reply_box(meeting, user, lost=lost, form=needs_form, now=meeting.now()),
        "form": needs_form,
        "share_picture": page.share_picture,
    }
    with timezone.override(meeting.zone):
        return render(request, "meetings/meeting.html", context)


def place_of(pk: int) -> Place:
    numbers = Meeting.objects.annotate(of=Coalesce("association", "cluster__association"))
    return kept(("place", pk), lambda: Place(*get_object_or_404(numbers.values_list("cluster", "of"), pk=pk)))


def keeps_list(meeting: Meeting, user) -> bool:
    """Whether the reader keeps its list at the door."""
    if user.is_anonymous or meeting.state in (Meeting.State.DRAFT, Meeting.State.CANCELLED):
        return False
    kept_by = Meeting.objects.with_list_keeper(user).filter(pk=meeting.pk)
    return kept_by.values_list("keeps_list", flat=True).get()


def page_of(pk: int, user) -> MeetingPage:
    meeting = get_visible_meeting(user, pk, Meeting.objects.with_quotes())
    is_over = meeting.ends_at < meeting.now()
    is_whole = meeting.is_whole_for(user)
    facts = event_data(meeting)
    with timezone.override(meeting.zone):
        shown = {
            **what_is_shown(meeting, user, is_over),
            "is_over": is_over,
            "is_whole": is_whole,
            "signed_in": user.is_authenticated,
        }
        return MeetingPage(
            meeting,
            is_over,
            is_whole,
            may_suggest=not is_over
            and Cluster.objects.with_member(user).filter(pk=meeting.cluster_id).exists(),
            title=f"{meeting.title}, {date_format(meeting.day)}",
            description=Truncator(plain(meeting.summary)).chars(155) or when_and_where(meeting),
            crumbs=render_to_string("meetings/_crumbs.html", shown),
            head=render_to_string("meetings/_head.html", shown),
            about=render_to_string("meetings/_about.html", shown),
            linked=linked_data(facts) if facts else SafeString(),
            share_picture=shared_picture_of(meeting),
        )


def when_and_where(meeting: Meeting) -> str:
    """As far as everybody may know."""
    told = [str(meeting.organiser), long_date(meeting.day), clock(meeting.start_time), meeting.public_place]
    return ", ".join(filter(None, told)) + "."


def what_is_shown(meeting: Meeting, user, is_over: bool) -> dict:
    items = list(meeting.agenda.visible_to(user).select_related("company", "presenter", "topic"))
    next_turn.as_sent(meeting, items)
    duties = list(meeting.duties.visible_to(user).agreed().select_related("company"))
    officers = Officer.objects.current().filter(cluster=meeting.cluster, association=meeting.association)
    presentations = meeting.presentations.visible_to(user).filter(state=Presentation.State.PUBLISHED)
    return {
        "meeting": meeting,
        "times": timetable(meeting, items),
        "bar": agenda_bar([(item.minutes, item.kind) for item in items]),
        "people": who_is_who(duties, items, officers.select_related("user")),
        "presentations": presentations.select_related("company", "presenter"),
        "photo": getattr(meeting, "photo", None) if is_over else None,
        "actions": to_do(meeting, user, is_over=is_over),
    }


def get_visible_meeting(user, pk: int, meetings=None) -> Meeting:
    meetings = Meeting.objects.all() if meetings is None else meetings
    return get_object_or_404(meetings.visible_to(user).select_related(*WITH_ORGANISER, "photo"), pk=pk)


@login_not_required
@require_safe
@conditional_page
@cache_control(private=True, no_cache=True)
def meeting_ics(request, pk: int):
    """One meeting, as far as its reader may see it."""
    meeting = get_visible_meeting(request.user, pk)
    body = meeting_calendar(meeting, whole=meeting.is_whole_for(request.user))
    return ics(body, f"meeting-{meeting.pk}")


@login_not_required
@require_safe
@same_for_visitors("kind")
@conditional_page
@cache_control(public=True, max_age=900)
def cluster_ics(request, slug: str):
    """With ?kind= those of one kind."""
    return feed_of(request, slug, of_cluster)


@login_not_required
@require_safe
@same_for_visitors("kind")
@conditional_page
@cache_control(public=True, max_age=900)
def association_ics(request, slug: str):
    """With ?kind= those of one kind."""
    return feed_of(request, slug, of_association)


def feed_of(request, slug: str, find: Callable) -> HttpResponse:
    """It is fetched without signing in: what everybody sees, kept for all."""
    kind = request.GET.get("kind", "")
    if kind and kind not in Meeting.Kind.values:
        raise Http404
    body = kept(("calendar", find.__name__, slug, kind), lambda: written_feed(*find(slug), kind))
    return ics(body, f"{slug}-{kind}" if kind else slug)


def of_cluster(slug: str) -> tuple[Cluster, QuerySet]:
    cluster = get_object_or_404(Cluster.objects.select_related("association"), slug=slug)
    return cluster, feed().filter(cluster=cluster)


def of_association(slug: str) -> tuple[Association, QuerySet]:
    association = get_object_or_404(Association, slug=slug)
    return association, feed().of(association)


def written_feed(organiser: Cluster | Association, meetings: QuerySet, kind: str) -> bytes:
    if kind:
        name = f"{organiser.name}: {Meeting.Kind(kind).label.lower()}"
        return calendar(name, of_one(organiser, meetings.filter(kind=kind)))
    name = _("%(organiser)s meetings") % {"organiser": organiser.name}
    return calendar(name, of_one(organiser, meetings))


def of_one(organiser: Cluster | Association, meetings) -> list[Meeting]:
    """All with one association, which looks up its host name once."""
    association = organiser if isinstance(organiser, Association) else organiser.association
    found = list(meetings)
    for meeting in found:
        owner = meeting.cluster or meeting
        owner.association = association
    return found


def feed():
    """The meetings of calendars to subscribe to."""
    meetings = Meeting.objects.visible_to(EVERYBODY).filter(ends_at__gte=feeds_begin())
    return as_told(meetings).order_by("starts_at", "pk")


def ics(body: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{name}.ics"'},
    )
