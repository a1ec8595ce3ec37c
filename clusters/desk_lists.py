"""The desk's lists in a large country: what stands on a page is found first and joined then, and words are looked for
in each table by its own index."""

import operator
from functools import reduce

from django import forms
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.db.models import Q, QuerySet
from django.utils.text import Truncator, smart_split
from django.utils.translation import gettext as _

from clusters.bounded import known_to_be
from clusters.searching import without_nul

MOST_WORDS = 8  # that are looked for; further ones are passed over, and the list says so
MOST_WITH_WORD = 2_000  # rows that are found first


class Typed(forms.CharField):
    def to_python(self, value):
        return without_nul(super().to_python(value) or "").strip()


class SearchForm(ChangeListSearchForm):
    """Searches for the rest where Django, for one character that Postgres doesn't know, shows all there is."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {SEARCH_VAR: Typed(required=False)}


class FoundFirst(ChangeList):
    """Reads whole rows, with what is joined and counted for each, only of the page that is shown."""

    search_form_class = SearchForm

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = words_of(self.query)
        if len(words) > MOST_WORDS:
            self.search_help_text = _(
                "A search looks for %(number)s words: those after “%(last)s” were passed over."
            ) % {"number": MOST_WORDS, "last": Truncator(words[MOST_WORDS - 1]).chars(40)}

    def get_results(self, request):
        super().get_results(request)
        is_of_some_time = any(name.startswith(f"{self.date_hierarchy}__") for name in self.params)
        if self.paginator.goes_on and not is_of_some_time:
            self.date_hierarchy = None  # its years would be read from all rows; few enough, it is there again
        found = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.filter(pk__in=found).order_by(*self.queryset.query.order_by)
        self.result_list = rows if rows.query.select_related else self.apply_select_related(rows)


def with_words(rows: QuerySet, fields: list[str], typed: str) -> QuerySet:
    """Those of `rows` that have each word, or those in quotes together, in one of `fields`, also of other tables."""
    words = words_of(typed)[:MOST_WORDS]
    first = {word: _first_with(rows.order_by(), fields, word) for word in words}
    rare = [set(numbers) for numbers in first.values() if len(numbers) <= MOST_WITH_WORD]
    common = [word for word, numbers in first.items() if len(numbers) > MOST_WITH_WORD]
    narrowed = rows.filter(*(_has_word(rows.order_by(), fields, word) for word in common))
    if rare:
        in_all = set.intersection(*rare)
        narrowed = narrowed.filter(pk__in=in_all)
        return narrowed if common else known_to_be(len(in_all), narrowed)
    return known_to_be(len(set(first[common[0]])), narrowed) if len(common) == 1 else narrowed


def words_of(typed: str) -> list[str]:
    return [word.strip("\"'") for word in smart_split(without_nul(typed))]


def _first_with(rows: QuerySet, fields: list[str], word: str) -> list[int]:
    """Numbers of rows, some of them twice. In one condition with what other tables have, no index of their own would
    serve; what very many have by one index is not looked for by the others."""
    ways = {field: Q(**{f"{field}__icontains": word}) for field in fields}
    own = [way for field, way in ways.items() if "__" not in field]
    elsewhere = [way for field, way in ways.items() if "__" in field]
    each = [*([reduce(operator.or_, own)] if own else []), *elsewhere]
    first, *others = (rows.filter(way).values_list("pk", flat=True)[: MOST_WITH_WORD + 1] for way in each)
    return list(first.union(*others, all=True)[: MOST_WITH_WORD + 1] if others else first)


def _has_word(rows: QuerySet, fields: list[str], word: str) -> Q:
    """What very many have is met soon in the order of the list, and would take long to sort."""
    return reduce(operator.or_, (_once(rows, field, Q(**{f"{field}__icontains": word})) for field in fields))


def _once(rows: QuerySet, field: str, way: Q) -> Q:
    """The same, so that no row comes twice because of several in another table."""
    return (
        Q(pk__in=rows.filter(way).values("pk")) if lookup_spawns_duplicates(rows.model._meta, field) else way
    )
