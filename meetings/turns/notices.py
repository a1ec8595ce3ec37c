"""The mails about turns and swaps: to those who answer for a firm, and to the coordinators."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.languages import in_site_language
from meetings.models import Duty, SwapRequest
from meetings.turns.links import swap_token, turn_token
from members import outbox
from members.companies import answerers_of
from members.memberships import coordinators_of
from members.models import Company, OutgoingMail, User

REMINDERS = (3, 14)  # days before the meeting


# --- turns --------------------------------------------------------------------------------------------
@in_site_language()
def send_offer(duty: Duty, moved_from: datetime | None = None) -> None:
    """The firm is asked; or asked again, since the meeting it had agreed to has moved."""
    _send_turn(
        duty,
        "offer",
        _("Your turn to %(do)s on %(day)s") % {"do": duty.do, "day": short_date(duty)},
        moved_from=moved_from,
    )


@in_site_language()
def send_accepted(duty: Duty) -> None:
    _send_turn(duty, "accepted", _("You %(do)s on %(day)s") % {"do": duty.do, "day": short_date(duty)})


@in_site_language()
def send_taken_away(duty: Duty, because: str) -> None:
    subject = _("Your turn to %(do)s on %(day)s is somebody else’s now") % {
        "do": duty.do,
        "day": short_date(duty),
    }
    _send_turn(duty, "taken_away", subject, because=because)


def reminders_due(duties: QuerySet[Duty], now: datetime) -> dict[int, tuple[str, int]]:
    """Firms are reminded 14 and 3 days before their agreed turn, once each, and only if they agreed before that day.

    Key of the mail and number of days, by turn. Reads no more of each turn than it takes, for there may be many.
    """
    zone = Coalesce("meeting__cluster__association__time_zone", "meeting__association__time_zone")
    rows = duties.order_by("pk").values_list("pk", "decided_at", "meeting__starts_at", zone)
    due = {}
    for pk, decided_at, starts_at, name in rows:
        day = starts_at.astimezone(ZoneInfo(name)).date()
        days = _days_of_reminder(day, now.astimezone(ZoneInfo(name)).date())
        if days and decided_at and decided_at.astimezone(ZoneInfo(name)).date() < day - timedelta(days):
            due[pk] = f"turn-reminder:{pk}:{day}:{days}", days
    mails = OutgoingMail.objects.filter(kind="turn-reminder", created_at__gte=now - timedelta(days=30))
    sent = {key.rpartition(":")[0] for key in mails.order_by().values_list("key", flat=True)}
    return {pk: (key, days) for pk, (key, days) in due.items() if key not in sent}


def _days_of_reminder(day: date, today: date) -> int | None:
    return next((days for days in REMINDERS if 0 < (day - today).days <= days), None)


@in_site_language()
def send_reminder(duty: Duty, key: str, days: int) -> None:
    _send_turn(
        duty,
        "reminder",
        _("In %(days)s days you %(do)s: %(day)s") % {"days": days, "do": duty.do, "day": short_date(duty)},
        key=key,
    )


@in_site_language()
def send_showcase_named(duty: Duty, edition: int, title: str) -> None:
    """The agenda is out already: the coordinators are asked to send the change."""
    _tell_coordinators(
        duty,
        f"showcase-named:{duty.pk}:{edition}",
        _("%(company)s has named its showcase on %(day)s")
        % {"company": duty.company, "day": short_date(duty)},
        _(
            "%(company)s calls its showcase “%(title)s”. The agenda is out already: members "
            "read it in a mail when you send the changes."
        )
        % {"company": duty.company, "title": title},
    )


@in_site_language()
def send_vacated(duty: Duty, happened: str, following: Duty | None) -> None:
    """The coordinators hear that a firm no longer has a turn, and who is asked next, if anybody is left."""
    who = (
        _("%(company)s is asked next.") % {"company": following.company}
        if following
        else _("Nobody is left to ask by the plan.")
    )
    subject = (
        _("%(company)s no longer %(does)s on %(day)s")
        % {"company": duty.company, "does": duty.does, "day": short_date(duty)}
        if following
        else _("Nobody to %(do)s on %(day)s yet") % {"do": duty.do, "day": short_date(duty)}
    )
    key = f"turn-vacated:{duty.pk}:{duty.version}"
    _tell_coordinators(duty, key, subject, f"{happened} {who}", nobody=following is None)


# --- swaps --------------------------------------------------------------------------------------------
@in_site_language()
def send_swap_asked(request: SwapRequest, companies: Iterable[Company]) -> None:
    duty = request.duty
    for company in companies:
        _send(
            duty,
            answerers_of(company),
            key=f"swap-asked:{request.pk}:{company.pk}",
            template="swap_asked",
            subject=_("Could you %(do)s on %(day)s?") % {"do": duty.do, "day": short_date(duty)},
            swap=request,
            firm=company,
            path=partial(_swap_path, request, company),
        )


def _swap_path(request: SwapRequest, company: Company, user: User) -> str:
    return reverse("meetings:swap", args=[swap_token(request, company, user)])


@in_site_language()
def send_swap_taken(request: SwapRequest, new: Duty, undo_until: date) -> None:
    """To both firms and the coordinators."""
    old = request.duty
    subject = _("%(company)s will %(do)s on %(day)s") % {
        "company": new.company,
        "do": new.do,
        "day": short_date(new),
    }
    for duty in (old, new):
        _send_turn(
            duty,
            "swap_taken",
            subject,
            key=f"swap-taken:{request.pk}",
            swap=request,
            new=new,
            undo_until=undo_until,
        )
    _tell_coordinators(
        new,
        f"swap-taken-told:{request.pk}",
        subject,
        _(
            "%(old_company)s and %(new_company)s have swapped: %(new_company)s will %(do)s. "
            "There is nothing to do, unless the agenda is out already: then send the changes."
        )
        % {"old_company": old.company, "new_company": new.company, "do": new.do},
    )


@in_site_language()
def send_swap_undone(request: SwapRequest, new: Duty) -> None:
    old = request.duty
    subject = _("%(company)s will %(do)s on %(day)s after all") % {
        "company": old.company,
        "do": old.do,
        "day": short_date(old),
    }
    for duty in (old, new):
        _send_turn(
            duty, "swap_undone", subject, key=f"swap-undone:{request.pk}", swap=request, old=old, new=new
        )
    _tell_coordinators(
        old,
        f"swap-undone-told:{request.pk}",
        subject,
        _(
            "%(old_company)s and %(new_company)s have undone their swap: %(old_company)s will "
            "%(do)s after all."
        )
        % {"old_company": old.company, "new_company": new.company, "do": old.do},
    )


@in_site_language()
def send_swap_past_due(request: SwapRequest) -> None:
    duty = request.duty
    subject = _("Nobody could take your turn on %(day)s") % {"day": short_date(duty)}
    _send_turn(duty, "swap_past_due", subject, key=f"swap-past-due:{request.pk}", swap=request)


# --- all of them --------------------------------------------------------------------------------------
def short_date(duty: Duty) -> str:
    return date_format(duty.meeting.day, "MONTH_DAY_FORMAT")


def _send_turn(duty: Duty, template: str, subject: str, *, key: str = "", **context) -> None:
    """To those who answer for the firm of the turn, each with a link of their own to its page."""
    _send(
        duty,
        answerers_of(duty.company),
        key=key or f"turn-{template}:{duty.pk}:{duty.version}",
        template=template if template.startswith("swap") else f"turn_{template}",
        subject=subject,
        path=lambda user: reverse("meetings:turn", args=[turn_token(duty, user)]),
        **context,
    )


def _send(
    duty: Duty,
    people: Iterable[User],
    *,
    key: str,
    template: str,
    subject: str,
    path: Callable[[User], str],
    **context,
) -> None:
    meeting = duty.meeting
    with timezone.override(meeting.zone):
        for person in people:
            outbox.queue(
                key=f"{key}:{person.pk}",
                kind=template.replace("_", "-"),
                to=person,
                subject=subject,
                template=template,
                context={
                    "person": person,
                    "duty": duty,
                    "meeting": meeting,
                    "link": outbox.absolute(path(person), meeting.in_association),
                    **context,
                },
                cluster=meeting.cluster,
                association=meeting.association,
            )


def _tell_coordinators(duty: Duty, key: str, subject: str, happened: str, *, nobody: bool = False) -> None:
    if duty.meeting.cluster is None:  # an event of the association: its officers arrange who hosts themselves
        return
    _send(
        duty,
        coordinators_of(duty.meeting.cluster),
        key=key,
        template="turn_for_coordinators",
        subject=subject,
        path=lambda user: reverse("admin:meetings_meeting_change", args=[duty.meeting.pk]),
        title=subject,
        happened=happened,
        nobody=nobody,
    )
