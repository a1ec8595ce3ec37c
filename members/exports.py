"""Exports of all data: asked for on the desk, forgotten after some days. `news.exports` makes them."""

from datetime import datetime, timedelta

from django.db import models, transaction

from clusters import present, trail
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


def outdated(now: datetime) -> models.QuerySet[Export]:
    return Export.objects.filter(asked_at__lt=now - KEEP)


def forget_old() -> None:
    for export in outdated(present.now()):
        export.file.delete(save=False)
        export.delete()
