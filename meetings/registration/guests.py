"""Guests come by name and e-mail address, and confirm by a link that the address is theirs.

Until then they hold no place and stand in no line: nobody can fill a room with other people's addresses. The page
answers everybody alike; that an address has an account, or has been here, only its own mailbox is told.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from clusters import present
from meetings import agendas
from meetings.models import Feedback, Meeting, Registration
from meetings.registration import forgetting, notices, registrations
from members import outbox
from members.models import User

State = Registration.State


@transaction.atomic
def invite(
    meeting: Meeting,
    *,
    name: str,
    email: str,
    needs: str = "",
    shares_name: bool = False,
    now: datetime | None = None,
) -> None:
    """Mail the link by which the guest confirms. At most one such mail an hour for each meeting and address."""
    now = now or present.now()
    email = email.lower()
    agendas.lock(meeting)
    registrations.refuse_unless_open(meeting, now)
    if not registrations.takes_guests(meeting):
        registrations.refuse_guest(meeting, Q(pk=None))
    if User.objects.filter(email=email).exists():
        notices.send_to_would_be_guest(meeting, email, "guest_confirm_member", now)
    elif registrations.has_been_guest(meeting, Q(user=None, email__iexact=email)):
        notices.send_to_would_be_guest(meeting, email, "guest_confirm_again", now)
    else:
        guest = meeting.registrations.filter(user=None, email__iexact=email).first() or Registration(
            meeting=meeting, email=email, state=State.WITHDRAWN
        )
        guest.meeting = meeting
        if guest.state in (
            State.WITHDRAWN,
            State.AWAITING,
        ):  # a confirmed answer is only its guest's to change
            guest.state, guest.name, guest.needs, guest.shares_name = State.AWAITING, name, needs, shares_name
            guest.created_at = guest.created_at or now
            guest.save()
        notices.send_guest_confirm(guest, now)


@transaction.atomic
def confirm(guest: Registration, *, now: datetime | None = None) -> Registration:
    """The guest has opened the link and pressed the button: a place, or one in line. A second time changes nothing."""
    now = now or present.now()
    registrations.lock(guest)
    if guest.state not in (State.AWAITING, State.WITHDRAWN):
        return guest
    registrations.refuse_unless_open(guest.meeting, now)
    registrations.refuse_guest(guest.meeting, Q(user=None, email__iexact=guest.email))
    guest.created_at = now
    registrations.take_place_or_wait(guest, or_wait=True, by=None, now=now)
    return guest


def answers_of(guest: Registration) -> QuerySet[Registration]:
    """All that is held under the guest's address, the newest first."""
    rows = Registration.objects.filter(user=None, email__iexact=guest.email)
    return rows.select_related("meeting__cluster__association", "meeting__association", "feedback")


@transaction.atomic
def forget(guest: Registration, *, now: datetime | None = None) -> None:
    """What is held of the guest goes, whoever they bring with it. That somebody came is kept, as a number."""
    now = now or present.now()
    answers = list(
        answers_of(guest).order_by("meeting_id")
    )  # in an order, so that two don't wait for each other
    for answer in answers:
        if answer.state in Registration.COMING and registrations.is_open(answer.meeting, now):
            registrations.withdraw(answer, by=None, now=now)
        registrations.record(None, "forgot a guest of", answer, "At their own wish.")
    people = Registration.objects.filter(Q(pk__in=[one.pk for one in answers]) | Q(brought_by__in=answers))
    forgetting.forget_comments(Feedback.objects.filter(registration__in=people))
    forgetting.forget_needs(people)
    forgetting.forget_guests(people)
    if not User.objects.filter(email__iexact=guest.email).exists():
        outbox.forget_mails_to(guest.email)
