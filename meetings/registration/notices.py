"""The mails about answers: each step of an answer is mailed once, to who gave it."""

from datetime import datetime, timedelta

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.dates import clock, weekday_date
from clusters.languages import in_site_language
from clusters.signed_links import LinkSigner
from meetings.calendars import invitation, withdrawal
from meetings.models import Meeting, Registration
from meetings.registration.forgetting import NOBODY
from meetings.timetables import timetable
from members import outbox
from members.memberships import coordinators_of
from members.models import MailChoice, Officer, User

# As long as anything of an answer is kept: it also shows guests what that is, and takes it away.
answer_links = LinkSigner("meetings.answer", holds=timedelta(days=800), next_step="members:me")


def answer_token(answer: Registration) -> str:
    """Opens the page of one answer without signing in. It holds as long as the answer does."""
    return answer_links.sign(answer.pk)


def read_answer_token(token: str) -> Registration | None:
    """None: not a whole link of ours, or an answer that is no longer kept."""
    numbers = answer_links.numbers(token)
    if numbers is None:
        return None
    kept = Registration.objects.exclude(email__endswith=NOBODY)
    answers = kept.select_related("user", "company", "brought_by", "meeting__venue")
    return (
        answers.select_related("meeting__cluster__association", "meeting__association")
        .filter(pk=numbers[0])
        .first()
    )


# --- to who answered -----------------------------------------------------------------------------------
@in_site_language()
def send_registered(answer: Registration) -> None:
    subject = (
        _("%(person)s has a place: %(meeting)s") if answer.brought_by else _("You are going: %(meeting)s")
    )
    _send(answer, "registered", subject % _names(answer), calendar=_invited(answer))


@in_site_language()
def send_waiting(answer: Registration) -> None:
    subject = (
        _("%(person)s is on the waiting list: %(meeting)s")
        if answer.brought_by
        else _("You are on the waiting list: %(meeting)s")
    )
    _send(answer, "waiting", subject % _names(answer), place_in_line=_place_in_line(answer))


@in_site_language()
def send_promoted(answer: Registration) -> None:
    subject = (
        _("A place came free for %(person)s: %(meeting)s")
        if answer.brought_by
        else _("A place came free for you: %(meeting)s")
    )
    _send(answer, "promoted", subject % _names(answer), calendar=_invited(answer))


@in_site_language()
def send_removed(answer: Registration, because: str) -> None:
    calendar = _taken_back(answer) if answer.brought_by is None else ""
    _send(
        answer,
        "registered_removed",
        _("Taken off the list: %(what)s") % {"what": _what(answer)},
        because=because,
        calendar=calendar,
    )


@in_site_language()
def send_withdrawn(answer: Registration) -> None:
    """Nobody need be told that they said no, but their calendar has the date of its own accord."""
    _send(
        answer,
        "registered_withdrawn",
        _("You are no longer going: %(what)s") % {"what": _what(answer)},
        calendar=_taken_back(answer),
    )


@in_site_language()
def send_reminder(answer: Registration) -> None:
    meeting = answer.meeting
    shown = meeting.openness == Meeting.Openness.PUBLIC or answer.company_id is not None
    times = timetable(meeting, meeting.agenda.select_related("company")) if shown else []
    _send(
        answer,
        "reminder",
        _("Tomorrow at %(starts_at)s: %(title)s")
        % {"starts_at": clock(meeting.starts_at.astimezone(meeting.zone)), "title": meeting.title},
        key=f"reminder:{answer.pk}:{meeting.day}",
        optional=MailChoice.Kind.REMINDERS,
        times=times,
    )


# --- to guests who are not sure to be who they say ----------------------------------------------------------
@in_site_language()
def send_guest_confirm(answer: Registration, now: datetime) -> None:
    """What was typed is not in the mail: somebody else may have typed it."""
    _send(
        answer,
        "guest_confirm",
        _("Confirm that you come: %(what)s") % {"what": _what(answer)},
        key=f"guest-confirm:{answer.pk}:{answer.version}:{now:%Y%m%d%H}",
    )


@in_site_language()
def send_to_would_be_guest(meeting: Meeting, address: str, template: str, now: datetime) -> None:
    """To somebody who has an account, or has been a guest already: how to come all the same."""
    subject = _("Coming to %(title)s, %(day)s") % {"title": meeting.title, "day": _day(meeting)}
    with timezone.override(meeting.zone):
        outbox.queue(
            key=f"{template.replace('_', '-')}:{meeting.pk}:{address.lower()}:{now:%Y%m%d%H}",
            kind=template.replace("_", "-"),
            to=address,
            subject=subject,
            template=template,
            context={
                **_context(meeting),
                "join_url": outbox.absolute(reverse("members:join"), meeting.in_association),
            },
            cluster=meeting.cluster,
            association=meeting.association,
        )


# --- to the coordinators ----------------------------------------------------------------------------------
@in_site_language()
def send_overbooked(meeting: Meeting, promised: int) -> None:
    """The limit is below those who were promised a place. Once for each such limit and number."""
    context, places = _context(meeting), meeting.places
    link = outbox.absolute(
        reverse("admin:meetings_meeting_change", args=[meeting.pk]), meeting.in_association
    )
    with timezone.override(meeting.zone):
        for person in coordinators_of(meeting.cluster) if meeting.cluster else officers_of(meeting):
            outbox.queue(
                key=f"overbooked:{meeting.pk}:{places}:{promised}:{person.pk}",
                kind="overbooked",
                to=person,
                subject=_("%(promised)s people for %(places)s places: %(title)s, %(day)s")
                % {"promised": promised, "places": places, "title": meeting.title, "day": _day(meeting)},
                template="registered_overbooked",
                context={**context, "places": places, "promised": promised, "link": link},
                cluster=meeting.cluster,
                association=meeting.association,
            )


def officers_of(meeting: Meeting) -> list[User]:
    offices = Officer.objects.current().filter(association=meeting.association)
    return list(User.objects.filter(offices__in=offices, is_active=True).distinct())


# --- all of them --------------------------------------------------------------------------------------
def _send(
    answer: Registration,
    template: str,
    subject: str,
    *,
    key: str = "",
    calendar: str = "",
    optional: MailChoice.Kind | None = None,
    **context,
) -> None:
    """To the person, or who brings them along; a guest is told by the address they gave."""
    meeting, first = answer.meeting, answer.brought_by or answer
    reader = first.user or first.email
    if not reader or (first.user and not first.user.is_active):
        return
    with timezone.override(meeting.zone):
        outbox.queue(
            key=key or f"{template.replace('_', '-')}:{answer.pk}:{answer.version}",
            kind=template.replace("_", "-"),
            to=reader,
            subject=subject,
            template=template,
            context={
                **_context(meeting),
                "answer": answer,
                "guest": first.user is None,
                "link": outbox.absolute(
                    reverse("meetings:answer", args=[answer_token(first)]), meeting.in_association
                ),
                **context,
            },
            cluster=meeting.cluster,
            association=meeting.association,
            calendar=calendar,
            optional=optional,
        )


def _invited(answer: Registration) -> str:
    """For the calendar of who is told; nothing for a colleague while who brings them has no place."""
    first = answer.brought_by or answer
    if first.state not in Registration.SEATED:
        return ""
    return invitation(answer.meeting, _address(answer), whole=first.user is not None).decode()


def _taken_back(answer: Registration) -> str:
    prefetch_related_objects([answer.meeting], "agenda")  # once, also for who gets the place
    return withdrawal(answer.meeting, _address(answer)).decode()


def _address(answer: Registration) -> str:
    first = answer.brought_by or answer
    return first.user.email if first.user else first.email


def _context(meeting: Meeting) -> dict:
    prefetch_related_objects([meeting.in_association], "hostnames")  # once for all the addresses
    return {
        "meeting": meeting,
        "starts": meeting.starts_at.astimezone(meeting.zone),
        "ends": meeting.ends_at.astimezone(meeting.zone),
    }


def _place_in_line(answer: Registration) -> int:
    return answer.meeting.registrations.in_line().filter(queue_number__lte=answer.queue_number).count()


def _names(answer: Registration) -> dict[str, str]:
    return {"person": answer.person, "meeting": _what(answer)}


def _what(answer: Registration) -> str:
    return f"{answer.meeting.title}, {_day(answer.meeting)}"


def _day(meeting: Meeting) -> str:
    start = meeting.starts_at.astimezone(meeting.zone)
    return weekday_date(start)
