"""How long what is kept, and why: all rules in one place. The worker follows them, `manage.py forget` shows them.

docs/data-protection.md says the same to people; a test holds the two together.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet

from clusters import present, trail
from meetings.registration import forgetting
from members import asked_questions, colleagues, exports, interests, invitations, memberships, outbox
from members.imports import work as imports
from members.models import OutgoingMail, User

log = logging.getLogger(__name__)

KEEP_MAIL_LOG = relativedelta(months=13)
KEEP_DESK_LOG = relativedelta(years=1)
KEEP_UNUSED = timedelta(days=30)


@dataclass(frozen=True)
class Rule:
    """`rows` are what is kept too long at a moment, and `forget` what is done about them."""

    what: str
    kept: str
    why: str
    rows: Callable[[datetime], QuerySet[Any]]
    forget: Callable[[QuerySet[Any]], object]


HOUR = 3600  # seconds


def delete(rows: QuerySet[Any]) -> None:
    rows.order_by().delete()


def ended_mails(now: datetime) -> QuerySet[OutgoingMail]:
    ended = OutgoingMail.objects.exclude(state=OutgoingMail.State.WAITING)
    return ended.filter(created_at__lt=now - KEEP_MAIL_LOG)


def unused_accounts(now: datetime) -> QuerySet[User]:
    """Somebody typed an address and never proved it."""
    new = User.objects.filter(last_login=None, erased_at=None, date_joined__lt=now - KEEP_UNUSED)
    proven = User.objects.filter(emailaddress__verified=True)
    return new.filter(is_superuser=False, representations=None, offices=None).exclude(
        pk__in=proven.values("pk")
    )


def ended_sessions(now: datetime) -> QuerySet[UserSession]:
    live = Session.objects.filter(expire_date__gt=now)
    old = UserSession.objects.filter(last_seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    return old.exclude(session_key__in=live.values("session_key"))


RULES = [
    Rule(
        "Access needs and diets",
        "30 days after the meeting",
        "They are about health, and of use to the host alone.",
        forgetting.needs,
        forgetting.forget_needs,
    ),
    Rule(
        "Guests who never confirmed",
        "until the meeting is over",
        "Somebody else may have typed their address.",
        forgetting.unconfirmed,
        delete,
    ),
    Rule(
        "Names and addresses of guests, and names of people brought along",
        "13 months after the meeting",
        "A cluster knows a returning guest for one round of meetings; the number of those who came stays.",
        forgetting.guests,
        forgetting.forget_guests,
    ),
    Rule(
        "Comments on meetings that nobody may quote",
        "2 years",
        "Later meetings have learned from them; the ratings stay.",
        forgetting.comments,
        forgetting.forget_comments,
    ),
    Rule(
        "Applications that nobody answered",
        "a year",
        "The firm has gone elsewhere by then, and may apply again.",
        memberships.unanswered,
        memberships.let_lapse,
    ),
    Rule(
        "What rejected firms wrote, and the answer",
        "a year after the answer",
        "It explains a decision for as long as it is asked about.",
        memberships.rejected_long_ago,
        memberships.forget_words,
    ),
    Rule(
        "Texts of mails",
        "90 days; those with codes a day",
        "A lost mail can be sent again; later nobody asks.",
        outbox.outdated,
        lambda rows: outbox.forget_old(),
    ),
    Rule(
        "Who was mailed about what",
        "13 months",
        "So that nothing is mailed twice within a round of meetings.",
        ended_mails,
        delete,
    ),
    Rule(
        "People who wait for a cluster near them",
        "7 days unless confirmed, 2 years at most",
        "They are told once; who has not heard by then has forgotten it.",
        interests.outdated,
        lambda rows: interests.forget_old(),
    ),
    Rule(
        "Who asked a question from the FAQ",
        "90 days after the answer",
        "They may ask back; the question alone is of use to others.",
        asked_questions.outdated,
        lambda rows: asked_questions.forget_old(),
    ),
    Rule(
        "Lists that were brought",
        "30 days",
        "To look up what became of each line.",
        imports.outdated,
        lambda rows: imports.forget_old(),
    ),
    Rule(
        "People on such lists",
        "60 days after they were asked, 30 after their yes, 180 if nobody asked them",
        "They did not come to us themselves.",
        invitations.outdated,
        lambda rows: invitations.forget_old(),
    ),
    Rule(
        "Colleagues who were asked to act for a firm",
        "60 days",
        "The link in the mail holds for two weeks.",
        colleagues.outdated,
        lambda rows: colleagues.forget_old(),
    ),
    Rule(
        "Exports of all data",
        "7 days",
        "They are there to be downloaded, not to be kept here.",
        exports.outdated,
        lambda rows: exports.forget_old(),
    ),
    Rule(
        "Accounts whose address was never confirmed",
        "30 days",
        "Somebody else may have typed it.",
        unused_accounts,
        delete,
    ),
    Rule(
        "Sessions that ended",
        "at once",
        "Where somebody is signed in is of use while they are.",
        ended_sessions,
        delete,
    ),
    Rule(
        "What a session remembered",
        "until it runs out, at most two weeks after the last visit",
        "It keeps people signed in.",
        lambda now: Session.objects.filter(expire_date__lt=now),
        delete,
    ),
    Rule(
        "The desk's own notes of saves",
        "a year",
        "The trail has them too, and stays.",
        lambda now: LogEntry.objects.filter(action_time__lt=now - KEEP_DESK_LOG),
        delete,
    ),
    Rule(
        "Names in the trail",
        "6 years",
        "As long as a contract can be argued about (Limitation Act 1980). What was done stays.",
        trail.outdated,
        lambda rows: trail.fade(),
    ),
]


def forget(now: datetime | None = None, rules: Sequence[Rule] = RULES) -> None:
    """A rule that fails hinders no other."""
    for rule in rules:
        try:
            with transaction.atomic():
                rule.forget(rule.rows(now or present.now()))
        except Exception:
            log.exception("The rule “%s” failed.", rule.what)


def forget_each_hour() -> None:
    """A job of the worker: of all workers the first in the hour does it, for some rules read whole tables."""
    if cache.add("retention", "done", timeout=HOUR):
        forget()
