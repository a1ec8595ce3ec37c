"""Exports of all data: asked for on the desk, forgotten after some days. `news.exports` makes them."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clusters import trail
from clusters.models import Association, Cluster

from .models import Export, User

KEEP = timedelta(days=7)


@transaction.atomic
def ask(of: Cluster | Association | None, *, by: User) -> Export:
    """The worker makes it. Asked twice, it is made once. `of` None: of the whole site."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    cluster = of if isinstance(of, Cluster) else None
    association = of if isinstance(of, Association) else None
    export, is_new = Export.objects.get_or_create(
        by=by, state=Export.State.WAITING, cluster=cluster, association=association
    )
    if is_new:
        trail.record(by, "exported", export, cluster=cluster, association=association)
    return export


def forget_old() -> None:
    """A job of the worker."""
    for export in Export.objects.filter(asked_at__lt=timezone.now() - KEEP):
        export.file.delete(save=False)
        export.delete()
