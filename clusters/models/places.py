from django.db.models import Q

from .association import Association
from .cluster import Cluster


def is_in_place_managed_by(user, of: str = "") -> Q:
    """Whose `cluster` or `association` the user looks after; `of` leads to what has them ("meeting__").

    Their numbers are asked for first, so that Postgres takes the indexes of a long table.
    """
    if user.is_superuser:
        return Q()
    clusters, associations = (
        list(model.objects.managed_by(user).values_list("pk", flat=True)) for model in (Cluster, Association)
    )
    return Q(**{f"{of}cluster__in": clusters}) | Q(**{f"{of}association__in": associations})
