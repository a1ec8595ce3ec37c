"""Counting no further than somebody looks."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST = 2_000  # rows that pages are made of; what lies behind them is found by words and filters


KNOWN = "known_to_be"


def known_to_be(number: int, rows: QuerySet) -> QuerySet:
    """These `rows`, of which whoever found them knows how many they are, or that they are more than `MOST`.

    Whatever narrows or orders them makes rows of it whose number nobody knows.
    """
    rows.__dict__[KNOWN] = min(number, MOST + 1)
    return rows


class BoundedPaginator(Paginator):
    """Counts no further than anybody turns pages."""

    most = MOST

    @cached_property
    def counted(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        if (known := rows.__dict__.get(KNOWN)) is not None:
            return known
        return rows.order_by().values("pk")[: self.most + 1].count()  # nothing that rows are annotated with

    @property
    def count(self) -> int:
        return min(self.counted, self.most)

    @property
    def goes_on(self) -> bool:
        """Whether there are more rows than the pages show."""
        return self.counted > self.most
