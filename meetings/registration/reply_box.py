"""The box on a meeting's page in which people answer: which of its states it is in, and what it shows."""

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clusters import present
from clusters.asked_again import ask
from clusters.pictures import places
from meetings.models import Meeting, Registration, StandingAnswer
from meetings.registration import registrations
from meetings.registration.forms import NeedsForm

MOST_DRAWN = 60  # dots; more say less than the number beside them
State = Registration.State


@dataclass(frozen=True)
class ReplyBox:
    """`state`: draft, called-off, over, signed-out, open, full, lost, going, waiting or declined."""

    state: str
    seats: SafeString | str = ""
    left: int | None = None
    answer: Registration | None = None
    takes_guests: bool = False
    reply_by: date | None = None
    form: NeedsForm | None = None


def count_people(meeting: Meeting) -> Meeting:
    """A copy of a meeting, which may be kept, with `taken`, `waiting` and `came` as they are now."""
    meeting = copy(meeting)
    counted = ask(("people of a meeting", meeting.pk), partial(people_of, meeting.pk))
    [(_, meeting.taken, meeting.waiting, ticked)] = counted or [(meeting.pk, 0, 0, 0)]
    meeting.came = ticked or meeting.headcount or 0
    return meeting


def people_of(number: int) -> QuerySet:
    """How many of the meeting with this `number` have a place, wait for one and were ticked off."""
    return (
        Registration.objects.filter(meeting=number)
        .order_by()
        .values_list("meeting")
        .annotate(
            taken=Count("pk", filter=Q(state__in=Registration.SEATED)),
            waiting=Count("pk", filter=Q(state=State.WAITLISTED)),
            ticked=Count("pk", filter=Q(state=State.ATTENDED)),
        )
    )


def own_answer(meeting: Meeting, user) -> Registration | None:
    """With `place_in_line`, `colleague` and `is_regular`, whether they say yes to all meetings of the cluster."""
    if user.is_anonymous:
        return None
    standing = StandingAnswer.objects.filter(user=OuterRef("user"), cluster=OuterRef("meeting__cluster"))
    answers = Registration.objects.filter(meeting=meeting, user=user).with_place_in_line()
    return answers.annotate(is_regular=Exists(standing)).first()


def reply_box(
    meeting: Meeting, user, *, lost: bool = False, form: NeedsForm | None = None, now: datetime | None = None
) -> ReplyBox:
    """`lost`: the reader has just asked for a place that was gone. Needs `count_people`."""
    now = now or present.now()
    shut = shut_state(meeting, now)
    if shut:
        return ReplyBox(
            shut,
            seats=drawn(meeting, meeting.came, _("%(taken)s of %(total)s places were taken"))
            if shut == "over"
            else "",
        )
    answer = own_answer(meeting, user)
    yours = answer is not None and answer.state in Registration.SEATED
    left = None if meeting.places is None else max(meeting.places - meeting.taken, 0)
    is_full = left is not None and (left == 0 or meeting.waiting > 0)
    return ReplyBox(
        state=open_state(user, answer, is_full=is_full, lost=lost),
        seats=drawn(
            meeting,
            meeting.taken,
            _("%(taken)s of %(total)s places taken, one of them yours")
            if yours
            else _("%(taken)s of %(total)s places taken"),
            yours=yours,
        ),
        left=0 if is_full else left,
        answer=answer,
        takes_guests=registrations.takes_guests(meeting),
        reply_by=reply_by(meeting, now),
        form=form or (None if user.is_anonymous else NeedsForm()),
    )


def shut_state(meeting: Meeting, now: datetime) -> str:
    if meeting.state == Meeting.State.CANCELLED:
        return "called-off"
    if meeting.ends_at <= now or meeting.state == Meeting.State.HELD:
        return "over"
    return "draft" if meeting.state == Meeting.State.DRAFT else ""


def open_state(user, answer: Registration | None, *, is_full: bool, lost: bool) -> str:
    if answer is not None and answer.state in Registration.SEATED:
        return "going"
    if answer is not None and answer.state == State.WAITLISTED:
        return "waiting"
    if is_full and not user.is_anonymous:
        return "lost" if lost else "full"
    if answer is not None:
        return "declined"
    return "signed-out" if user.is_anonymous else "open"


def drawn(meeting: Meeting, people: int, label: str, *, yours: bool = False) -> SafeString | str:
    total = meeting.places
    if total is None or total > MOST_DRAWN:
        return ""
    taken = min(people, total)
    return places(taken, total, label % {"taken": taken, "total": total}, yours=yours)


def reply_by(meeting: Meeting, now: datetime) -> date | None:
    """The last day on which a list of names for the door still hears of it."""
    days = meeting.venue.names_days if meeting.venue else None
    last = meeting.day - timedelta(days) if days else None
    return last if last and last >= now.astimezone(meeting.zone).date() else None
