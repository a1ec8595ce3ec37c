"""Asks and offers to fellow members: posted until a day, closed with what came of them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.models import Cluster
from members.companies import clusters_of
from members.models import Company, Introduction, Opportunity, User

from . import notices
from .introductions import ask, lock_firms

State = Opportunity.State

MOST_OPEN = 5  # of a firm at a time
LONGEST = timedelta(days=183)


@transaction.atomic
def post(
    company: Company,
    *,
    by: User,
    kind: str,
    theme: str,
    title: str,
    text: str,
    until: date,
    clusters: Iterable[Cluster] = (),
    now: datetime | None = None,
) -> Opportunity:
    """To the members of the clusters, or of all of them. The same title twice at a time is one opportunity."""
    now = now or present.now()
    lock_firms(company)
    running = Opportunity.objects.filter(company=company).open(timezone.localdate(now))
    same = running.filter(kind=kind, title=title).first()
    if same is not None:
        return same
    if not Company.objects.listed().filter(pk=company.pk).exists():
        raise Refused(
            _("%(company)s is not a member of any cluster, and opportunities are among members.")
            % {"company": company}
        )
    if running.count() >= MOST_OPEN:
        raise Refused(
            _("%(company)s has %(most_open)s open ones already. Close one first.")
            % {"company": company, "most_open": MOST_OPEN}
        )
    refuse_day(until, now)
    clusters = list(clusters)
    opportunity = Opportunity.objects.create(
        company=company,
        author=by,
        kind=kind,
        theme=theme,
        title=title,
        text=text,
        until=until,
        to_all=not clusters,
        posted_at=now,
    )
    opportunity.clusters.set(clusters)
    _record(by, "posted", opportunity)
    return opportunity


def refuse_day(until: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if until <= today:
        raise Refused(_("The last day has to be ahead of us."))
    if until > today + LONGEST:
        raise Refused(_("Half a year is the longest. It can be posted again then."))


def reply(
    opportunity: Opportunity, company: Company, *, by: User, text: str, now: datetime | None = None
) -> Introduction:
    """The firm that posted it gets the words directly, and may say yes or no to being introduced."""
    if not opportunity.is_running:
        raise Refused(_("This has closed since. Look whether there is another like it."))
    return ask(company, opportunity.company, by=by, reason=text, opportunity=opportunity, now=now)


@transaction.atomic
def close(opportunity: Opportunity, outcome: str, *, by: User, now: datetime | None = None) -> Opportunity:
    """The firm closes it and says what came of it; of one that its last day has closed, too."""
    _lock(opportunity)
    if opportunity.taken_down_because:
        raise Refused(_("A coordinator has taken this down."))
    if opportunity.state == State.CLOSED and opportunity.outcome == outcome:
        return opportunity
    opportunity.outcome = Opportunity.Outcome(outcome)
    _close(opportunity, by=by, now=now or present.now(), verb="closed")
    return opportunity


@transaction.atomic
def take_down(
    opportunity: Opportunity, *, by: User, sentence: str, now: datetime | None = None
) -> Opportunity:
    """A coordinator of the firm takes it off the list, and the firm reads why. A second time changes nothing."""
    _lock(opportunity)
    if opportunity.taken_down_because:
        return opportunity
    if opportunity.state != State.OPEN:
        raise Refused(_("It is closed already."))
    if not sentence.strip():
        raise Refused(_("Say why in a sentence. It is mailed to the firm as you write it."))
    opportunity.taken_down_because = sentence.strip()
    _close(opportunity, by=by, now=now or present.now(), verb="took down")
    notices.tell_taken_down(opportunity)
    return opportunity


def close_past(now: datetime | None = None) -> int:
    """A job of the worker: what its last day has closed is written down as such, and its firm asked what came of it."""
    now = now or present.now()
    past = Opportunity.objects.filter(state=State.OPEN, until__lt=timezone.localdate(now)).order_by("pk")
    return sum(_close_past(opportunity, now) for opportunity in past)


@transaction.atomic
def _close_past(opportunity: Opportunity, now: datetime) -> bool:
    _lock(opportunity)
    if opportunity.state != State.OPEN or opportunity.until >= timezone.localdate(now):
        return False
    _close(opportunity, by=None, now=now, verb="closed")
    notices.tell_ended(opportunity)
    return True


def _lock(opportunity: Opportunity) -> None:
    """Nobody else decides about it until we are through; what they decided before, we see."""
    locking = Opportunity.objects.select_for_update(of=["self"], no_key=True)
    opportunity.refresh_from_db(from_queryset=locking.select_related("company", "author"))


def _close(opportunity: Opportunity, *, by: User | None, now: datetime, verb: str) -> None:
    opportunity.state = State.CLOSED
    opportunity.closed_at, opportunity.closed_by = opportunity.closed_at or now, by
    opportunity.save(update_fields=["state", "closed_at", "closed_by", "outcome", "taken_down_because"])
    _record(by, verb, opportunity, note=opportunity.taken_down_because)


def _record(by: User | None, verb: str, opportunity: Opportunity, note: str = "") -> None:
    """One line for the coordinators of each cluster of the firm."""
    for cluster in clusters_of(opportunity.company):
        trail.record(by, verb, opportunity, cluster=cluster, note=note)
