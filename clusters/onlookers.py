"""What is kept of a place for all who may see the same of it, whoever they are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.contrib.auth.models import AnonymousUser

from clusters.kept_figures import kept
from clusters.reach import Reach, reach_of

EVERYBODY = AnonymousUser()

Made = TypeVar("Made")
Numbers = frozenset[int]  # of rows
NOTHING = Reach(*[frozenset()] * len(Reach._fields))
OFFICES = ("managed_clusters", "managed_associations")  # of a reach
PLACES = ("clusters", "associations", *OFFICES)


class Place(NamedTuple):
    """The number of a cluster and of its association, or of an association alone."""

    cluster: int | None
    association: int


@dataclass(frozen=True)
class Onlooker:
    """Somebody signed in as far as a place goes. The rules of who sees what take it for a user (`visible_to`); of the
    person it knows nothing, and a rule that asks for one fails.
    """

    reach: Reach
    is_superuser: bool
    is_anonymous: ClassVar = False
    is_authenticated: ClassVar = True


def onlooker(user, place: Place) -> Onlooker | None:
    """None where what somebody may see is not known (`clusters.reach`)."""
    clusters = frozenset([place.cluster] if place.cluster else [])
    like = looking_at(user, clusters, frozenset([place.association]))
    if like and (like.is_superuser or sees_whole(like.reach, place)):
        return replace(like, reach=like.reach._replace(firms=frozenset()))  # which would show nothing more
    return like


def looking_at(
    user, clusters: Numbers, associations: Numbers, firms: Numbers | None = None
) -> Onlooker | None:
    """Of the user's reach what matters in these places, and where these firms are concerned; by default all are."""
    reach = reach_of(user)
    if reach is None:
        return None
    here = Reach(
        reach.firms if firms is None else firms & reach.firms,
        clusters & reach.clusters,
        associations & reach.associations,
        clusters & reach.managed_clusters,
        associations & reach.managed_associations,
    )
    return Onlooker(here, user.is_superuser)


def whole_reach_of(user) -> Onlooker | None:
    """Who sees the same of everything."""
    reach = reach_of(user)
    return Onlooker(reach, user.is_superuser) if reach else None


def onlooker_of(user, rows) -> Onlooker | None:
    """Who sees the same of `rows`, wherever they are: each belongs to a `company`, whose people may see more of its
    own. Of the user's firms those alone are left by which something more is seen.
    """
    reach = reach_of(user)
    if reach is None or user.is_superuser:
        return None
    own = rows.filter(company__in=reach.firms).order_by()
    seen = own.visible_to(Onlooker(reach._replace(firms=frozenset()), False))
    more = own.values_list("pk", "company").difference(seen.values_list("pk", "company"))
    return Onlooker(reach._replace(firms=frozenset(company for _, company in more)), False)


def sees_whole(reach: Reach, place: Place) -> bool:
    """Whether nothing that is for members is hidden."""
    if place.cluster is None:
        return bool(reach.associations or reach.managed_associations)
    return bool(reach.clusters or reach.managed_clusters)


def kept_for(
    user, find_place: Callable[[], Place], what: tuple[Hashable, ...], make: Callable[[Any], Made]
) -> Made:
    """What `make` gives for a user, kept for all who see the same of the place."""
    return kept_for_all_like(user, lambda: onlooker(user, find_place()), what, make)


def kept_for_reach(
    user,
    sets: Sequence[str],
    what: tuple[Hashable, ...],
    make: Callable[[Any], Made],
    of: tuple[str, ...] = (),
) -> Made:
    """The same of all places, where these sets of a reach alone tell what somebody sees."""
    return kept_for_all_like(user, lambda: reaching(user, sets), what, make, of)


def reaching(user, sets: Sequence[str]) -> Onlooker | AnonymousUser | None:
    """The user as far as these sets go; who has nothing in them is one of the visitors."""
    reach = reach_of(user)
    if reach is None:
        return None
    here = NOTHING._replace(**{name: getattr(reach, name) for name in sets})
    return Onlooker(here, user.is_superuser) if user.is_superuser or any(here) else EVERYBODY


def kept_for_all_like(
    user,
    find: Callable[[], Onlooker | AnonymousUser | None],
    what: tuple[Hashable, ...],
    make: Callable[[Any], Made],
    of: tuple[str, ...] = (),
) -> Made:
    """What `make` gives for a user, kept as `clusters.kept_figures` does: for all visitors together, and for all who
    see the same. It is to show nothing else that is only for some, and nothing of persons.
    """
    like = EVERYBODY if user.is_anonymous else find()
    return make(user) if like is None else kept((*what, like), lambda: make(like), of)
