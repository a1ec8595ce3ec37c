"""Who did what, when: one line for each act, from any door."""

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
    return Act.objects.create(
        actor=actor if actor is not None and actor.is_authenticated else None,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject=str(subject)[:250],
        note=note[:500],
        cluster=cluster,
        association=association,
    )
