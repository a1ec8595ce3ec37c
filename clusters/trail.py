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
    """Write a line: `actor` (a user, or None for the site itself) `verb` (past tense) `subject` (any saved row).

    Call it in the transaction of the act. The line is readable by the officers of the cluster and the association.
    """
    return Act.objects.create(
        actor=actor if actor is not None and actor.is_authenticated else None,
        verb=verb,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        subject=str(subject)[:250],
        note=note[:500],
        cluster=cluster,
        association=association,
    )
