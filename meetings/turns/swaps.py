"""Swaps: a firm that has agreed to a turn asks others to take it. The first yes does; both firms have then agreed.

The turn stays with the asking firm until another takes it. Both can undo the swap until the cut-off.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.errors import Refused
from meetings.models import Duty, Meeting, SwapRequest, Unavailability
from meetings.turns import duties, notices
from meetings.turns.duties import State, how_it_stands, settle, step
from members.models import Company

Swap = SwapRequest.State

HOW_IT_ENDED = {
    Swap.TAKEN: _("{taker} has taken this turn already. Nothing is left to do."),
    Swap.UNDONE: _("This swap was undone. {firm} keeps its turn."),
    Swap.WITHDRAWN: _("{firm} no longer asks for a swap."),
    Swap.PAST_DUE: _("It is too late for this swap. {firm} keeps its turn, or talks to the coordinator."),
}


def how_it_ended(request: SwapRequest) -> str:
    return HOW_IT_ENDED[Swap(request.state)].format(firm=request.duty.company, taker=request.taken_by)


def who_could(duty: Duty):
    """The firms that offer to take such turns, are not away on the day and have no turn at the meeting yet."""
    meeting = duty.meeting
    able = duties.may_take_turns(meeting).exclude(pk=duty.company_id)
    away = Unavailability.objects.filter(start__lte=meeting.day, end__gte=meeting.day)
    able = able.exclude(pk__in=away.values("company"))
    able = able.exclude(pk__in=meeting.duties.filter(state__in=Duty.OPEN).values("company"))
    return able.filter(rota_offers__role=duty.role, rota_offers__cluster=meeting.cluster).order_by(
        "name", "pk"
    )


def last_day(request: SwapRequest) -> date:
    """It can be taken until the agenda is due; asked late, for some days more, but not on the day itself."""
    meeting = request.duty.meeting
    days = meeting.cluster.agenda_days if meeting.cluster else 7
    asked = request.created_at.astimezone(meeting.zone).date()
    due = max(meeting.day - timedelta(days), asked + timedelta(duties.AT_LEAST))
    return min(due, meeting.day - timedelta(1))


def undo_until(request: SwapRequest) -> date:
    """The cut-off for answers; of a late swap the day after it was taken."""
    meeting = request.duty.meeting
    taken = request.ended_at.astimezone(meeting.zone).date()
    return duties.cut_off(meeting, taken, at_least=1)


@transaction.atomic
def ask(
    duty: Duty, *, by, companies: Iterable[Company] | None = None, note: str = "", now: datetime | None = None
) -> SwapRequest:
    """Ask firms to take an agreed turn: those given, else all that offer to. They get a mail each."""
    now = now or present.now()
    duties.lock(duty)
    if duty.state != State.ACCEPTED:
        raise Refused(how_it_stands(duty))
    duties.refuse_unless_ahead(duty.meeting, now)
    if duty.swap_requests.open().exists():
        raise Refused(gettext("You have asked for a swap of this turn already."))
    able = who_could(duty)
    asked = list(able if companies is None else able.filter(pk__in=[company.pk for company in companies]))
    if not asked:
        raise Refused(
            gettext(
                "No other firm that offers to %(do)s is free on that day. Talk to the "
                "coordinator, or give the turn back."
            )
            % {"do": duty.do}
        )
    request = SwapRequest(duty=duty, note=note, created_by=by, created_at=now)
    if last_day(request) < now.astimezone(duty.meeting.zone).date():
        raise Refused(gettext("The meeting is too near for a swap by mail. Ring the coordinator."))
    request.save()
    request.asked.set(asked)
    duties.record(by, "asked for a swap of", duty, note)
    notices.send_swap_asked(request, asked)
    return request


@transaction.atomic
def take(request: SwapRequest, company: Company, *, by, now: datetime | None = None) -> Duty:
    """A firm that was asked takes the turn. Of two at the same moment one does; the other hears who."""
    now = now or present.now()
    _lock(request)
    if request.state != Swap.OPEN:
        raise Refused(how_it_ended(request))
    old = request.duty
    meeting = old.meeting
    duties.refuse_unless_ahead(meeting, now)
    if last_day(request) < now.astimezone(meeting.zone).date():
        raise Refused(HOW_IT_ENDED[Swap.PAST_DUE].format(firm=old.company))
    if not request.asked.filter(pk=company.pk).exists():
        raise Refused(gettext("%(company)s was not asked for this turn.") % {"company": company})
    duties.refuse_stranger(meeting, old.role, company)
    _end(request, Swap.TAKEN, now, taken_by=company)
    step(old, State.SWAPPED, by=by, verb="took over the turn of", note=f"For {company}.", now=now)
    new = Duty.objects.create(
        meeting=meeting,
        role=old.role,
        company=company,
        reason=gettext("Swapped with %(company)s.") % {"company": old.company},
    )
    step(new, State.ACCEPTED, by=by, verb="accepted, in a swap, the turn of", now=now)
    request.new_duty = new
    request.save(update_fields=["new_duty"])
    settle(old)
    duties.refuse_too_small_a_room(new)
    settle(new)
    notices.send_swap_taken(request, new, undo_until(request))
    return new


@transaction.atomic
def withdraw(request: SwapRequest, *, by, now: datetime | None = None) -> None:
    """The firm keeps its turn after all."""
    _lock(request)
    if request.state != Swap.OPEN:
        raise Refused(how_it_ended(request))
    _end(request, Swap.WITHDRAWN, now or present.now())
    duties.record(by, "no longer asks for a swap of", request.duty)


@transaction.atomic
def undo(request: SwapRequest, *, by, now: datetime | None = None) -> Duty:
    """Either firm brings the turn back to who had it, until the cut-off."""
    now = now or present.now()
    _lock(request)
    if request.state != Swap.TAKEN:
        raise Refused(
            how_it_ended(request)
            if request.state != Swap.OPEN
            else gettext("Nobody has taken this turn yet.")
        )
    old, new = request.duty, request.new_duty
    duties.refuse_unless_ahead(old.meeting, now)
    if new is None or not can_undo(request, now):
        raise Refused(
            gettext("It is too late to undo this swap. Talk to the coordinator, or ask for another one.")
        )
    new.meeting = old.meeting
    duties.lock(new)
    duties.refuse_stranger(old.meeting, old.role, old.company)
    step(new, State.WITHDRAWN, by=by, verb="undid the swap of", now=now)
    step(old, State.ACCEPTED, by=by, verb="took back, after a swap, the turn of", now=now)
    _end(request, Swap.UNDONE, now)
    settle(new)
    settle(old)
    notices.send_swap_undone(request, new)
    return old


def can_undo(request: SwapRequest, now: datetime) -> bool:
    today = now.astimezone(request.duty.meeting.zone).date()
    return (
        request.state == Swap.TAKEN
        and request.new_duty is not None
        and request.new_duty.state == State.ACCEPTED
        and today <= undo_until(request)
    )


def expire_due(now: datetime | None = None) -> int:
    """A job of the worker: requests that nobody took in time end, and the firm hears that the turn is still its own."""
    now = now or present.now()
    open_ = SwapRequest.objects.open().select_related(
        "duty__company", "duty__meeting__cluster__association", "duty__meeting__association"
    )
    ended = 0
    for request in open_.order_by("duty__meeting", "pk"):
        if last_day(request) < now.astimezone(request.duty.meeting.zone).date():
            ended += _expire(request, now)
    return ended


@transaction.atomic
def _expire(request: SwapRequest, now: datetime) -> bool:
    _lock(request)
    if request.state != Swap.OPEN:
        return False
    _end(request, Swap.PAST_DUE, now)
    duties.record(None, "found nobody to swap", request.duty)
    if request.duty.meeting.state in (Meeting.State.DRAFT, Meeting.State.PUBLISHED):
        notices.send_swap_past_due(request)
    return True


def _lock(request: SwapRequest) -> None:
    """The meeting, the turn, then the request, as the last act on them left it."""
    duty = request.duty
    duties.lock(duty)
    request.refresh_from_db(
        from_queryset=SwapRequest.objects.select_for_update(of=["self"], no_key=True).select_related(
            "taken_by", "new_duty__company"
        )
    )
    request.duty = duty


def _end(request: SwapRequest, state: str, now: datetime, taken_by: Company | None = None) -> None:
    request.state, request.ended_at = state, now
    if taken_by is not None:
        request.taken_by = taken_by
    request.save(update_fields=["state", "ended_at", "taken_by"])
