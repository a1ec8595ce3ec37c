"""How introductions end or are asked about later: a firm blocks another, a firm goes, and what came of it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language
from members.models import Block, Company, Introduction, User

from . import notices
from .introductions import State, end, lock, lock_firms, record

OUTCOME_AFTER = timedelta(days=60)


# --- blocking -----------------------------------------------------------------------------------------
@transaction.atomic
def block(company: Company, other: Company, *, by: User, now: datetime | None = None) -> Block:
    """The firm wants nothing more from the other, which is not told: what they had ends like any other.

    The line in the trail is the operator's alone: a coordinator may be of the blocked firm.
    """
    if company == other:
        raise Refused(_("That is your own firm."))
    lock_firms(company, other)
    blocked, is_new = Block.objects.get_or_create(company=company, blocked=other, defaults={"by": by})
    if is_new:
        trail.record(by, "set", blocked)
    live = Introduction.objects.live().between(company, other).first()
    if live is not None:
        lock(live)
        _end_between(live, company, by, now or present.now())
    return blocked


def _end_between(live: Introduction, blocker: Company, by: User, now: datetime) -> None:
    if live.state == State.ACCEPTED:
        end(live, State.ACCEPTED, now)
    elif blocker == live.asker:
        end(live, State.WITHDRAWN, now)
    else:
        end(live, State.DECLINED, now)
        if live.forwarded_at is not None:
            notices.tell_declined(live)


@transaction.atomic
def unblock(company: Company, other: Company, *, by: User) -> None:
    lock_firms(company, other)
    for blocked in Block.objects.filter(company=company, blocked=other).select_related("company", "blocked"):
        trail.record(by, "took back", blocked)
        blocked.delete()


# --- a firm goes --------------------------------------------------------------------------------------
def close_gone(now: datetime | None = None) -> int:
    """A job of the worker: introductions of firms that left or are frozen end, and the other firm hears why."""
    listed = Company.objects.listed()
    stay = [Exists(listed.filter(pk=OuterRef(firm))) for firm in ("asker", "asked")]
    gone = Introduction.objects.live().filter(~stay[0] | ~stay[1])
    return sum(_close(introduction, now or present.now()) for introduction in gone.order_by("pk"))


@transaction.atomic
@in_site_language()
def _close(introduction: Introduction, now: datetime) -> bool:
    lock(introduction)
    firms = [introduction.asker, introduction.asked]
    staying = list(Company.objects.listed().filter(pk__in=[firm.pk for firm in firms]))
    if not introduction.is_live or len(staying) == len(firms):
        return False
    gone = next(firm for firm in firms if firm not in staying)
    state = introduction.state
    if state != State.ACCEPTED:
        state = State.WITHDRAWN if gone == introduction.asker else State.DECLINED
    knew = introduction.forwarded_at is not None
    end(
        introduction,
        state,
        now,
        because=_("%(gone)s no longer takes part here, so this is closed.") % {"gone": gone},
    )
    record(None, "closed the introduction of", introduction)
    if staying and (knew or staying[0] == introduction.asker):
        notices.tell_closed(introduction, staying[0])
    return True


# --- what came of it ----------------------------------------------------------------------------------
def ask_for_outcomes(now: datetime | None = None) -> int:
    """A job of the worker: after sixty days who asked is asked once what came of it."""
    now = now or present.now()
    due = (
        Introduction.objects.accepted()
        .live()
        .filter(decided_at__lte=now - OUTCOME_AFTER, outcome_asked_at__isnull=True, outcome="")
    )
    return sum(_ask_for_outcome(introduction, now) for introduction in due.order_by("pk"))


@transaction.atomic
def _ask_for_outcome(introduction: Introduction, now: datetime) -> bool:
    lock(introduction)
    if introduction.outcome_asked_at is not None or introduction.outcome or not introduction.is_live:
        return False
    introduction.outcome_asked_at = now
    introduction.save(update_fields=["outcome_asked_at"])
    notices.ask_for_outcome(introduction)
    return True


@transaction.atomic
def record_outcome(
    introduction: Introduction, outcome: str, *, by: User, now: datetime | None = None
) -> Introduction:
    """What came of it, by either firm; it can be said anew. The same twice changes nothing."""
    lock(introduction)
    if introduction.state != State.ACCEPTED:
        raise Refused(_("The two firms have not been introduced, so nothing can have come of it."))
    if introduction.outcome == outcome:
        return introduction
    introduction.outcome = Introduction.Outcome(outcome)
    introduction.outcome_at, introduction.outcome_by = now or present.now(), by
    introduction.save(update_fields=["outcome", "outcome_at", "outcome_by"])
    record(by, "told what came of the introduction of", introduction)
    return introduction
