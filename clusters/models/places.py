from collections.abc import Collection

from django.db.models import Q, Value

from clusters.reach import reach_of

from .association import Association
from .cluster import Cluster


def is_in_place_managed_by(user, of: str = "") -> Q:
    """Whose `cluster` or `association` the user looks after; `of` leads to what has them ("meeting__")."""
    if user.is_superuser:
        return Q()
    clusters, associations = places_managed_by(user)
    return Q(**{f"{of}cluster__in": clusters}) | Q(**{f"{of}association__in": associations})


def manages_associations(user) -> bool:
    """Whether an office of an association is held today; of the operator, whether there is any association."""
    reach = None if user.is_superuser else reach_of(user)
    return bool(reach.managed_associations) if reach else Association.objects.managed_by(user).exists()


def some_clusters_of(user) -> list[int]:
    """The numbers of two clusters that the user looks after, of one alone, or none: to tell which of these it is."""
    if user.is_superuser:
        return list(Cluster.objects.order_by().values_list("pk", flat=True)[:2])
    return list(places_managed_by(user)[0])[:2]


def places_managed_by(user) -> tuple[Collection[int], Collection[int]]:
    """The numbers of the clusters and of the associations: with these Postgres takes the indexes of a long table."""
    if reach := reach_of(user):
        return reach.managed_clusters, reach.managed_associations
    clusters, associations = (
        model.objects.managed_by(user).order_by().values_list(Value(kind), "pk")
        for kind, model in (("cluster", Cluster), ("association", Association))
    )
    found = list(clusters.union(associations, all=True))
    return [pk for kind, pk in found if kind == "cluster"], [
        pk for kind, pk in found if kind == "association"
    ]
