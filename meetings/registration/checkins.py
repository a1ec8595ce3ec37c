"""The door: who keeps the list of a meeting, whom they see on it, and what they tick."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from meetings import agendas
from meetings.models import Duty, Meeting, Registration
from meetings.models.registration import WALKED_IN
from meetings.registration import registrations
from members.models import Company, User

State = Registration.State
LISTED = [State.REGISTERED, State.WAITLISTED, State.ATTENDED, State.NO_SHOW]


@dataclass(frozen=True)
class Keeper:
    """Who keeps the list: a coordinator sees all of it, the host firm the names that agreed, until the meeting ends."""

    user: User
    meeting: Meeting
    coordinates: bool
    hosts: bool

    @property
    def may_enter(self) -> bool:
        return self.coordinates or self.hosts

    def answers(self):
        """The rows they see, each with `is_new`: nobody has ticked this person before."""
        answers = self.meeting.registrations.filter(state__in=LISTED)
        if not self.coordinates:
            answers = answers.filter(Q(shares_name=True) | WALKED_IN)
        return answers.select_related("user", "company", "brought_by__user").with_is_new()


def keeper_of(meeting: Meeting, user: User, now: datetime | None = None) -> Keeper:
    hosting = Duty.objects.agreed().filter(
        meeting=meeting, role=Duty.Role.HOST, company__in=Company.objects.represented_by(user)
    )
    return Keeper(
        user,
        meeting,
        coordinates=Meeting.objects.managed_by(user).filter(pk=meeting.pk).exists(),
        hosts=meeting.ends_at > (now or present.now()) and hosting.exists(),
    )


# --- ticking ------------------------------------------------------------------------------------------
@transaction.atomic
def tick(answer: Registration, *, by: User, now: datetime | None = None) -> Registration:
    """The person is here, whether a place was kept for them or not. A second time changes nothing."""
    now = now or present.now()
    registrations.lock(answer)
    refuse_before_the_day(answer.meeting, now)
    if answer.state != State.ATTENDED:
        answer.state, answer.queue_number = State.ATTENDED, None
        registrations.step(answer, now)
        registrations.record(by, "ticked somebody at", answer)
    return answer


@transaction.atomic
def untick(answer: Registration, *, by: User, now: datetime | None = None) -> None:
    """It was somebody else. A walk-in is taken off the list again."""
    now = now or present.now()
    registrations.lock(answer)
    if answer.state not in (State.ATTENDED, State.NO_SHOW):
        return
    registrations.record(by, "unticked somebody at", answer)
    if answer.is_walk_in:
        answer.delete()
    else:
        answer.state = State.REGISTERED
        registrations.step(answer, now)


@transaction.atomic
def walk_in(meeting: Meeting, name: str, *, by: User, now: datetime | None = None) -> Registration:
    """Somebody who is here without having answered. Who is on the list by that name is ticked there."""
    now = now or present.now()
    agendas.lock(meeting)
    refuse_before_the_day(meeting, now)
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Type the name of who has come."))
    listed = meeting.registrations.filter(state__in=LISTED).exclude(state=State.ATTENDED)
    same = listed.filter(Q(user__name__iexact=name) | Q(user=None, name__iexact=name)).first()
    if same:
        return tick(same, by=by, now=now)
    answer = Registration.objects.create(
        meeting=meeting, name=name, state=State.ATTENDED, created_at=now, changed_at=now
    )
    registrations.record(by, "let somebody in at", answer)
    return answer


@transaction.atomic
def close(meeting: Meeting, *, by: User, now: datetime | None = None) -> int:
    """Who was expected and is not ticked did not come. Returns how many they are."""
    now = now or present.now()
    agendas.lock(meeting)
    if meeting.ends_at > now:
        raise Refused(_("The meeting is not over yet. Who comes late can still be ticked."))
    missing = meeting.registrations.filter(state=State.REGISTERED)
    number = missing.update(state=State.NO_SHOW, changed_at=now)
    if number:
        trail.record(
            by,
            "closed the list of",
            meeting,
            cluster=meeting.cluster,
            association=meeting.association,
            note=f"{number} did not come.",
        )
    return number


def is_the_day(meeting: Meeting, now: datetime) -> bool:
    """From the morning of the meeting on, also for what was forgotten there."""
    return now.astimezone(meeting.zone).date() >= meeting.day


def refuse_before_the_day(meeting: Meeting, now: datetime) -> None:
    if meeting.state in (Meeting.State.DRAFT, Meeting.State.CANCELLED):
        raise Refused(_("This meeting does not take place, so there is nobody to tick."))
    if not is_the_day(meeting, now):
        raise Refused(_("The list opens for ticking on the day of the meeting."))


def by_code(meeting: Meeting, typed: str) -> Registration | None:
    """Whose short code it is, however it was typed."""
    code = "".join(typed.split()).replace("-", "").upper()
    return (
        meeting.registrations.filter(code=code, state__in=[State.AWAITING, *LISTED]).first() if code else None
    )
