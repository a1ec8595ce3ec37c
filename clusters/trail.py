"""Who did what, when: one line for each act, from any door."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Case, CharField, Value, When

from clusters import present
from clusters.models import Act, Association, Cluster

NAMES_FADE_AFTER = relativedelta(years=6)  # as long as a contract can be argued about (Limitation Act 1980)
AT_ONCE = 5000  # lines fade in one go
NAMES_NOBODY = [  # what a line is about whose name is no person's
    "clusters.association",
    "clusters.cluster",
    "clusters.topic",
    "members.company",
    "members.membership",
    "meetings.meeting",
    "meetings.duty",
]


def record(
    actor,
    verb: str,
    subject,
    *,
    cluster: Cluster | None = None,
    association: Association | None = None,
    note: str = "",
) -> Act:
    """Write down that `actor` (None: the site itself) did `verb` (past tense) to `subject`, any saved row.

    Call it in the transaction of the act. The line is readable by the officers of the cluster and the association.
    """
    act = line(actor, verb, subject, cluster=cluster, association=association, note=note)
    act.save()
    return act


def record_many(acts: Iterable[Act]) -> None:
    """The same for acts on thousands of rows, each made by `line`."""
    Act.objects.bulk_create(acts, batch_size=1000)


def line(
    actor,
    verb: str,
    subject,
    *,
    cluster: Cluster | None = None,
    association: Association | None = None,
    note: str = "",
) -> Act:
    """A line that is still to be written."""
    return Act(
        actor=actor if actor is not None and actor.is_authenticated else None,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject=str(subject)[:250],
        note=note[:500],
        cluster=cluster,
        association=association,
    )


def outdated(now: datetime) -> models.QuerySet[Act]:
    """The lines whose names are to fade."""
    return Act.objects.filter(faded=False, at__lt=now - NAMES_FADE_AFTER)


@transaction.atomic
def fade(now: datetime | None = None) -> int:
    """After years a line says what was done, and no longer by and to whom. Returns how many."""
    old = list(outdated(now or present.now()).values_list("pk", flat=True)[:AT_ONCE])
    if not old:
        return 0
    kinds = [When(subject_type=label, then=Value(name)) for label, name in _names_of_kinds().items()]
    with changing():
        lines = Act.objects.filter(pk__in=old)
        lines.exclude(subject_type__in=NAMES_NOBODY).update(
            subject=Case(*kinds, default=Value("something"), output_field=CharField())
        )
        lines.update(actor=None, note="", faded=True)
    return len(old)


@contextmanager
def changing() -> Iterator[None]:
    """For what takes names out of lines, in a transaction: otherwise the database refuses to change the trail."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL clusters.trail_may_fade = 'yes'")
        yield
        cursor.execute("SET LOCAL clusters.trail_may_fade = 'no'")


def _names_of_kinds() -> dict[str, str]:
    return {model._meta.label_lower: str(model._meta.verbose_name) for model in apps.get_models()}
