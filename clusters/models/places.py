from collections.abc import Collection

from django.db.models import Q

from clusters.reach import ask_for, reach_of


def is_in_place_managed_by(user, of: str = "") -> Q:
    """Whose `cluster` or `association` the user looks after; `of` leads to what has them ("meeting__")."""
    if user.is_superuser:
        return Q()
    clusters, associations = places_managed_by(user)
    return Q(**{f"{of}cluster__in": clusters}) | Q(**{f"{of}association__in": associations})


def places_managed_by(user) -> tuple[Collection[int], Collection[int]]:
    """The numbers of the clusters and of the associations: with these Postgres takes the indexes of a long table."""
    if user.is_anonymous:
        return (), ()
    reach = reach_of(user) or ask_for(user)
    return reach.managed_clusters, reach.managed_associations
