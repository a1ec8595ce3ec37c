"""The mails about a meeting to the members of its cluster, or of all clusters of its association."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.dates import weekday_date
from clusters.languages import in_site_language
from meetings.calendars import invitation, meeting_calendar
from meetings.models import Action, AgendaEdition, Duty, Meeting, Registration
from members import outbox
from members.models import MailChoice, Membership, OutgoingMail, Representative, User


def readers(meeting: Meeting):
    """Who gets the agenda: the people of the member firms, each once, if their address is verified."""
    firms = Membership.objects.active().filter(cluster__in=meeting.clusters()).values("company")
    people = Representative.objects.active().filter(company__in=firms).values("user")
    return _reachable(User.objects.filter(pk__in=people))


def willing_readers(meeting: Meeting):
    """Of the readers those who have not chosen to be spared agendas: so many mails go out."""
    return readers(meeting).exclude(mail_choices__kind=MailChoice.Kind.AGENDAS)


def had_agenda(meeting: Meeting):
    """The people to whom an edition of this meeting's agenda was written before."""
    return _reachable(
        User.objects.filter(pk__in=OutgoingMail.objects.filter(key__startswith=_key(meeting)).values("user"))
    )


@in_site_language()
def send_agenda(edition: AgendaEdition, changes: list[str]) -> int:
    """Mail an edition: the whole of it to who never had one of this meeting, to the others the `changes`."""
    meeting = edition.meeting
    before = set(had_agenda(meeting).values_list("pk", flat=True))
    people = list(readers(meeting))
    key = f"{_key(meeting)}{edition.number}"
    context = agenda_context(meeting, edition.content, changes)
    sent = _send(
        meeting,
        [person for person in people if person.pk not in before],
        key=key,
        subject=_("Agenda: %(title)s, %(when)s") % {"title": meeting.title, "when": _when(meeting)},
        template="agenda",
        context=context,
    )
    if changes:
        sent += _send(
            meeting,
            [person for person in people if person.pk in before],
            key=key,
            subject=_("Changed: %(title)s, %(when)s") % {"title": meeting.title, "when": _when(meeting)},
            template="agenda_changes",
            context=context,
        )
    return sent


@in_site_language()
def send_moved(meeting: Meeting, changes: list[str]) -> int:
    """Tell all who reckon with the meeting when and where it is now; their calendars follow."""
    return _tell_all(
        meeting,
        key=f"moved:{meeting.pk}:{meeting.sequence}",
        subject=_("Moved: %(title)s, %(when)s") % {"title": meeting.title, "when": _when(meeting)},
        template="moved",
        context=agenda_context(meeting, {}, changes),
    )


@in_site_language()
def send_called_off(meeting: Meeting) -> int:
    """Tell all who reckon with the meeting that it won't take place; their calendars drop it."""
    return _tell_all(
        meeting,
        key=f"called-off:{meeting.pk}",
        subject=_("Called off: %(title)s, %(when)s") % {"title": meeting.title, "when": _when(meeting)},
        template="agenda_called_off",
        context=agenda_context(meeting, {}, []),
    )


def must_hear(meeting: Meeting):
    """Who is coming, waits for a place, or acts for a firm with a turn: they hear of changes whatever they chose."""
    firms = meeting.duties.filter(state__in=[Duty.State.OFFERED, Duty.State.ACCEPTED]).values("company")
    acting = Representative.objects.active().filter(company__in=firms).values("user")
    return _reachable(
        User.objects.filter(Q(pk__in=_answers(meeting).values("user")) | Q(pk__in=acting)).distinct()
    )


def to_be_told(meeting: Meeting) -> int:
    """How many hear of it when the meeting is moved or called off."""
    had = had_agenda(meeting).exclude(mail_choices__kind=MailChoice.Kind.AGENDAS)
    people = User.objects.filter(Q(pk__in=had.values("pk")) | Q(pk__in=must_hear(meeting).values("pk")))
    return people.count() + _guests(meeting).count()


def _answers(meeting: Meeting):
    coming = [Registration.State.REGISTERED, Registration.State.WAITLISTED]
    return meeting.registrations.filter(state__in=coming)


def _guests(meeting: Meeting):
    return _answers(meeting).filter(user=None).exclude(email="")


def _tell_all(meeting: Meeting, *, key: str, subject: str, template: str, context: dict) -> int:
    must = list(must_hear(meeting))
    others = list(had_agenda(meeting).exclude(pk__in=[person.pk for person in must]))
    mail: dict[str, Any] = {"key": key, "subject": subject, "template": template, "context": context}
    sent = _send(meeting, must, **mail, optional=None) + _send(meeting, others, **mail)
    for guest in _guests(meeting):
        sent += _send_guest(meeting, guest, **mail)
    return sent


def _send_guest(meeting: Meeting, guest: Registration, *, key: str, template: str, **mail) -> bool:
    with timezone.override(meeting.zone):
        letter = outbox.queue(
            to=guest.email,
            key=f"{key}:guest:{guest.pk}",
            kind=template.replace("_", "-"),
            template=template,
            cluster=meeting.cluster,
            association=meeting.association,
            calendar=_calendar(
                meeting, guest.email if guest.state in Registration.SEATED else "", whole=False
            ),
            **mail,
        )
    return letter is not None


@in_site_language()
def preview(meeting: Meeting, reader: User, content: dict) -> OutgoingMail:
    """The whole agenda, of which `content` is a snapshot, as it goes to one reader; not written to the outbox."""
    letter = outbox.Letter(
        kind="agenda",
        subject=_("Agenda: %(title)s, %(when)s") % {"title": meeting.title, "when": _when(meeting)},
        template="agenda",
        cluster=meeting.cluster,
        association=meeting.association,
        optional=MailChoice.Kind.AGENDAS,
    )
    with timezone.override(meeting.zone):
        return letter.to(reader, "", agenda_context(meeting, content, []))


def agenda_context(meeting: Meeting, content: dict, changes: list[str]) -> dict:
    """What the mails' templates show; the times of the items by the meeting's own clock."""
    prefetch_related_objects([meeting.in_association], "hostnames")  # once for all the addresses
    items = [
        {**item, "start": datetime.fromisoformat(item["starts_at"]).astimezone(meeting.zone)}
        for item in content.get("items", [])
    ]
    return {
        "meeting": meeting,
        "starts": meeting.starts_at.astimezone(meeting.zone),
        "ends": meeting.ends_at.astimezone(meeting.zone),
        "chair": content.get("chair", ""),
        "host": content.get("host", ""),
        "items": items,
        "changes": changes,
        "actions": Action.objects.open_before(meeting).select_related("owner", "company"),
        "meeting_url": outbox.absolute(_path(meeting), meeting.in_association),
        "meetings_url": outbox.absolute(reverse("meetings:meeting-list"), meeting.in_association),
        "calendar_url": outbox.absolute(_calendar_path(meeting), meeting.in_association),
    }


def _send(
    meeting: Meeting,
    people: list[User],
    *,
    key: str,
    subject: str,
    template: str,
    context: dict,
    optional: MailChoice.Kind | None = MailChoice.Kind.AGENDAS,
) -> int:
    going = set(meeting.registrations.seated().values_list("user", flat=True))
    published = _calendar(meeting, whole=True)

    def calendar_of(person: User) -> str:
        return _calendar(meeting, person.email, whole=True) if person.pk in going else published

    with timezone.override(meeting.zone):
        return outbox.queue_many(
            people,
            key=key,
            kind=template.replace("_", "-"),
            subject=subject,
            template=template,
            context=context,
            cluster=meeting.cluster,
            association=meeting.association,
            calendar=calendar_of,
            optional=optional,
        )


def _calendar(meeting: Meeting, address: str = "", *, whole: bool) -> str:
    """`address`: of the one reader, if there is a place for them."""
    if address:
        return invitation(meeting, address, whole=whole).decode()
    method = "CANCEL" if meeting.state == Meeting.State.CANCELLED else "PUBLISH"
    return meeting_calendar(meeting, whole=whole, method=method).decode()


def _key(meeting: Meeting) -> str:
    return f"agenda:{meeting.pk}:"


def _when(meeting: Meeting) -> str:
    start = meeting.starts_at.astimezone(meeting.zone)
    return weekday_date(start)


def _path(meeting: Meeting) -> str:
    """Its page; of one that only members see by way of the sign-in, since it looks as if it did not exist."""
    if meeting.openness == Meeting.Openness.MEMBERS:
        return f"{reverse('account_login')}?{urlencode({'next': meeting.get_absolute_url()})}"
    return meeting.get_absolute_url()


def _calendar_path(meeting: Meeting) -> str:
    """The calendar to subscribe to, in which this meeting and the later ones appear."""
    if meeting.cluster:
        return reverse("meetings:cluster-calendar", args=[meeting.cluster.slug])
    return reverse("meetings:association-calendar", args=[meeting.association.slug])


def _reachable(people):
    """Those who can sign in and whose address is known to be theirs."""
    return people.filter(is_active=True, emailaddress__email=F("email"), emailaddress__verified=True)
