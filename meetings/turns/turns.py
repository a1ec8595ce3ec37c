"""Turns that are agreed: a firm is asked, and answers; its silence passes the turn on to the next.

Each act locks, takes one step of the machine in `meetings.turns.duties`, and queues its mails, in one transaction.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clusters import present, to_check
from clusters.errors import Refused
from clusters.languages import in_site_language
from clusters.models import Cluster
from meetings.models import AgendaItem, Duty, Meeting
from meetings.turns import duties, notices, rota, swaps
from meetings.turns.duties import State, how_it_stands, settle, step
from members.companies import answerers_of
from members.models import Membership, Representative

AHEAD = [Meeting.State.DRAFT, Meeting.State.PUBLISHED]
WITH_MEETING = ["company", "meeting__cluster__association", "meeting__association"]


# --- asking and answering -----------------------------------------------------------------------------
@transaction.atomic
def offer(duty: Duty, *, by, now: datetime | None = None) -> Duty:
    """Ask the firm: a mail to its leads and deputies, who answer by its link until the cut-off."""
    now = now or present.now()
    duties.lock(duty)
    if duty.state != State.PROPOSED:
        raise Refused(how_it_stands(duty))
    _refuse_to_ask(duty, now)
    _offer(duty, by=by, verb="offered the turn of", now=now)
    notices.send_offer(duty)
    return duty


def _refuse_to_ask(duty: Duty, now: datetime) -> None:
    meeting, cluster = duty.meeting, duty.meeting.cluster
    duties.refuse_unless_ahead(meeting, now)
    duties.refuse_stranger(meeting, duty.role, duty.company)
    if cluster and cluster.state == Cluster.State.RESTING:
        raise Refused(
            _("%(cluster)s is resting. Nobody is asked until it meets again.") % {"cluster": cluster}
        )
    if not answerers_of(duty.company):
        raise Refused(
            _("Nobody answers for %(company)s on this site. Ask them yourself, and say yes for them here.")
            % {"company": duty.company}
        )


def _offer(duty: Duty, *, by, verb: str, now: datetime) -> None:
    answer_by = duties.cut_off(duty.meeting, now.astimezone(duty.meeting.zone).date())
    step(
        duty,
        State.OFFERED,
        by=by,
        verb=verb,
        now=now,
        offered_at=now,
        answer_by=answer_by,
        decided_at=None,
        decided_by=None,
    )


@transaction.atomic
def accept(
    duty: Duty, *, by, on_behalf: bool = False, version: int | None = None, now: datetime | None = None
) -> Duty:
    """The firm takes the turn. `on_behalf`: the coordinator says so for it, also when it was not asked here.

    `version`: of the offer that was read, so that nobody agrees to a date they have not seen.
    """
    now = now or present.now()
    duties.lock(duty)
    _refuse_to_answer(duty, on_behalf, version, now)
    duties.refuse_stranger(duty.meeting, duty.role, duty.company)
    duties.refuse_too_small_a_room(duty)
    step(duty, State.ACCEPTED, by=by, verb="accepted the turn of", note=_word(on_behalf), now=now)
    settle(duty)
    notices.send_accepted(duty)
    return duty


@transaction.atomic
def decline(
    duty: Duty,
    *,
    by,
    note: str = "",
    on_behalf: bool = False,
    version: int | None = None,
    now: datetime | None = None,
) -> Duty:
    """The firm can't this time and comes next. The next one is asked at once."""
    now = now or present.now()
    _lock_with_rota(duty)
    _refuse_to_answer(duty, on_behalf, version, now)
    told = f"{_word(on_behalf)} {note}".strip()
    was_asked = duty.state == State.OFFERED
    step(duty, State.DECLINED, by=by, verb="declined the turn of", note=told, now=now)
    if was_asked:
        with in_site_language():
            _pass_on(
                duty,
                _("%(company)s can’t %(do)s this time.") % {"company": duty.company, "do": duty.do},
                now=now,
            )
    return duty


def _refuse_to_answer(duty: Duty, on_behalf: bool, version: int | None, now: datetime) -> None:
    asked = (State.PROPOSED, State.OFFERED) if on_behalf else (State.OFFERED,)
    if duty.state not in asked:
        raise Refused(how_it_stands(duty))
    if version is not None and version != duty.version:
        raise Refused(_("This turn has changed since you opened the page. Look at it again."))
    duties.refuse_unless_ahead(duty.meeting, now)
    if not on_behalf and duty.answer_by and is_late(duty, now):
        raise Refused(
            _("The last day to answer was %(day)s. The next firm is being asked.")
            % {"day": dateformat.format(duty.answer_by, pgettext("date format", "l j F"))}
        )


def is_late(duty: Duty, now: datetime) -> bool:
    """Whether the day to answer has passed, also when the clock has not come round to it yet."""
    return duty.answer_by is not None and duty.answer_by < now.astimezone(duty.meeting.zone).date()


def _word(on_behalf: bool) -> str:
    return "On the firm’s behalf." if on_behalf else ""


@transaction.atomic
def give_back(duty: Duty, *, by, note: str = "", now: datetime | None = None) -> Duty:
    """The firm had said yes and can't after all. The coordinators hear of it, and the next firm is asked."""
    now = now or present.now()
    _lock_with_rota(duty)
    if duty.state != State.ACCEPTED:
        raise Refused(how_it_stands(duty))
    duties.refuse_unless_ahead(duty.meeting, now)
    asked = duty.offered_at or now  # so that the plan knows that it won't do it
    step(duty, State.WITHDRAWN, by=by, verb="gave back the turn of", note=note, now=now, offered_at=asked)
    settle(duty)
    with in_site_language():
        told = _("They write: %(note)s") % {"note": note} if note else ""
        _pass_on(
            duty,
            (
                _("%(company)s had agreed to %(do)s and can’t after all. %(told)s")
                % {"company": duty.company, "do": duty.do, "told": told}
            ).strip(),
            now=now,
            tell=True,
        )
    return duty


@transaction.atomic
def withdraw(duty: Duty, *, by, because: str, now: datetime | None = None) -> Duty:
    """The coordinator takes the turn away, with a reason that the firm reads. The next one is asked."""
    now = now or present.now()
    _lock_with_rota(duty)
    duties.refuse_unless_ahead(duty.meeting, now)
    if not because.strip():
        raise Refused(_("Say why, in a sentence. The firm reads it."))
    was_asked = duty.state != State.PROPOSED
    duties.take_away(duty, by=by, because=because, now=now)
    settle(duty)
    if was_asked:
        with in_site_language():
            _pass_on(
                duty,
                _("%(company)s no longer %(does)s.") % {"company": duty.company, "does": duty.does},
                now=now,
            )
    return duty


def _lock_with_rota(duty: Duty) -> None:
    """For what ends a turn: the plan is made again in the same transaction."""
    if duty.meeting.cluster:
        duties.lock_rota(duty.meeting.cluster)
    duties.lock(duty)


def _pass_on(ended: Duty, happened: str, *, now: datetime, tell: bool = False) -> Duty | None:
    """Plan again and ask whoever is next. The coordinators hear of it when nobody is left, or if they must `tell`."""
    meeting = ended.meeting
    if meeting.cluster is None or meeting.cluster.state == Cluster.State.RESTING:
        return None
    rota.replan(meeting.cluster, now=now)
    following = meeting.duties.filter(role=ended.role, state=State.PROPOSED).select_related("company").first()
    if following is not None:
        offer(following, by=None, now=now)
    if tell or following is None:
        notices.send_vacated(ended, happened, following)
    return following


# --- the meeting moves, and is over -------------------------------------------------------------------
@transaction.atomic
def ask_again(meeting: Meeting, *, by=None, moved_from: datetime | None = None, now=None) -> list[Duty]:
    """The meeting has moved: firms that were asked or had agreed are asked for the new date. Those asked again.

    Firms nobody answers for on the site keep the turn they agreed to by word of mouth; who moved the meeting asks.
    """
    now = now or present.now()
    asked = []
    for duty in meeting.duties.filter(state__in=[State.OFFERED, State.ACCEPTED]).order_by("pk"):
        duty.meeting = meeting
        duties.lock(duty)
        if answerers_of(duty.company) and meeting.ends_at > now:
            _offer(duty, by=by, verb="asked again about the turn of", now=now)
            notices.send_offer(duty, moved_from)
            asked.append(duty)
    return asked


@transaction.atomic
def fulfil(duty: Duty, *, by=None, now: datetime | None = None) -> Duty:
    """The firm has chaired or hosted: by itself when the meeting is over, or by the coordinator's correction."""
    duties.lock(duty)
    step(duty, State.FULFILLED, by=by, verb="wrote down as done the turn of", now=now)
    return duty


@transaction.atomic
def miss(duty: Duty, *, by, note: str = "", now: datetime | None = None) -> Duty:
    """The firm did not come to its turn. It doesn't count as one."""
    duties.lock(duty)
    if duty.meeting.starts_at > (now or present.now()):
        raise Refused(_("The meeting is still ahead. Take the turn away instead."))
    step(duty, State.MISSED, by=by, verb="wrote down as missed the turn of", note=note, now=now)
    return duty


# --- the clock ----------------------------------------------------------------------------------------
def run_clock(now: datetime | None = None) -> None:
    """A job of the worker: silence passes turns on, absent firms let go of theirs, and the others are reminded."""
    now = now or present.now()
    release_absent(now)
    expire_due(now)
    swaps.expire_due(now)
    remind(now)


def expire_due(now: datetime | None = None) -> int:
    """Offers whose day to answer has passed go to the next firm. Returns how many."""
    now = now or present.now()
    tomorrow = timezone.localdate(now) + timedelta(days=1)  # by any clock
    waiting = Duty.objects.filter(state=State.OFFERED, answer_by__lt=tomorrow)
    expired = 0
    for duty in waiting.select_related(*WITH_MEETING).order_by("meeting__cluster", "meeting", "pk"):
        expired += _expire(duty, now)
    return expired


@transaction.atomic
def _expire(duty: Duty, now: datetime) -> bool:
    _lock_with_rota(duty)
    if duty.state != State.OFFERED or not is_late(duty, now):
        return False
    step(duty, State.EXPIRED, by=None, verb="let lapse the turn of", now=now)
    settle(duty)
    if duty.meeting.ends_at > now and duty.meeting.state in AHEAD:
        _pass_on(duty, _("%(company)s has not answered in time.") % {"company": duty.company}, now=now)
    return True


@in_site_language()
@transaction.atomic
def release_absent(now: datetime | None = None) -> int:
    """Turns ahead end of firms that left, are frozen or have nobody to answer, and of meetings called off.

    What a coordinator arranged by word of mouth with a firm that has nobody here stays. Looks at those turns alone
    whose firm or meeting has changed. Returns how many ended.
    """
    now = now or present.now()
    ours = Q(cluster=OuterRef("meeting__cluster")) | Q(cluster__association=OuterRef("meeting__association"))
    membership = Membership.objects.active().filter(ours, company=OuterRef("company"))
    people = Representative.objects.filter(company=OuterRef("company"))
    acting = people.active().filter(role__in=Representative.ANSWERING, user__is_active=True)
    agreed_itself = Q(decided_by__isnull=True) | Exists(people.filter(user=OuterRef("decided_by")))
    left = ~Exists(membership)
    nobody = ~Exists(acting) & (Q(state=State.OFFERED) | Q(state=State.ACCEPTED) & agreed_itself)
    ahead = Duty.objects.filter(
        state__in=[State.PROPOSED, State.OFFERED, State.ACCEPTED],
        meeting__ends_at__gt=now,
        pk__in=changed_turns(),
    )
    released = 0
    for duty in whole(ahead.filter(meeting__state=Meeting.State.CANCELLED)):
        released += _release(duty, _("The meeting was called off."), now, pass_on=False)
    for duty in whole(ahead.filter(left, meeting__state__in=AHEAD)):
        happened = (
            _("%(company)s takes no part at the moment.")
            if duty.company.frozen_at
            else _("%(company)s has left.")
        )
        released += _release(duty, happened % {"company": duty.company}, now)
    for duty in whole(ahead.filter(nobody, meeting__state__in=AHEAD)):
        released += _release(
            duty, _("Nobody answers for %(company)s any more.") % {"company": duty.company}, now
        )
    return released


def changed_turns() -> list[int]:
    """Those whose firm, people or meeting changed since the last look, each found by its own index."""
    noted = to_check.take("turns")
    people = Representative.objects.filter(user__in=noted["user"])
    firms = {*map(int, noted["company"]), *people.values_list("company", flat=True)}
    found = [
        Duty.objects.filter(company__in=firms),
        Duty.objects.filter(meeting__in=noted["meeting"]),
        Duty.objects.filter(meeting__association__in=noted["association"]),
    ]
    return [pk for rows in found for pk in rows.order_by().values_list("pk", flat=True)]


def whole(found: QuerySet[Duty]) -> QuerySet[Duty]:
    """With their meetings, read once it is known which: Postgres does not weigh so many tables against each other."""
    rows = Duty.objects.filter(pk__in=list(found.order_by().values_list("pk", flat=True)))
    return rows.select_related(*WITH_MEETING).order_by("meeting__cluster", "meeting", "pk")


@transaction.atomic
def _release(duty: Duty, happened: str, now: datetime, *, pass_on: bool = True) -> bool:
    _lock_with_rota(duty)
    if State.WITHDRAWN not in duties.MAY_FOLLOW[duty.state]:  # somebody was faster
        return False
    known = duty.state != State.PROPOSED
    step(duty, State.WITHDRAWN, by=None, verb="withdrew the turn of", note=happened, now=now)
    settle(duty)
    if known and pass_on:
        with in_site_language():
            _pass_on(
                duty,
                _("%(happened)s It no longer %(does)s.") % {"happened": happened, "does": duty.does},
                now=now,
                tell=True,
            )
    return True


def remind(now: datetime | None = None) -> None:
    """The firms that chair or host in 14 and in 3 days."""
    now = now or present.now()
    soon = Duty.objects.filter(
        state=State.ACCEPTED,
        meeting__state__in=AHEAD,
        meeting__starts_at__range=(now, now + timedelta(days=max(notices.REMINDERS) + 1)),
    )
    whole = Duty.objects.select_related(*WITH_MEETING, "meeting__venue")
    for duty in whole.in_bulk(unsent := notices.reminders_due(soon, now)).values():
        notices.send_reminder(duty, *unsent[duty.pk])


# --- the showcase -------------------------------------------------------------------------------------
def showcase_of(duty: Duty) -> AgendaItem | None:
    """The chair's own 20 minutes, once it has agreed."""
    if duty.role != Duty.Role.CHAIR or duty.state != State.ACCEPTED:
        return None
    showcases = AgendaItem.objects.filter(kind=AgendaItem.Kind.SHOWCASE, company=duty.company)
    return showcases.filter(meeting=duty.meeting).first()


@transaction.atomic
def name_showcase(duty: Duty, *, title: str, summary: str, by, now: datetime | None = None) -> AgendaItem:
    """The chair says what it will show. Once the agenda is out, members hear of it when the coordinator sends it."""
    duties.lock(duty)
    duties.refuse_unless_ahead(duty.meeting, now or present.now())
    showcase = showcase_of(duty)
    if showcase is None:
        raise Refused(
            how_it_stands(duty) if duty.state != State.ACCEPTED else _("This meeting has no showcase.")
        )
    if (showcase.title, showcase.summary) == (title, summary):
        return showcase
    showcase.title, showcase.summary = title, summary
    showcase.save(update_fields=["title", "summary"])
    duties.record(by, "named the showcase of", duty, title)
    edition = duty.meeting.editions.first()
    if edition is not None:
        duty.meeting.touch(now)
        notices.send_showcase_named(duty, edition.number, title)
    return showcase
