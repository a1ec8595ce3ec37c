"""My page: what waits for me, my clusters, my next meetings, my firm."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clusters import present
from clusters.brands import wear
from clusters.errors import Refused
from clusters.models import Cluster
from members import companies, invitations, memberships, referrals
from members.models import (
    Company,
    Introduction,
    Invitation,
    MailChoice,
    Membership,
    ReferralLink,
    Representative,
    User,
)

TAKING_PART = Q(cluster__memberships__state="active", cluster__memberships__company__frozen_at=None)
MOST_SHOWN = 5
REMEMBERED = timedelta(days=60)  # how long a membership that ended is still shown


@require_GET
def me(request):
    user, now = request.user, present.now()
    mine = list(user.representations.filter(state__in=["active", "asked"]).select_related("company"))
    acting = [one for one in mine if one.state == Representative.State.ACTIVE]
    in_clusters = latest_memberships([one.company_id for one in acting], now)
    managed = managed_clusters(user)
    clusters = [one.cluster for one in in_clusters if one.state == Membership.State.ACTIVE]
    associations = {one.cluster.association for one in in_clusters}
    if len(associations) == 1 and request.site_association is None:
        wear(request, associations.pop())
    meetings = next_meetings(user, [*clusters, *managed], [one.company_id for one in acting])
    turns = turns_ahead([one.company_id for one in acting], now)
    answering = {one.company_id for one in acting if one.role in Representative.ANSWERING}
    context = {
        "greeting": greeting(timezone.localtime(now).hour),
        "acting": acting,
        "asked": [one for one in mine if one.state == Representative.State.ASKED],
        "frozen": [one.company for one in acting if one.company.frozen_at],
        "invited": invited(user),
        "asking": people_asking(acting),
        "memberships": in_clusters,
        "pending": [one for one in in_clusters if one.state == Membership.State.APPLIED],
        "managed": managed,
        "meetings": meetings,
        "turns": turns,
        "slides_waiting": slides_waiting(user),
        "turns_waiting": [turn for turn in turns if turn.waits and turn.company_id in answering],
        "introductions_waiting": introductions_waiting(answering),
        "next_turn": next((meeting for meeting in meetings if meeting.turns), None),
        "wants_agendas": not user.mail_choices.filter(kind=MailChoice.Kind.AGENDAS).exists(),
        "calendar_url": private_calendar_url(request),
        "neighbour": neighbour_link(request) if acting else None,
        "regular_in": set(user.standing_answers.values_list("cluster", flat=True)),
        "has_open": any(one.state in Membership.OPEN for one in in_clusters),
    }
    return render(request, "members/me.html", context)


def invited(user: User) -> list[tuple[Invitation, str]]:
    """The invitations to act for a firm that wait for the person, with where they are answered."""
    waiting = invitations.waiting_for(user).select_related("company", "cluster")
    return [(one, invitations.path_of(one)) for one in waiting if invitations.is_open(one)]


def greeting(hour: int) -> str:
    return _("Good morning") if hour < 12 else _("Good afternoon") if hour < 18 else _("Good evening")


def latest_memberships(company_ids: list[int], now) -> list[Membership]:
    """The last membership of each firm and cluster, in order of the clusters; ended ones for a while only."""
    rows = (
        Membership.objects.filter(company__in=company_ids)
        .filter(Q(state__in=Membership.OPEN) | Q(ended_at__gte=now - REMEMBERED))
        .select_related("company", "cluster__association")
        .annotate(firms=Count("cluster__memberships", filter=TAKING_PART))
        .order_by("cluster__name", "cluster", "company__name", "company", "-applied_at", "-pk")
    )
    last: dict[tuple[int, int], Membership] = {}
    for row in rows:
        last.setdefault((row.cluster_id, row.company_id), row)
    return list(last.values())


def people_asking(acting: list[Representative]) -> list[Representative]:
    """Who asks to act for the firms of which one is a lead."""
    led = [one.company_id for one in acting if one.role == Representative.Role.LEAD]
    asking = Representative.objects.filter(
        company__in=led, state=Representative.State.ASKED, takes_over=False
    )
    return list(asking.select_related("user", "company").order_by("since", "pk"))


def managed_clusters(user: User) -> list[Cluster]:
    """The clusters one looks after, with the number of applications that wait there."""
    waiting = Count("memberships", filter=Q(memberships__state=Membership.State.APPLIED))
    managed = Cluster.objects.none() if user.is_superuser else Cluster.objects.managed_by(user)
    return list(managed.annotate(waiting=waiting))


def next_meetings(user: User, clusters: list[Cluster], company_ids: list[int]) -> list:
    """The next meetings of the clusters and their associations, and others one said yes to.

    `turns` are one's own duties there, `answer` is what one has answered. Meetings are a layer above: the
    reverse relation of a cluster leads to them.
    """
    upcoming = Cluster.meetings.rel.related_model.objects.visible_to(user).announced().upcoming()
    said_yes = user.registrations.filter(state__in=["registered", "waitlisted"])
    ours = Q(cluster__in=clusters) | Q(association__in={cluster.association_id for cluster in clusters})
    meetings = list(
        upcoming.filter(ours | Q(pk__in=said_yes.values("meeting")))
        .with_seats()
        .select_related("cluster__association", "association", "venue")
        .prefetch_related("duties")[:6]
    )
    answers = {answer.meeting_id: answer for answer in user.registrations.filter(meeting__in=meetings)}
    for meeting in meetings:
        meeting.answer = answers.get(meeting.pk)
        meeting.turns = [
            duty
            for duty in meeting.duties.all()
            if duty.company_id in company_ids and duty.state in duty.AGREED
        ]
    return meetings


def private_calendar_url(request) -> str:
    """The address of one's own calendar; empty until one has made it."""
    calendar = getattr(request.user, "private_calendar", None)
    return (
        request.build_absolute_uri(reverse("meetings:private-calendar", args=[calendar.token]))
        if calendar
        else ""
    )


def neighbour_link(request) -> dict:
    """The address by which one brings other firms, empty until one has made it, and how many joined by it."""
    joined = Count("user__referrals", filter=Q(user__referrals__thanked_at__isnull=False))
    link = ReferralLink.objects.visible_to(request.user).annotate(joined=joined).first()
    if link is None:
        return {"url": "", "joined": 0}
    query = urlencode({"from": link.code})
    return {
        "url": request.build_absolute_uri(f"{reverse('members:join')}?{query}"),
        "joined": link.joined,
    }


@require_POST
def referral_link_make(request):
    """A link of one's own, for who acts for a firm. Pressed twice it is the same."""
    if not request.user.representations.active().exists():
        raise PermissionDenied
    referrals.link_of(request.user)
    messages.success(request, _("Here is your link. Send it to a firm that should be here."))
    return redirect(f"{reverse('members:me')}#neighbour")


def slides_waiting(user: User) -> list:
    """The talks whose slides one is to hand in, the oldest first."""
    awaited = User.presentations.rel.related_model.objects.awaited_from(user)
    rows = awaited.select_related("meeting__cluster__association", "meeting__association")
    return list(rows.order_by("meeting__starts_at", "pk"))


def introductions_waiting(company_ids: set[int]) -> list[Introduction]:
    """Firms that would like to meet those one answers for."""
    return list(Introduction.objects.waiting_for(company_ids).select_related("asker", "asked")[:MOST_SHOWN])


def turns_ahead(company_ids: list[int], now) -> list:
    """What the firms are asked for and have agreed to, the next one first. `waits`: for an answer, or a title."""
    if not company_ids:
        return []
    turns = list(
        Company.duties.rel.related_model.objects.filter(
            company__in=company_ids,
            state__in=["offered", "accepted"],
            meeting__state__in=["draft", "published"],
            meeting__ends_at__gt=now,
        )
        .select_related("company", "meeting__cluster__association", "meeting__association")
        .prefetch_related("meeting__agenda")
        .order_by("meeting__starts_at", "role")
    )
    for turn in turns:
        showcases = [item for item in turn.meeting.agenda.all() if item.kind == item.Kind.SHOWCASE]
        unnamed = turn.role == "chair" and any(not one.is_named for one in showcases)
        turn.waits = turn.state == "offered" or unnamed
    return turns


@require_POST
def membership_leave(request, pk):
    membership = own_membership(request.user, pk)
    try:
        memberships.leave(membership, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = (
            _("%(company)s has left %(cluster)s. Changed your mind? Join again below.")
            if membership.joined_at
            else _(
                "%(company)s has taken back its application to %(cluster)s. "
                "Changed your mind? Join again below."
            )
        )
        messages.success(request, sentence % {"company": membership.company, "cluster": membership.cluster})
    return redirect("members:me")


@require_POST
def membership_rejoin(request, pk):
    """The same firm in the same cluster again."""
    old = own_membership(request.user, pk)
    try:
        membership = memberships.apply(old.company, old.cluster, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said_on_joining(membership))
    return redirect("members:me")


def said_on_joining(membership: Membership) -> str:
    if membership.state == Membership.State.ACTIVE:
        return _("%(company)s is a member of %(cluster)s.") % {
            "company": membership.company,
            "cluster": membership.cluster,
        }
    return _("%(company)s has applied to %(cluster)s. The coordinator hears of it.") % {
        "company": membership.company,
        "cluster": membership.cluster,
    }


def own_membership(user: User, pk: int) -> Membership:
    """A membership of a firm one acts for: 404 for what one may not see, 403 for other firms' memberships."""
    visible = Membership.objects.visible_to(user).select_related("company", "cluster__association")
    membership = get_object_or_404(visible, pk=pk)
    if not Company.objects.represented_by(user).filter(pk=membership.company_id).exists():
        raise PermissionDenied
    return membership


@require_POST
def representative_accept(request, pk):
    representative = asking_representative(request.user, pk)
    try:
        companies.accept_representative(representative, request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(person)s acts for %(company)s now.")
            % {"person": representative.user, "company": representative.company},
        )
    return redirect("members:me")


@require_POST
def representative_refuse(request, pk):
    representative = asking_representative(request.user, pk)
    try:
        companies.refuse_representative(representative, request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(person)s does not act for %(company)s.")
            % {"person": representative.user, "company": representative.company},
        )
    return redirect("members:me")


def asking_representative(user: User, pk: int) -> Representative:
    """Somebody's wish to act for a firm of which one is a lead."""
    visible = Representative.objects.visible_to(user).select_related("company", "user")
    representative = get_object_or_404(visible, pk=pk, takes_over=False)
    leading = user.representations.active().filter(role=Representative.Role.LEAD)
    if not leading.filter(company=representative.company).exists():
        raise PermissionDenied
    return representative


@require_POST
def representative_take_back(request, pk):
    representative = get_object_or_404(request.user.representations.select_related("company"), pk=pk)
    try:
        companies.take_back_request(representative)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("members:me")
    messages.success(
        request,
        _("You no longer ask to act for %(company)s. Tell us which firm is yours.")
        % {"company": representative.company},
    )
    return redirect("members:join")
