"""My page: what waits for me, my clusters, my next meetings, my firm."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Value
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clusters import present
from clusters.brands import wear
from clusters.errors import Refused
from clusters.kept_figures import kept
from clusters.models import Cluster
from clusters.models.places import places_managed_by
from clusters.moments import now_among
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

MOST_SHOWN, MOST_MEETINGS = 5, 6
SHOWN_OF_MEETINGS = ["meeting__starts_at", "meeting__association__name", "meeting__association__time_zone"]
SHOWN_OF_MEETINGS += ["meeting__cluster__name", "meeting__cluster__association__time_zone"]
REMEMBERED = timedelta(days=60)  # how long a membership that ended is still shown


@require_GET
def me(request):
    user, now = request.user, present.now()
    mine = list(user.representations.filter(state__in=["active", "asked"]).select_related("company"))
    acting = [one for one in mine if one.state == Representative.State.ACTIVE]
    firms = {one.company_id: one.company for one in acting}
    in_clusters = latest_memberships(firms, now)
    managed = managed_clusters(user)
    clusters = [one.cluster for one in in_clusters if one.state == Membership.State.ACTIVE]
    associations = {one.cluster.association for one in in_clusters}
    if len(associations) == 1 and request.site_association is None:
        wear(request, associations.pop())
    turns = turns_ahead(firms, now)
    meetings = next_meetings(user, [*clusters, *managed], turns)
    answering = {one.company_id for one in acting if one.role in Representative.ANSWERING}
    there_is = what_there_is(user, acting, answering)
    context = {
        "greeting": greeting(timezone.localtime(now).hour),
        "acting": acting,
        "asked": [one for one in mine if one.state == Representative.State.ASKED],
        "frozen": [one.company for one in acting if one.company.frozen_at],
        "invited": invited(there_is["invitation"]),
        "asking": people_asking(there_is["asking"]),
        "memberships": in_clusters,
        "pending": [one for one in in_clusters if one.state == Membership.State.APPLIED],
        "managed": managed,
        "meetings": meetings,
        "turns": turns,
        "slides_waiting": slides_waiting(there_is["slides"]),
        "turns_waiting": [turn for turn in turns if turn.waits and turn.company_id in answering],
        "introductions_waiting": introductions_waiting(there_is["introduction"]),
        "next_turn": next((meeting for meeting in meetings if meeting.turns), None),
        "wants_agendas": not there_is["no agendas"],
        "calendar_url": private_calendar_url(request) if there_is["calendar"] else "",
        "neighbour": neighbour_link(request, there_is["link"]) if acting else None,
        "regular_in": there_is["regular"],
        "has_open": any(one.state in Membership.OPEN for one in in_clusters),
    }
    return render(request, "members/me.html", context)


def what_there_is(
    user: User, acting: list[Representative], answering: set[int]
) -> defaultdict[str, set[int]]:
    """The numbers of all that most people have nothing of, asked for at once; what there is is read then."""
    led = [one.company_id for one in acting if one.role == Representative.Role.LEAD]
    asking = Representative.objects.filter(
        company__in=led, state=Representative.State.ASKED, takes_over=False
    )
    rows = {
        "invitation": invitations.waiting_for(user),
        "asking": asking,
        "introduction": Introduction.objects.waiting_for(answering),
        "slides": User.presentations.rel.related_model.objects.awaited_from(user),
        "no agendas": user.mail_choices.filter(kind=MailChoice.Kind.AGENDAS),
        "calendar": User.private_calendar.related.related_model.objects.filter(user=user),
        "link": ReferralLink.objects.visible_to(user),
    }
    numbers = [found.order_by().values_list(Value(kind), "pk") for kind, found in rows.items()]
    regular = user.standing_answers.order_by().values_list(Value("regular"), "cluster")
    there_is: defaultdict[str, set[int]] = defaultdict(set)
    for kind, number in regular.union(*numbers, all=True):
        there_is[kind].add(number)
    return there_is


def invited(pks: set[int]) -> list[tuple[Invitation, str]]:
    """The invitations to act for a firm that wait for the person, with where they are answered."""
    if not pks:
        return []
    waiting = Invitation.objects.filter(pk__in=pks).select_related("company", "cluster")
    return [(one, invitations.path_of(one)) for one in waiting if invitations.is_open(one)]


def greeting(hour: int) -> str:
    return _("Good morning") if hour < 12 else _("Good afternoon") if hour < 18 else _("Good evening")


def latest_memberships(companies: dict[int, Company], now) -> list[Membership]:
    """The last membership of each firm and cluster, in order of the clusters; ended ones for a while only.

    Each with `firms`: how many take part in the cluster.
    """
    rows: Any = (
        Membership.objects.filter(company__in=companies)
        .filter(Q(state__in=Membership.OPEN) | Q(ended_at__gte=now - REMEMBERED))
        .select_related("cluster__association")
        .order_by("cluster__name", "cluster", "company__name", "company", "-applied_at", "-pk")
    )
    last: dict[tuple[int, int], Membership] = {}
    for row in rows:
        last.setdefault((row.cluster_id, row.company_id), row)
    firms = firms_in(frozenset(row.cluster_id for row in last.values()))
    for row in last.values():
        row.company, row.firms = companies[row.company_id], firms.get(row.cluster_id, 0)
    return list(last.values())


def firms_in(clusters: frozenset[int]) -> dict[int, int]:
    """How many firms take part in each; kept until that changes."""
    members = Membership.objects.active().filter(cluster__in=clusters).order_by()
    numbers = members.values_list("cluster").annotate(number=Count("pk"))
    of = ("members.Company", "members.Membership")
    return kept(("firms in", clusters), lambda: dict(numbers), of) if clusters else {}


def people_asking(pks: set[int]) -> list[Representative]:
    """Who asks to act for the firms of which one is a lead."""
    asking = Representative.objects.filter(pk__in=pks).select_related("user", "company")
    return list(asking.order_by("since", "pk")) if pks else []


def managed_clusters(user: User) -> list[Cluster]:
    """The clusters one looks after, with the number of applications that wait there."""
    pks = [] if user.is_superuser else places_managed_by(user)[0]
    waiting = Count("memberships", filter=Q(memberships__state=Membership.State.APPLIED))
    return list(Cluster.objects.filter(pk__in=pks).annotate(waiting=waiting)) if pks else []


def next_meetings(user: User, clusters: list[Cluster], turns: list) -> list:
    """The next meetings of the clusters and their associations, and others one said yes to.

    `turns` are one's own duties there, `answer` is what one has answered, if one has. Meetings are a layer above: the
    reverse relation of a cluster leads to them.
    """
    model = Cluster.meetings.rel.related_model
    given = user.registrations.filter(meeting__ends_at__gte=now_among("meetings.Meeting")).order_by()
    answers = dict(given.values_list("meeting", "state"))
    said_yes = [pk for pk, state in answers.items() if state in ("registered", "waitlisted")]
    ours = Q(cluster__in=clusters) | Q(association__in={cluster.association_id for cluster in clusters})
    upcoming = model.objects.visible_to(user).announced().upcoming().as_rows()
    meetings = list(upcoming.filter(ours | Q(pk__in=said_yes))[:MOST_MEETINGS])
    unanswered = [one for one in meetings if one.pk not in answers]
    knowing = {one.pk: one for one in model.objects.that_know_seats(unanswered)}
    meetings = [knowing.get(one.pk, one) for one in meetings]
    for meeting in meetings:
        meeting.answer = answers.get(meeting.pk)
        meeting.turns = [turn for turn in turns if turn.meeting_id == meeting.pk and turn.is_agreed]
    return meetings


def private_calendar_url(request) -> str:
    """The address of one's own calendar, which has been made."""
    token = request.user.private_calendar.token
    return request.build_absolute_uri(reverse("meetings:private-calendar", args=[token]))


def neighbour_link(request, pks: set[int]) -> dict:
    """The address by which one brings other firms, empty until one has made it, and how many joined by it."""
    if not pks:
        return {"url": "", "joined": 0}
    joined = Count("user__referrals", filter=Q(user__referrals__thanked_at__isnull=False))
    link = ReferralLink.objects.annotate(joined=joined).get(pk__in=pks)
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


def slides_waiting(pks: set[int]) -> list:
    """The talks whose slides one is to hand in, the oldest first."""
    rows = User.presentations.rel.related_model.objects.filter(pk__in=pks)
    rows = rows.select_related("meeting__cluster__association", "meeting__association")
    return list(rows.order_by("meeting__starts_at", "pk")) if pks else []


def introductions_waiting(pks: set[int]) -> list[Introduction]:
    """Firms that would like to meet those one answers for, the oldest first."""
    rows = Introduction.objects.filter(pk__in=pks).select_related("asker", "asked")
    return list(rows.order_by("forwarded_at", "pk")[:MOST_SHOWN]) if pks else []


def turns_ahead(firms: dict[int, Company], now) -> list:
    """What the firms are asked for and have agreed to, the next one first. `waits`: for an answer, or a title."""
    if not firms:
        return []
    turns = list(
        Company.duties.rel.related_model.objects.filter(
            company__in=firms,
            state__in=["offered", "accepted"],
            meeting__state__in=["draft", "published"],
            meeting__ends_at__gt=now,
        )
        .select_related("meeting__cluster__association", "meeting__association")
        .only("company", "role", "state", "answer_by", *SHOWN_OF_MEETINGS)
        .prefetch_related("meeting__agenda")
        .order_by("meeting__starts_at", "role")
    )
    for turn in turns:
        showcases = [item for item in turn.meeting.agenda.all() if item.kind == item.Kind.SHOWCASE]
        unnamed = turn.role == "chair" and any(not one.is_named for one in showcases)
        turn.company = firms[turn.company_id]
        turn.is_agreed = turn.state == "accepted"
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
