"""The trail, to be read: quick and bounded however long it is."""

import operator
from functools import reduce

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext as _

from clusters.desk_lists import MOST_WORDS, words_of
from clusters.models import Act
from clusters.scoping import ReadOnlyAdmin, ScopedFilter
from members.models import User

MOST_NAMESAKES = 100


class WhenFilter(admin.DateFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("when")


@admin.register(Act)
class ActAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "verb", "subject", "cluster", "association", "note"]
    list_display_links = None
    list_filter = [("at", WhenFilter), ("cluster", ScopedFilter)]
    list_select_related = ["actor", "cluster", "association"]
    search_fields = ["words"]
    sortable_by = ()
    fields = ("at", "actor", "verb", "subject", "note", "cluster", "association")

    def get_ordering(self, request):
        return ["-at", "-pk"]

    def get_queryset(self, request):
        return Act.objects.managed_by(request.user).order_by("-at", "-pk")

    def get_search_results(self, request, queryset, search_term):
        """Each word is in the line or in the name of who did it."""
        meant = [self.line_with(word, request.user) for word in words_of(search_term)[:MOST_WORDS]]
        return queryset.filter(reduce(operator.and_, meant, Q())), False

    def line_with(self, word: str, user) -> Q:
        namesakes = User.objects.filter(name__icontains=word).values_list("pk", flat=True)
        return Q(words__contains=word.upper()) | Q(actor__in=list(namesakes[:MOST_NAMESAKES]))
