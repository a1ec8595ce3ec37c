"""The rota of a cluster: what the database knows goes into `meetings.rotation`, whose choices become proposed turns.

Who was asked, has agreed or is pinned stays. Nobody hears of a proposal until it is offered (`meetings.turns.turns`).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Count, Min
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.models import Cluster
from meetings import rotation
from meetings.models import Duty, Meeting, Registration, RotaOffer, Unavailability
from meetings.roles import DO
from meetings.turns import duties
from members.models import Company, Membership
from members.representation import answering

State = Duty.State
MONTHS = 12
RECENT = 6  # meetings from whose attendance the next ones' is expected
NOBODY_ANSWERS = _("Nobody answers for it on this site, so it is not asked")

Proposal = list  # meeting id, role, company id, reason: as a session can keep it


# --- what the database knows -----------------------------------------------------------------------------
def meetings_ahead(cluster: Cluster, now: datetime, months: int = MONTHS):
    """The cluster's own meetings that are chaired in turn and neither called off nor begun."""
    return cluster.meetings.filter(
        kind=Meeting.Kind.MEETING,
        state__in=[Meeting.State.DRAFT, Meeting.State.PUBLISHED],
        starts_at__gt=now,
        starts_at__lt=now + relativedelta(months=months),
    ).order_by("starts_at", "pk")


class Known:
    """All that the rota of a cluster is planned from, in a fixed number of queries."""

    def __init__(self, cluster: Cluster, meetings: Iterable[Meeting], now: datetime):
        self.cluster, self.now = cluster, now
        self.zone = ZoneInfo(cluster.association.time_zone)
        self.meetings = {meeting.pk: meeting for meeting in meetings}
        turns = Duty.objects.filter(meeting__cluster=cluster, meeting__kind=Meeting.Kind.MEETING)
        self.duties = list(
            turns.exclude(meeting__state=Meeting.State.CANCELLED).select_related("meeting").order_by("pk")
        )
        self.open = {(duty.meeting_id, duty.role): duty for duty in self.duties if duty.state in Duty.OPEN}
        self.past = [duty for duty in self.duties if self._is_past(duty)]
        self.offers = self._offers()
        self.companies = self._companies()
        answered_for = set(answering().filter(company__in=self.companies).values_list("company", flat=True))
        self.silent = [company for pk, company in self.companies.items() if pk not in answered_for]

    def plan(self) -> rotation.Plan:
        """Firms nobody answers for are left out, and stand last in the queue with that note."""
        silent = {company.id for company in self.silent}
        plan = rotation.plan(
            self._meetings(),
            [company for company in self.companies.values() if company.id not in silent],
            past=self._as_rotation(self.past),
            declined=self._as_rotation(duty for duty in self.duties if is_refused(duty, self.now)),
            fixed=self._as_rotation(duty for duty in self.open.values() if self._is_fixed(duty)),
            proposed=self._as_rotation(duty for duty in self.open.values() if is_loose(duty)),
            policy=rotation.Policy(
                one_firm_may_do_both=self.cluster.rota_both, gap_days=self.cluster.rota_gap_days
            ),
        )
        turns = tuple(self._explained(turn, silent) for turn in plan.turns)
        return replace(plan, turns=turns, queue=(*plan.queue, *self._silent_places()))

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _is_past(self, duty: Duty) -> bool:
        """Fulfilled; or agreed, and the meeting has begun but was not closed yet."""
        return duty.state == State.FULFILLED or (
            duty.state == State.ACCEPTED and duty.meeting.starts_at <= self.now
        )

    def _is_fixed(self, duty: Duty) -> bool:
        return duty.meeting.starts_at > self.now and not is_loose(duty)

    def _offers(self) -> dict[int, list[RotaOffer]]:
        members = Membership.objects.active().filter(cluster=self.cluster)
        offers: dict[int, list[RotaOffer]] = {}
        for offer in RotaOffer.objects.filter(
            cluster=self.cluster, company__in=members.values("company")
        ).select_related("venue"):
            offers.setdefault(offer.company_id, []).append(offer)
        return offers

    def _companies(self) -> dict[int, rotation.Company]:
        """The members that offer to take turns.

        A firm's first turn shows that it came, if nobody noted it before. Who joined before anybody was ever noted
        as having come (founders; all, where no such notes are kept) is taken to have come on joining.
        """
        first_came = self._first_came()
        recorded_since = min(first_came.values(), default=date.max)
        for duty in self.past:
            day = self.day(duty.meeting.starts_at)
            first_came[duty.company_id] = min(first_came.get(duty.company_id, day), day)
        away: dict[int, list[tuple[date, date]]] = {}
        for absence in Unavailability.objects.filter(company__in=self.offers, end__gte=self.day(self.now)):
            away.setdefault(absence.company_id, []).append((absence.start, absence.end))
        memberships = Membership.objects.active().filter(cluster=self.cluster, company__in=self.offers)
        companies = {}
        for pk, joined_at in memberships.order_by("company").values_list("company", "joined_at"):
            joined, offers = self.day(joined_at), self.offers[pk]
            venue = next((offer.venue for offer in offers if offer.role == Duty.Role.HOST), None)
            companies[pk] = rotation.Company(
                id=pk,
                joined=joined,
                offers={rotation.Role(offer.role): offer.since for offer in offers},
                first_came=first_came.get(pk) or (joined if joined <= recorded_since else None),
                room_for=venue.capacity if venue else None,
                both_at_once=all(offer.both_at_once for offer in offers),
                away=tuple(away.get(pk, ())),
            )
        return companies

    def _first_came(self) -> dict[int, date]:
        """When each firm was first noted as having come."""
        came = Registration.objects.attended().filter(meeting__cluster=self.cluster, company__isnull=False)
        firsts = came.order_by().values_list("company").annotate(first=Min("meeting__starts_at"))
        return {company: self.day(first) for company, first in firsts}

    def _meetings(self) -> list[rotation.Meeting]:
        answers = Registration.objects.filter(
            meeting__in=self.meetings, state=Registration.State.REGISTERED
        ).order_by()
        registered = dict(answers.values_list("meeting").annotate(people=Count("pk")))
        expected = self._expected()
        planned = []
        for meeting in self.meetings.values():
            usual = min(expected, meeting.capacity or expected)
            people = max(registered.get(meeting.pk, 0), usual)
            day, roles = self.day(meeting.starts_at), tuple(map(rotation.Role, self.roles(meeting)))
            planned.append(rotation.Meeting(meeting.pk, day, people, roles))
        return planned

    def _expected(self) -> int:
        """As many as came to the last meetings, on average."""
        came = Registration.objects.attended().filter(
            meeting__cluster=self.cluster, meeting__kind=Meeting.Kind.MEETING
        )
        numbers = came.order_by("-meeting__starts_at", "-meeting").values("meeting", "meeting__starts_at")
        recent = [row["people"] for row in numbers.annotate(people=Count("pk"))[:RECENT]]
        return ceil(sum(recent) / len(recent)) if recent else 0

    def roles(self, meeting: Meeting) -> list[str]:
        """The turns a meeting has to give: one whose place the coordinator has chosen needs no host."""
        host = self.open.get((meeting.pk, Duty.Role.HOST))
        settled = meeting.venue_id is not None and (host is None or is_loose(host))
        return [Duty.Role.CHAIR] if settled else [Duty.Role.CHAIR, Duty.Role.HOST]

    def _as_rotation(self, rows: Iterable[Duty]) -> list[rotation.Duty]:
        return [
            rotation.Duty(
                duty.meeting_id,
                self.day(duty.meeting.starts_at),
                rotation.Role(duty.role),
                duty.company_id,
                duty.pinned,
            )
            for duty in rows
        ]

    def _explained(self, turn: rotation.Turn, silent: set[int]) -> rotation.Turn:
        """To the plan, a firm nobody answers for has offered nothing."""
        offering = {company.id for company in self.companies.values() if turn.role in company.offers}
        if turn.company is None and offering and offering <= silent:
            return replace(
                turn,
                reason=gettext("Nobody answers on this site for the firms that %(do)s")
                % {"do": DO[turn.role]},
            )
        return turn

    def _silent_places(self) -> Iterable[rotation.Place]:
        for company in self.silent:
            for role in company.offers:
                had = [duty for duty in self.past if (duty.company_id, duty.role) == (company.id, role)]
                last = max((self.day(duty.meeting.starts_at) for duty in had), default=None)
                yield rotation.Place(role, company.id, len(had), last, (), str(NOBODY_ANSWERS))


def is_loose(duty: Duty) -> bool:
    """The next plan may give the turn to another firm."""
    return duty.state == State.PROPOSED and not duty.pinned


def is_refused(duty: Duty, now: datetime) -> bool:
    """The firm does not take the turn: it is not asked again for that meeting, and comes next.

    A turn that was taken away before the firm was asked speaks against it only until the meeting.
    """
    if duty.state == State.WITHDRAWN:
        return duty.offered_at is not None or duty.meeting.starts_at > now
    return duty.state in (State.DECLINED, State.EXPIRED)


# --- planning --------------------------------------------------------------------------------------------
def known(cluster: Cluster, *, now: datetime | None = None, months: int = MONTHS) -> Known:
    now = now or present.now()
    return Known(cluster, meetings_ahead(cluster, now, months), now)


@transaction.atomic
def replan(cluster: Cluster, *, by=None, now: datetime | None = None, months: int = MONTHS) -> rotation.Plan:
    """Plan the turns ahead and propose them. Two who plan at once do so one after the other. Refused while it rests."""
    now = now or present.now()
    _lock(cluster)
    if cluster.state == Cluster.State.RESTING:
        raise Refused(
            gettext("%(cluster)s is resting. Start it again, then plan its rota.") % {"cluster": cluster}
        )
    meetings = list(meetings_ahead(cluster, now, months).order_by("pk").select_for_update())
    facts = Known(cluster, meetings, now)
    plan = facts.plan()
    chosen = {(turn.meeting, turn.role.value): turn for turn in plan.turns}
    firms = Company.objects.in_bulk([turn.company for turn in plan.turns if turn.company and not turn.fixed])
    changed = 0
    for meeting in meetings:
        meeting.cluster = cluster
        for role in Duty.Role.values:
            turn, duty = chosen.get((meeting.pk, role)), facts.open.get((meeting.pk, role))
            if turn and turn.fixed:
                continue
            company = turn.company if turn else None
            reason = Truncator(turn.reason).chars(250) if turn and company else ""
            before = (duty.company_id, duty.reason) if duty else (None, "")
            if (company, reason) != before:
                changed += company != before[0]
                duties.propose(meeting, role, firms.get(company), reason=reason, by=by)
    if changed:
        note = f"{_turns(changed)} changed, {len(plan.open_turns)} open."
        trail.record(by, "planned the rota of", cluster, cluster=cluster, note=note)
    return plan


def _lock(cluster: Cluster) -> None:
    duties.lock_rota(cluster)
    cluster.refresh_from_db(fields=["state", "rota_both", "rota_gap_days"])


def _turns(number: int) -> str:
    return "1 turn" if number == 1 else f"{number} turns"


# --- taking a plan back ------------------------------------------------------------------------------------
def proposals(cluster: Cluster) -> list[Proposal]:
    """The plan so far, as far as a new one may change it, for `put_back`."""
    loose = Duty.objects.filter(meeting__cluster=cluster, state=State.PROPOSED, pinned=False)
    rows = loose.order_by("meeting", "role").values_list("meeting", "role", "company", "reason")
    return [list(row) for row in rows]


@transaction.atomic
def put_back(cluster: Cluster, before: list[Proposal], after: list[Proposal], *, by) -> None:
    """Undo a plan that made `after` of `before`. Refused once anything of it was offered, pinned or planned again."""
    _lock(cluster)
    wanted = {(meeting, role): (company, reason) for meeting, role, company, reason in before}
    made = {(meeting, role): (company, reason) for meeting, role, company, reason in after}
    changed = [turn for turn in sorted(wanted | made) if wanted.get(turn) != made.get(turn)]
    meetings = cluster.meetings.order_by("pk").select_for_update().in_bulk([turn[0] for turn in changed])
    firms = duties.members_of([cluster]).in_bulk({company for company, _ in wanted.values()})
    if proposals(cluster) != after or len(firms) < len({company for company, _ in wanted.values()}):
        raise Refused(
            gettext("The rota has changed since, so the plan before no longer fits. Plan the rota again.")
        )
    for meeting, role in changed:
        company, reason = wanted.get((meeting, role), (None, ""))
        duties.propose(meetings[meeting], role, firms.get(company), reason=reason, by=by)
    trail.record(by, "took back the plan of the rota of", cluster, cluster=cluster)
