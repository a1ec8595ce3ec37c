"""Counting no further than somebody looks."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST = 2_000  # rows that pages are made of; what lies behind them is found by words and filters


class BoundedPaginator(Paginator):
    """Counts no further than anybody turns pages."""

    most = MOST

    @cached_property
    def counted(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by().values("pk")[: self.most + 1].count()  # nothing that rows are annotated with

    @property
    def count(self) -> int:
        return min(self.counted, self.most)

    @property
    def goes_on(self) -> bool:
        """Whether there are more rows than the pages show."""
        return self.counted > self.most
