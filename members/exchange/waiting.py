"""Introductions that nobody answers: a reminder after a week, and an end after a month."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from clusters import present
from clusters.languages import in_site_language
from members.models import Introduction

from . import notices
from .introductions import State, end, lock, record

REMIND_AFTER = timedelta(days=7)
CLOSE_AFTER = timedelta(days=30)


def watch(now: datetime | None = None) -> int:
    """A job of the worker: who has to answer is reminded once, and who asked hears when it ends without an answer."""
    now = now or present.now()
    waiting = Introduction.objects.unanswered().annotate(since=Coalesce("forwarded_at", "asked_at"))
    over = waiting.filter(since__lte=now - CLOSE_AFTER)
    late = waiting.filter(since__lte=now - REMIND_AFTER, reminded_at__isnull=True)
    closed = sum(_close(introduction, now) for introduction in over.order_by("pk"))
    return closed + sum(_remind(introduction, now) for introduction in late.order_by("pk"))


def _has_waited(introduction: Introduction, since: datetime) -> bool:
    began = introduction.forwarded_at or introduction.asked_at
    return introduction.state in Introduction.UNANSWERED and began <= since


@transaction.atomic
def _remind(introduction: Introduction, now: datetime) -> bool:
    lock(introduction)
    if introduction.reminded_at is not None or not _has_waited(introduction, now - REMIND_AFTER):
        return False
    introduction.reminded_at = now
    introduction.save(update_fields=["reminded_at"])
    if introduction.state == State.REQUESTED:
        notices.ask_coordinators(introduction, again=True)
    else:
        notices.ask_firm(introduction, again=True)
    return True


@transaction.atomic
@in_site_language()
def _close(introduction: Introduction, now: datetime) -> bool:
    lock(introduction)
    if not _has_waited(introduction, now - CLOSE_AFTER):
        return False
    if introduction.state == State.REQUESTED:
        why = _("No coordinator passed it on within %(days)s days, so it has ended.")
    else:
        why = _("%(firm)s did not answer within %(days)s days, so it has ended.")
    words = why % {"firm": introduction.asked, "days": CLOSE_AFTER.days}
    end(introduction, State.WITHDRAWN, now, because=words)
    record(None, "closed the introduction of", introduction, note=words)
    notices.tell_unanswered(introduction)
    return True
