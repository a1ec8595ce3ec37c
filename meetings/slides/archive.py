"""The search in the archive of presentations: by words, and, where no word fits, by likeness.

Words are looked for in the title, the names of firm and speaker, and the text inside the slides; accents and endings
don't matter. Whoever asks finds what `visible_to` lets them see, in counts and choices as in the rows.
"""

from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.search import SearchRank, TrigramWordSimilarity
from django.db.models import F, Q, QuerySet
from django.db.models.functions import ExtractYear, Greatest, JSONObject
from django.utils.safestring import SafeString

from clusters.models import Association
from clusters.models.topic import Theme
from clusters.searching import START, headline, marked, without_nul, words_query
from meetings.models import Presentation

LONGEST_CHOICE = 100  # firms or topics in a list; more would make the page heavy


def archive(user, association: Association | None) -> QuerySet:
    """What the user may see of it, the newest first."""
    rows = Presentation.objects.visible_to(user).published()
    if association:
        rows = rows.filter(Q(meeting__association=association) | Q(meeting__cluster__association=association))
    return rows


def with_words(rows: QuerySet, words: str) -> QuerySet:
    """Those in which the words are, best first. Understands "exact words", or, and -without."""
    query = words_query(words)
    return rows.filter(words=query).order_by(
        SearchRank(F("words"), query).desc(), "-meeting__starts_at", "pk"
    )


def alike(rows: QuerySet, words: str) -> QuerySet:
    """Those whose title or names are nearly so: for typing errors."""
    likeness = Greatest(TrigramWordSimilarity(words, "title"), TrigramWordSimilarity(words, "names"))
    near = Q(title__trigram_word_similar=words) | Q(names__trigram_word_similar=words)
    return rows.filter(near).order_by(likeness.desc(), "-meeting__starts_at", "pk")


def snippets(rows: list[Presentation], words: str) -> dict[int, SafeString]:
    """For each row in whose slides the words are: the place, with what was found marked."""
    found = Presentation.objects.filter(pk__in=[row.pk for row in rows]).order_by()
    places = found.annotate(place=headline("text", words)).values_list("pk", "place")
    return {pk: marked(place) for pk, place in places if START in place}


@dataclass(frozen=True)
class Choices:
    """What the list can be narrowed to: for each the value in the address and the words."""

    clusters: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    topics: list[tuple[str, str]]
    firms: list[tuple[str, str]]
    years: list[tuple[str, str]]


def choices(rows: QuerySet) -> Choices:
    """From all of `rows` at once, in one query."""
    found = rows.order_by().aggregate(
        clusters=_distinct("meeting__cluster__slug", "meeting__cluster__name"),
        themes=ArrayAgg("agenda_item__topic__theme", distinct=True, default=[]),
        topics=ArrayAgg("agenda_item__topic__name", distinct=True, default=[]),
        firms=_distinct("company__slug", "company__name"),
        years=ArrayAgg(ExtractYear("meeting__starts_at"), distinct=True, default=[]),
    )
    themes = [(value, label) for value, label in Theme.choices if value in found["themes"]]
    topics = sorted(name for name in found["topics"] if name)
    return Choices(
        clusters=_named(found["clusters"]),
        themes=themes,
        topics=[(name, name) for name in topics] if len(topics) <= LONGEST_CHOICE else [],
        firms=_named(found["firms"]),
        years=[(str(year), str(year)) for year in sorted(found["years"], reverse=True)],
    )


def _distinct(slug: str, name: str) -> ArrayAgg:
    return ArrayAgg(JSONObject(slug=slug, name=name), distinct=True, default=[])


def _named(found: list[dict]) -> list[tuple[str, str]]:
    """By name; none if they are too many to choose from."""
    rows = sorted((row["name"], row["slug"]) for row in found if row["slug"])
    return [(slug, name) for name, slug in rows] if len(rows) <= LONGEST_CHOICE else []


def narrow(rows: QuerySet, wanted: dict[str, str]) -> QuerySet:
    """Only those of a cluster, theme, topic, firm and year. What is not to be had gives nothing."""
    fields = {
        "cluster": "meeting__cluster__slug",
        "theme": "agenda_item__topic__theme",
        "topic": "agenda_item__topic__name",
        "firm": "company__slug",
    }
    rows = rows.filter(
        **{field: without_nul(wanted[name]) for name, field in fields.items() if wanted.get(name)}
    )
    year = wanted.get("year", "")
    if not year:
        return rows
    is_year = year.isascii() and year.isdecimal() and len(year) == 4 and year > "0000"
    return rows.filter(meeting__starts_at__year=int(year)) if is_year else rows.none()
