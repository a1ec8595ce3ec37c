"""Who did what, when: one line for each act, from any door."""

from collections.abc import Iterable

from clusters.models import Act, Association, Cluster


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
