"""Figures that can be opened: how many rows a query has, and what each of them is in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Func, IntegerField, QuerySet, Value


@dataclass(frozen=True)
class Line:
    """A row behind a figure, as one reads it: what it is, where, and when."""

    what: str
    where: str = ""
    day: date | None = None
    url: str = ""


def count_all(rows: Sequence[QuerySet]) -> list[int]:
    """How many rows each has, in one query. They may be of different models, but not `distinct()`."""
    number = Func("pk", function="COUNT", output_field=IntegerField())
    counts = [each.order_by().values_list(Value(index), number) for index, each in enumerate(rows)]
    if not counts:
        return []
    found = dict(counts[0].union(*counts[1:], all=True))
    return [found.get(index, 0) for index in range(len(rows))]
