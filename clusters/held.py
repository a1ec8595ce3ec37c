"""What is held of a person, table by table, and what becomes of it when the person goes.

Each app has its lines in `held.py`; `news.held` gathers them. A test fails for a column that names a person or an
address and has no line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db import models
from django.db.models import Q


class After(Enum):
    """What becomes of a row when its person goes."""

    GOES = "goes with you"
    STAYS = "stays, without your name"
    LET_GO = "stays, and no longer leads to you"


@dataclass(frozen=True)
class Held:
    """Rows that are about a person.

    `person` are the columns that lead to the person and `address` is the one with an e-mail address; of rows that are
    the person's by address alone there may be no account. `only` or `without` choose the columns of their copy:
    no secret is in it, and nothing about others that they could not see.
    """

    name: str
    model: type[models.Model]
    person: str = ""  # lookups, parted by spaces
    address: str = ""
    after: After = After.STAYS
    emptied: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    as_shown: Callable[[dict], dict] = dict

    def rows(self, person, addresses: list[str]) -> models.QuerySet[Any]:
        mine = Q(pk__in=[])
        for lookup in self.person.split():
            mine |= Q(**{lookup: person.pk})
        if self.address:
            mine |= Q(**{f"{self.address}__in": addresses})
        return self.model._base_manager.filter(mine).order_by("pk")

    def columns(self) -> list[models.Field]:
        return [
            field
            for field in self.model._meta.concrete_fields
            if not field.generated
            and field.name not in self.without
            and (not self.only or field.name in self.only)
        ]
