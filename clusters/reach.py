"""Whom a person acts for and what they look after, found once for each page.

Nearly every query of a page for somebody signed in asks what they may see, and that is told by their firms, the
clusters of these and their offices: a few sets that are the same from the first query of a page to its last. While a
page is only looked at they are found at once and stand in its queries as numbers; without an office, for one, nothing
of offices is left in them. They are kept until one of the tables that they are found in changes, or the day. Acts,
which may change them, always ask anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Value

from clusters import present
from clusters.changes import numbers_of_changes, of_table

KEPT = 2_000  # people
FOUND_IN = [
    of_table(name)
    for name in (
        "clusters_association",
        "clusters_cluster",
        "members_company",
        "members_membership",
        "members_officer",
        "members_representative",
    )
]


class Reach(NamedTuple):
    """Numbers of rows."""

    firms: frozenset[int]  # acts for
    clusters: frozenset[int]  # in which one of these is a member
    associations: frozenset[int]  # of these clusters
    managed_clusters: frozenset[int]
    managed_associations: frozenset[int]


_found: ContextVar[dict[int, Reach | None] | None] = ContextVar("found", default=None)


def reach_of(user) -> Reach | None:
    """None when it is not to be relied on: outside of a page that is only looked at. Visitors have none.

    Who is no person (clusters.onlookers) brings it along.
    """
    if known := getattr(user, "reach", None):
        return known
    found = _found.get()
    if found is None or user.is_anonymous:
        return None
    if user.pk not in found:
        found[user.pk] = None  # the rules below are to ask the database
        edition = tuple(map((numbers_of_changes() or {}).get, FOUND_IN))
        if None in edition:  # nobody counts
            found[user.pk] = ask_for(user)
        else:
            found[user.pk] = kept_reach(user, user.is_superuser, present.today(), edition)
    return found[user.pk]


@lru_cache(maxsize=KEPT)
def kept_reach(user, is_superuser: bool, today: date, edition: tuple) -> Reach:
    """By all that it depends on; the numbers of changes were read before it is asked for."""
    return ask_for(user)


def ask_for(user) -> Reach:
    from clusters.models import Association, Cluster

    member = Cluster.objects.with_member(user)
    rows = {
        "firms": (user.representations.active(), "company"),
        "clusters": (member, "pk"),
        "associations": (member, "association"),
    }
    if not user.is_superuser:  # whose sets are all there is, and never asked for
        rows["managed_clusters"] = (Cluster.objects.managed_by(user), "pk")
        rows["managed_associations"] = (Association.objects.managed_by(user), "pk")
    first, *others = (
        found.order_by().values_list(Value(name), number) for name, (found, number) in rows.items()
    )
    numbers: dict[str, set[int]] = {name: set() for name in Reach._fields}
    for name, number in first.union(*others, all=True):
        numbers[name].add(number)
    return Reach(**{name: frozenset(found) for name, found in numbers.items()})


@contextmanager
def found_once():
    """Within, what is found of a person holds to the end."""
    token = _found.set({})
    try:
        yield
    finally:
        _found.reset(token)


class FindReachOnce:
    """For each page that is only looked at. What it sends bit by bit afterwards asks anew."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with found_once():
            return self.get_response(request)
