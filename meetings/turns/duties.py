"""Whose turn it is to chair or host a meeting: the states of a turn, the steps between them, and the plan's side.

`MAY_FOLLOW` says which state may follow which; every step is taken by `step`, with the meeting and the turn
locked by `lock`. What firms answer, and what follows from it, is in `turns.turns`; swaps are in `turns.swaps`.
Locks are taken in this order: the cluster (`lock_rota`) where the plan is made again, the meeting, its turns.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language
from clusters.models import Cluster
from meetings import agendas
from meetings.models import Duty, Meeting, Registration, SwapRequest, Venue
from meetings.registration import registrations
from meetings.roles import DO
from meetings.turns import notices
from members.models import Company, Membership

State = Duty.State
AT_LEAST = 3  # days to answer, for who is asked late

MAY_FOLLOW: dict[str, set[str]] = {
    State.PROPOSED: {State.OFFERED, State.ACCEPTED, State.DECLINED, State.WITHDRAWN},
    State.OFFERED: {State.OFFERED, State.ACCEPTED, State.DECLINED, State.EXPIRED, State.WITHDRAWN},
    State.ACCEPTED: {State.OFFERED, State.SWAPPED, State.WITHDRAWN, State.FULFILLED, State.MISSED},
    State.DECLINED: set(),
    State.EXPIRED: set(),
    State.SWAPPED: {State.ACCEPTED},  # the swap is undone
    State.WITHDRAWN: set(),
    State.FULFILLED: {State.MISSED},
    State.MISSED: {State.FULFILLED},
}
HOW_IT_STANDS = {
    State.PROPOSED: _("{firm} has not been asked yet."),
    State.OFFERED: _("{firm} has been asked and has not answered yet."),
    State.ACCEPTED: _("{firm} has said yes already."),
    State.DECLINED: _("{firm} has said no to this turn."),
    State.EXPIRED: _("The day to answer has passed, and the turn is no longer {firm}’s."),
    State.SWAPPED: _("{firm} has swapped this turn with another firm."),
    State.WITHDRAWN: _("This turn is no longer {firm}’s."),
    State.FULFILLED: _("{firm} has had this turn."),
    State.MISSED: _("{firm} has missed this turn."),
}


def may_take_turns(meeting: Meeting):
    """The firms that may chair and host it: the members of its cluster, or of its association's clusters."""
    return members_of(meeting.clusters())


def members_of(clusters):
    members = Membership.objects.active().filter(cluster__in=clusters)
    return Company.objects.filter(pk__in=members.values("company"))


def how_it_stands(duty: Duty) -> str:
    """The state of the turn as a sentence, for who tried what it does not allow."""
    return HOW_IT_STANDS[State(duty.state)].format(firm=duty.company)


# --- the machine --------------------------------------------------------------------------------------
def lock_rota(cluster: Cluster) -> None:
    """Who plans the turns of a cluster does so alone."""
    Cluster.objects.select_for_update(no_key=True).get(pk=cluster.pk)


def lock(duty: Duty) -> None:
    """Acts on the turns of one meeting come one after the other. `duty` is as the last one left it."""
    agendas.lock(duty.meeting)
    meeting = duty.meeting
    duty.refresh_from_db(
        from_queryset=Duty.objects.select_for_update(of=["self"], no_key=True).select_related("company")
    )
    duty.meeting = meeting


def step(
    duty: Duty, state: str, *, by, verb: str, note: str = "", now: datetime | None = None, **fields
) -> None:
    """Take a locked turn to its next state, which an old link in a mail no longer fits, and write it in the trail.

    Call `settle` when the meeting's turns are what they will be.
    """
    if state not in MAY_FOLLOW[duty.state]:
        raise Refused(how_it_stands(duty))
    fields |= {"state": state, "version": duty.version + 1}
    if state != State.OFFERED:
        fields |= {"decided_at": now or present.now(), "decided_by": by}
    for name, value in fields.items():
        setattr(duty, name, value)
    duty.save(update_fields=list(fields))
    if state != State.ACCEPTED:  # who no longer has the turn seeks nobody for it
        SwapRequest.objects.open().filter(duty=duty).update(state="withdrawn", ended_at=now or present.now())
    record(by, verb, duty, note)


def settle(duty: Duty) -> None:
    """The showcase follows the chair; a meeting without a place takes the room of its host, and loses it with them."""
    meeting = duty.meeting
    if duty.role == Duty.Role.CHAIR:
        agendas.bind_showcase(meeting)
        return
    if duty.state in Duty.AGREED and meeting.venue is None:
        place = room_of(duty)
    elif duty.state not in Duty.AGREED and meeting.venue and meeting.venue.company == duty.company:
        place = None
    else:
        return
    if place != meeting.venue:
        meeting.venue = place
        meeting.save(update_fields=["venue"])
        meeting.touch()
        registrations.fill_places(meeting)


def room_of(duty: Duty) -> Venue | None:
    """Where the firm hosts: what it offers in the cluster, else a room of its own there."""
    clusters = Q(cluster=duty.meeting.cluster_id) | Q(cluster__association=duty.meeting.association_id)
    rooms = Venue.objects.filter(clusters, company=duty.company)
    return rooms.filter(rota_offers__role=Duty.Role.HOST).first() or rooms.first()


def refuse_too_small_a_room(duty: Duty) -> None:
    room = room_of(duty) if duty.role == Duty.Role.HOST and duty.meeting.venue is None else None
    people = duty.meeting.registrations.filter(state=Registration.State.REGISTERED).count()
    if room and people > room.capacity:
        raise Refused(
            gettext(
                "%(people)s people have said they will come; %(room)s holds %(capacity)s. Talk to "
                "the coordinator before you say yes."
            )
            % {"people": people, "room": room.name, "capacity": room.capacity}
        )


def refuse_closed(meeting: Meeting) -> None:
    if meeting.state in (Meeting.State.HELD, Meeting.State.CANCELLED):
        raise Refused(
            gettext("This meeting is %(state)s. Its turns stay as they were.")
            % {"state": meeting.get_state_display().lower()}
        )


def refuse_unless_ahead(meeting: Meeting, now: datetime) -> None:
    refuse_closed(meeting)
    if meeting.ends_at <= now:
        raise Refused(gettext("This meeting is over. Its turns stay as they were."))


def refuse_stranger(meeting: Meeting, role: str, company: Company) -> None:
    if not may_take_turns(meeting).filter(pk=company.pk).exists():
        raise Refused(
            gettext("%(company)s is not a member of %(organiser)s. Only members %(do)s.")
            % {"company": company, "organiser": meeting.organiser, "do": DO[role]}
        )


def record(by, verb: str, duty: Duty, note: str = "") -> None:
    meeting = duty.meeting
    trail.record(by, verb, duty, cluster=meeting.cluster, association=meeting.association, note=note)


def cut_off(meeting: Meeting, today: date, *, at_least: int = AT_LEAST) -> date:
    """The last day to answer: so many days before the meeting as its cluster wants, and a few days after `today`."""
    days = meeting.cluster.answer_days if meeting.cluster else Cluster._meta.get_field("answer_days").default
    return min(max(meeting.day - timedelta(days), today + timedelta(at_least)), meeting.day)


# --- the plan, and the coordinator's word -----------------------------------------------------------------
def open_duty(meeting: Meeting, role: str) -> Duty | None:
    """Whoever has, is asked for or is meant for the turn. The meeting is locked, and with it its turns."""
    open_ones = Duty.objects.filter(meeting=meeting, role=role, state__in=Duty.OPEN)
    duty = open_ones.select_related("company").first()
    if duty is not None:
        duty.meeting = meeting
    return duty


@transaction.atomic
def propose(
    meeting: Meeting, role: str, company: Company | None, *, reason: str = "", by=None
) -> Duty | None:
    """The plan's choice for a turn; with no firm the proposal is taken back. Nobody has been told of it yet.

    Refused where somebody has been asked, or where the coordinator has pinned another firm.
    """
    agendas.lock(meeting)
    duty = open_duty(meeting, role)
    if duty is None:
        if company is None:
            return None
        return Duty.objects.create(meeting=meeting, role=role, company=company, reason=reason)
    if duty.state != State.PROPOSED:
        raise Refused(how_it_stands(duty))
    if duty.pinned and duty.company != company:
        raise Refused(
            gettext("%(company)s is pinned to this turn. Unpin it first.") % {"company": duty.company}
        )
    if company is None:
        duty.delete()
        return None
    if (duty.company, duty.reason) != (company, reason):
        duty.company, duty.reason = company, reason
        duty.version += 1
        duty.save(update_fields=["company", "reason", "version"])
    return duty


def pin(duty: Duty, *, by) -> None:
    """The firm keeps the turn when the rota is planned again."""
    _set_pinned(duty, True, by, "pinned")


def unpin(duty: Duty, *, by) -> None:
    _set_pinned(duty, False, by, "unpinned")


@transaction.atomic
def _set_pinned(duty: Duty, pinned: bool, by, verb: str) -> None:
    lock(duty)
    if duty.state not in Duty.OPEN:
        raise Refused(how_it_stands(duty))
    if duty.pinned != pinned:
        duty.pinned = pinned
        duty.save(update_fields=["pinned"])
        record(by, verb, duty)


@transaction.atomic
def override(meeting: Meeting, role: str, company: Company, *, by, reason: str) -> Duty:
    """The coordinator means another firm than the plan for the turn and says why. It is pinned, and still to be asked.

    Who had the turn, or was asked for it, hears that it is no longer theirs.
    """
    agendas.lock(meeting)
    refuse_unless_ahead(meeting, present.now())
    refuse_stranger(meeting, role, company)
    if not reason.strip():
        raise Refused(gettext("Say why, in a sentence. It is kept for those who ask later."))
    former = open_duty(meeting, role)
    if former is not None and former.company == company:
        raise Refused(how_it_stands(former))
    if former is not None:
        give_way(former, by=by, because=reason)
        settle(former)
    duty = Duty.objects.create(meeting=meeting, role=role, company=company, reason=reason[:250], pinned=True)
    record(by, "chose, against the plan, the turn of", duty, reason)
    return duty


@transaction.atomic
def assign(meeting: Meeting, role: str, company: Company | None, *, by, reason: str = "") -> Duty | None:
    """The coordinator gives the turn to a firm that has agreed by word of mouth, or to none.

    It is accepted at once; who had the turn before is told that it is theirs no longer.
    """
    agendas.lock(meeting)
    refuse_closed(meeting)
    if company is not None:
        refuse_stranger(meeting, role, company)
    former = open_duty(meeting, role)
    if former is not None and former.company == company and former.state in Duty.AGREED:
        return former
    if former is not None and former.company != company:
        with in_site_language():
            give_way(former, by=by, because=gettext("The coordinator has arranged it otherwise."))
    duty = None
    if company is not None:
        duty = open_duty(meeting, role) or Duty.objects.create(
            meeting=meeting, role=role, company=company, reason=reason
        )
        step(duty, State.ACCEPTED, by=by, verb="gave the turn of", note=reason)
        notices.send_accepted(duty)
    for changed in filter(None, (former, duty)):
        settle(changed)
    return duty


def take_away(duty: Duty, *, by, because: str, now: datetime | None = None) -> None:
    """The locked turn is no longer the firm's; if it knew of it, it is told why. To be settled."""
    was = duty.state
    step(duty, State.WITHDRAWN, by=by, verb="withdrew the turn of", note=because, now=now)
    if was != State.PROPOSED:
        notices.send_taken_away(duty, because)


def give_way(former: Duty, *, by, because: str) -> None:
    """Another firm gets the locked turn. A proposal of which nobody knew goes without counting as a refusal."""
    if former.state == State.PROPOSED:
        record(by, "dropped the proposed turn of", former, because)
        former.delete()
    else:
        take_away(former, by=by, because=because)
