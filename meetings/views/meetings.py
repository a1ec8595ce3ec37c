from copy import copy
from functools import partial
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page
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

from clusters.bounded import BoundedPaginator
from clusters.brands import wear
from clusters.dates import clock, long_date
from clusters.kept_figures import kept
from clusters.markdown import plain
from clusters.models import Association, Cluster
from clusters.onlookers import Place, kept_for
from clusters.pictures import agenda_bar
from clusters.templatetags.pages import linked_data
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

PER_PAGE = 40
MOST_CHOICES = 100  # a longer list of clusters would make the page heavy; they link here from their own pages
WITH_ORGANISER = ["venue", "cluster__association", "association"]


@login_not_required
@require_safe
@same_for_visitors("cluster", "kind", "page")
def meeting_list(request):
    """The meetings ahead, the next one first."""
    return list_page(request, meetings_ahead, "meetings/meeting_list.html", with_seats=True)


def meetings_ahead():
    return Meeting.objects.exclude(state=Meeting.State.DRAFT).upcoming()


@login_not_required
@require_safe
@same_for_visitors("cluster", "kind", "page")
def meeting_archive(request):
    """Those that took place, the last one first."""
    return list_page(request, Meeting.objects.past, "meetings/meeting_archive.html")


def list_page(request, meetings, template: str, *, with_seats: bool = False):
    """`meetings()` that the reader may see, with ?cluster=, ?kind= and ?page=."""
    clusters = Cluster.objects.of(request.site_association)
    slug, kind = request.GET.get("cluster", "").replace("\0", ""), request.GET.get("kind", "")
    cluster = get_object_or_404(clusters.select_related("association"), slug=slug) if slug else None
    if cluster:
        wear(request, cluster.association)
    number, here = request.GET.get("page"), request.site_association and request.site_association.pk
    find = partial(page_of_list, meetings, request.user, here, cluster, kind, number)
    if request.user.is_anonymous and not kind and not number:  # as nearly all ask
        page = copy(kept((template, here, cluster and cluster.pk), find))
    else:
        page = find()
    if with_seats:
        page.object_list = Meeting.objects.that_know_seats(page.object_list)
    choices = clusters_to_choose_from(request.site_association)
    context = {
        "page": page,
        "cluster": cluster,
        "clusters": choices,
        "kind": kind,
        "kinds": Meeting.Kind.choices,
    }
    return render(request, template, context)


def page_of_list(
    meetings, user, here: int | None, cluster: Cluster | None, kind: str, number: str | None
) -> Page:
    """`here`: the number of the association whose site it is, which is asked for with its clusters."""
    association = Association.objects.get(pk=here) if here else None
    meetings = meetings().visible_to(user).of(association).as_rows()
    if cluster:
        meetings = meetings.filter(cluster=cluster)
    if kind in Meeting.Kind.values:
        meetings = meetings.filter(kind=kind)
    page = BoundedPaginator(meetings, PER_PAGE).get_page(number)
    page.object_list = list(page.object_list)
    return page


def clusters_to_choose_from(association: Association | None) -> list[Cluster]:
    """None of too many for a list."""
    few = Cluster.objects.of(association).only("name", "slug")[: MOST_CHOICES + 1]
    what = ("clusters to choose from", association.pk if association else None)
    found = kept(what, lambda: list(few), ("clusters.Cluster",))
    return found if len(found) <= MOST_CHOICES else []


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
    share_picture: dict | None


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
    cluster = get_object_or_404(Cluster.objects.select_related("association"), slug=slug)
    return feed_of(request, cluster, feed().filter(cluster=cluster))


@login_not_required
@require_safe
@same_for_visitors("kind")
@conditional_page
@cache_control(public=True, max_age=900)
def association_ics(request, slug: str):
    """With ?kind= those of one kind."""
    association = get_object_or_404(Association, slug=slug)
    return feed_of(request, association, feed().of(association))


def feed_of(request, organiser: Cluster | Association, meetings) -> HttpResponse:
    kind = request.GET.get("kind", "")
    if not kind:
        name = _("%(organiser)s meetings") % {"organiser": organiser.name}
        return ics(calendar(name, of_one(organiser, meetings)), organiser.slug)
    if kind not in Meeting.Kind.values:
        raise Http404
    name = f"{organiser.name}: {Meeting.Kind(kind).label.lower()}"
    return ics(calendar(name, of_one(organiser, meetings.filter(kind=kind))), f"{organiser.slug}-{kind}")


def of_one(organiser: Cluster | Association, meetings) -> list[Meeting]:
    """All with one association, which looks up its host name once."""
    association = organiser if isinstance(organiser, Association) else organiser.association
    found = list(meetings)
    for meeting in found:
        owner = meeting.cluster or meeting
        owner.association = association
    return found


def feed():
    """The meetings of calendars to subscribe to. They are fetched without signing in: what everybody sees."""
    meetings = Meeting.objects.visible_to(AnonymousUser()).filter(ends_at__gte=feeds_begin())
    return as_told(meetings).order_by("starts_at", "pk")


def ics(body: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{name}.ics"'},
    )
