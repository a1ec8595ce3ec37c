"""The desk's lists in a large country: what stands on a page is found first and joined then, and words are looked for
in each table by its own index."""

import operator
from functools import reduce

from django import forms
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.db.models import Q, QuerySet
from django.utils.text import Truncator, smart_split
from django.utils.translation import gettext as _

from clusters.searching import without_nul

MOST_WORDS = 8  # that are looked for; further ones are passed over, and the list says so


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
        found = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.filter(pk__in=found).order_by(*self.queryset.query.order_by)
        self.result_list = rows if rows.query.select_related else self.apply_select_related(rows)


def with_words(rows: QuerySet, fields: list[str], typed: str) -> QuerySet:
    """Those of `rows` that have each word, or those in quotes together, in one of `fields`, also of other tables."""
    words = words_of(typed)[:MOST_WORDS]
    return rows.filter(*(Q(pk__in=_with_word(rows.order_by(), fields, word)) for word in words))


def words_of(typed: str) -> list[str]:
    return [word.strip("\"'") for word in smart_split(without_nul(typed))]


def _with_word(rows: QuerySet, fields: list[str], word: str) -> QuerySet:
    """Their numbers. In one condition with what other tables have, no index of their own would serve."""
    has = {field: Q(**{f"{field}__icontains": word}) for field in fields}
    own = [condition for field, condition in has.items() if "__" not in field]
    elsewhere = [condition for field, condition in has.items() if "__" in field]
    ways = [reduce(operator.or_, own), *elsewhere] if own else elsewhere
    first, *others = (rows.filter(way).values("pk") for way in ways)
    return first.union(*others) if others else first
