"""The worker's part of imports: looking through and putting in, each in one transaction.

A worker killed meanwhile has changed nothing; the next one starts anew. How far it is, is written beside the
transaction, so that the page can tell.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.in_hand import busy_in, in_hand
from members.models import Import, ImportLine, User

from .acts import LINES_AT_ONCE, kind_of, place

log = logging.getLogger(__name__)

KEEP = timedelta(days=30)
REFUSED = ImportLine.Outcome.REFUSED
State = Import.State


class LookAgain(Exception):
    """What could be put in when it was looked through no longer can."""


def work_on_next() -> bool:
    """A chore of the worker: the next import that nobody has in hand. False: there is none."""
    for pk in Import.objects.filter(state__in=Import.AT_WORK).order_by("pk").values_list("pk", flat=True):
        with in_hand(f"import {pk}") as ours:
            waiting = Import.objects.filter(pk=pk, state__in=Import.AT_WORK)
            one = waiting.select_related("cluster", "association", "by").first() if ours else None
            if one is not None:
                work_on(one)
                return True
    return False


def work_on(one: Import) -> None:
    state = one.state
    try:
        with transaction.atomic():
            busy_in(Import.READ_IN)  # nobody on the list deletes their account meanwhile
            put_in(one) if state == State.RUNNING else look_through(one)
        return
    except LookAgain:
        problem = _("Something has changed on the site since. Nothing was put in; look at it again.")
    except DatabaseError as error:  # somebody joined with the same web address at the same moment, say
        log.warning("Import %s met somebody else's change: %s", one.pk, error)
        problem = _(
            "Somebody changed the same firms at the same moment. Nothing was put in; look at it again."
        )
    except Refused as refusal:
        problem = str(refusal)
    except Exception:
        log.exception("Import %s failed.", one.pk)
        problem = _("Something went wrong on our side. Nothing was put in. Tell the operator, please.")
    after = State.CHECKING if state == State.RUNNING else State.COLUMNS  # so that it can be looked at again
    Import.objects.filter(pk=one.pk).update(state=after, problem=problem, progress=0)


def look_through(one: Import):
    """What would become of each line."""
    by = doer(one)
    lines = list(one.lines.all())
    kind = kind_of(one)(one, by)
    with Beside(one) as tell:
        kind.look_through(lines, tell)
    keep_outcomes(one, lines)
    finish(one, lines, State.CHECKED)
    return kind


def put_in(one: Import) -> None:
    """Looks through once more, then writes: nothing, if a line is refused now that was not when it was shown."""
    refused = set(one.lines.filter(outcome=REFUSED).values_list("number", flat=True))
    kind = look_through(one)
    if one.lines.filter(outcome=REFUSED).exclude(number__in=refused).exists():
        raise LookAgain
    kind.put_in()
    Import.objects.filter(pk=one.pk).update(state=State.DONE, done_at=present.now())
    trail.record(one.by, "put in", one, note=in_words(one.counts), **place(one))


def doer(one: Import) -> User:
    """Who asked for it, if they may today."""
    if one.by is None or not Import.objects.managed_by(one.by).filter(pk=one.pk).exists():
        raise Refused(
            _("Whoever asked for this does not look after the cluster any more. Nothing was put in.")
        )
    return one.by


def keep_outcomes(one: Import, lines: list[ImportLine]) -> None:
    """Written anew: ten thousand rows go in faster than they are changed."""
    one.lines.all().delete()
    ImportLine.objects.bulk_create(lines, batch_size=LINES_AT_ONCE)


def finish(one: Import, lines: list[ImportLine], state: str) -> None:
    one.counts = dict(Counter(line.outcome for line in lines))
    one.progress = len(lines)
    Import.objects.filter(pk=one.pk).update(state=state, counts=one.counts, progress=one.progress)


def in_words(counts: dict[str, int]) -> str:
    return ", ".join(
        f"{counts[value]} {label.lower()}" for value, label in ImportLine.Outcome.choices if value in counts
    )


class Beside:
    """Says how far an import is, on a connection of its own: others see it before the transaction ends."""

    def __init__(self, one: Import):
        self.pk = one.pk

    def __enter__(self) -> "Beside":
        self.connection = connections.create_connection(DEFAULT_DB_ALIAS)
        return self

    def __call__(self, number: int) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("UPDATE members_import SET progress = %s WHERE id = %s", [number, self.pk])

    def __exit__(self, *error) -> None:
        self.connection.close()


def outdated(now: datetime) -> models.QuerySet[Import]:
    return Import.objects.filter(created_at__lt=now - KEEP).exclude(state__in=Import.AT_WORK)


def forget_old() -> None:
    outdated(present.now()).delete()
