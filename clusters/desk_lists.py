"""The desk's lists in a large country: what stands on a page is found first and joined then, and words are looked for
in each table by its own index."""

import operator
from dataclasses import dataclass
from functools import reduce
from itertools import chain

from django import forms
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.db.models import Q, QuerySet, Value
from django.utils.text import Truncator, smart_split
from django.utils.translation import gettext as _

from clusters.bounded import known_to_be
from clusters.kept_figures import kept
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
        page = self._from_where_rows_are() if self.paginator.goes_on else self.result_list
        found = list(page.values_list("pk", flat=True))
        rows = self.root_queryset.filter(pk__in=found).order_by(*self.queryset.query.order_by)
        if self.list_select_related:
            rows = rows.select_related(None)  # also what only the form of a row shows
        self.result_list = rows if rows.query.select_related else self.apply_select_related(rows)

    def _from_where_rows_are(self) -> QuerySet:
        """The page, not looked for among the meetings ahead of which none has a row."""
        time = getattr(self.model_admin, "latest_first", "")
        if not time or self.queryset.query.order_by[:1] != (f"-{time}",):
            return self.result_list
        rows = self.model._default_manager.order_by(f"-{time}").values_list(time, flat=True)
        of = self.opts.label, self.opts.get_field(time.split("__")[0]).related_model._meta.label
        latest = kept(("latest", self.opts.label), rows.first, of)
        page = self.result_list.query
        return self.queryset.filter(**{f"{time}__lte": latest})[page.low_mark : page.high_mark]


@dataclass(frozen=True)
class Found:
    """What was found first of the rows with a word: all of them, or some, and by which fields there may be more."""

    numbers: set[int]
    further: list[str]
    known: int  # how many there are at least

    def or_more(self, rows: QuerySet, word: str) -> Q:
        """What very many have is met soon in the order of the list, and would take long to sort."""
        ways = (_has(rows, field, word) for field in self.further)
        return reduce(operator.or_, ways, Q(pk__in=self.numbers) if self.numbers else Q())


def with_words(rows: QuerySet, fields: list[str], typed: str) -> QuerySet:
    """Those of `rows` that have each word, or those in quotes together, in one of `fields`, also of other tables."""
    found = {word: _first_with(rows.order_by(), fields, word) for word in words_of(typed)[:MOST_WORDS]}
    rare = [first.numbers for first in found.values() if not first.further]
    common = {word: first for word, first in found.items() if first.further}
    narrowed = rows.filter(*(first.or_more(rows.order_by(), word) for word, first in common.items()))
    if rare:
        in_all = set.intersection(*rare)
        narrowed = narrowed.filter(pk__in=in_all)
        return narrowed if common else known_to_be(len(in_all), narrowed)
    known = [first.known for first in common.values()]
    return known_to_be(known[0], narrowed) if len(known) == 1 and known[0] > MOST_WITH_WORD else narrowed


def words_of(typed: str) -> list[str]:
    return [word.strip("\"'") for word in smart_split(without_nul(typed))]


def _first_with(rows: QuerySet, fields: list[str], word: str) -> Found:
    """Way by way, until there are too many: what has a limit of its own Postgres reads one after the other.

    In one condition with what other tables have, no index of their own would serve; what very many have by one index is
    not looked for by the others.
    """
    own = [field for field in fields if "__" not in field]
    ways = [*([own] if own else []), *([field] for field in fields if "__" in field)]
    first, *others = (
        rows.filter(reduce(operator.or_, (_has(rows, field, word) for field in way)))
        .annotate(way=Value(number))
        .values_list("way", "pk")[: MOST_WITH_WORD + 1]
        for number, way in enumerate(ways)
    )
    found = list(first.union(*others, all=True)[: MOST_WITH_WORD + 1] if others else first)
    numbers = {number for _, number in found}
    if len(found) <= MOST_WITH_WORD:
        return Found(numbers, [], len(numbers))
    last = max(way for way, _ in found)  # by which there may be more, as by those after it
    before = {number for way, number in found if way < last}
    return Found(before, [*chain.from_iterable(ways[last:])], len(numbers))


def _has(rows: QuerySet, field: str, word: str) -> Q:
    """So that no row comes twice because of several in another table."""
    way = Q(**{f"{field}__icontains": word})
    return (
        Q(pk__in=rows.filter(way).values("pk")) if lookup_spawns_duplicates(rows.model._meta, field) else way
    )
