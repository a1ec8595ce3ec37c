"""What is kept of a model: which rows, for whom, and which columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.text import slugify

from clusters.models import Association, Cluster
from clusters.scoping import managed

Scope = Cluster | Association | None


@dataclass(frozen=True)
class Kept:
    """A model whose rows go into archives.

    `cluster` and `association` are the lookups from a row to where it belongs, parted by spaces if there are several.
    """

    model: type[models.Model]
    cluster: str = ""
    association: str = ""
    owner: str = ""  # the relation that says who looks after a row, where the model has no `managed_by`
    without: tuple[str, ...] = ()  # columns that never leave the site
    outside: tuple[str, ...] = ()  # what may be known of a row of others that is referred to
    label: str = ""  # the column by which people know a row

    @property
    def name(self) -> str:
        """Of its table, in every language the same: what was taken from one site goes into another."""
        with translation.override(None):
            return slugify(str(self.model._meta.verbose_name_plural))

    def columns(self) -> list[models.Field]:
        """Those of the table, without what the database works out."""
        return [
            field
            for field in self.model._meta.concrete_fields
            if not field.generated and field.name not in self.without
        ]

    def relations(self) -> list[models.ManyToManyField]:
        return [
            field
            for field in self.model._meta.many_to_many
            if field.name not in self.without and field.model is self.model
        ]

    def files(self) -> list[models.FileField]:
        return [field for field in self.columns() if isinstance(field, models.FileField)]

    def rows(self, user, scope: Scope) -> models.QuerySet[Any]:
        """Those that the user looks after, in the scope; without one, everywhere."""
        rows = self._managed_by(user)
        if scope is None:
            return rows.order_by("pk")
        within = [Q(**{lookup: place}) for lookup, place in self._places(scope)]
        if not within:
            return rows.none()
        inside = self.model._default_manager.filter(reduce(or_, within)).order_by()
        return rows.filter(pk__in=inside.values("pk")).order_by("pk")

    def _managed_by(self, user) -> models.QuerySet[Any]:
        everything = self.model._default_manager.all()
        if not self.owner or user.is_superuser:
            return managed(everything, user)
        owners: Any = self.model._meta.get_field(self.owner).related_model
        return everything.filter(**{f"{self.owner}__in": owners.objects.managed_by(user).values("pk")})

    def _places(self, scope: Cluster | Association) -> Iterator[tuple[str, Any]]:
        clusters = Cluster.objects.filter(pk=scope.pk)
        if isinstance(scope, Association):
            clusters = Cluster.objects.filter(association=scope)
            yield from ((lookup, scope.pk) for lookup in self.association.split())
        yield from ((f"{lookup}__in", clusters.values("pk")) for lookup in self.cluster.split())
