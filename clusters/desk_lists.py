"""The desk's lists in a large country: what stands on a page is found first and joined then, and words are looked for
in each table by its own index."""

import operator
from functools import reduce

from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.utils.text import smart_split

MOST_WORDS = 8  # that are looked for; further ones are passed over


class FoundFirst(ChangeList):
    """Reads whole rows, with what is joined and counted for each, only of the page that is shown."""

    def get_results(self, request):
        super().get_results(request)
        found = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.filter(pk__in=found).order_by(*self.queryset.query.order_by)
        self.result_list = rows if rows.query.select_related else self.apply_select_related(rows)


def with_words(rows: QuerySet, fields: list[str], typed: str) -> QuerySet:
    """Those of `rows` that have each word, or those in quotes together, in one of `fields`, also of other tables."""
    words = [word.strip("\"'") for word in smart_split(typed.replace("\x00", " "))][:MOST_WORDS]
    return rows.filter(*(Q(pk__in=_with_word(rows.order_by(), fields, word)) for word in words))


def _with_word(rows: QuerySet, fields: list[str], word: str) -> QuerySet:
    """Their numbers. In one condition with what other tables have, no index of their own would serve."""
    has = {field: Q(**{f"{field}__icontains": word}) for field in fields}
    own = [condition for field, condition in has.items() if "__" not in field]
    elsewhere = [condition for field, condition in has.items() if "__" in field]
    ways = [reduce(operator.or_, own), *elsewhere] if own else elsewhere
    first, *others = (rows.filter(way).values("pk") for way in ways)
    return first.union(*others) if others else first
