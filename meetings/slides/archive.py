"""The search in the archive of presentations: by words, and, where no word fits, by likeness.

Words are looked for in the title, the names of firm and speaker, and the text inside the slides; accents and endings
don't matter. Whoever asks finds what `visible_to` lets them see, in counts and choices as in the rows.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchRank, TrigramWordSimilarity
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, ExtractYear, Greatest
from django.utils import timezone
from django.utils.safestring import SafeString

from clusters.kept_figures import kept
from clusters.models import Association, Cluster, Topic
from clusters.models.places import is_in_place_managed_by
from clusters.models.topic import Theme
from clusters.searching import START, headline, marked, tolerantly, without_nul, words_query
from meetings.models import Presentation
from members.models import Company

LONGEST_CHOICE = 100  # firms or topics in a list; more would make the page heavy
MOST_ALIKE = 100  # in nearly the words that were typed
MOST_TOPICS = 2_000  # on the site; of more it would take long to find those talked about
CHOSEN_FROM = (
    "clusters.Cluster",
    "clusters.Topic",
    "meetings.AgendaItem",
    "meetings.Meeting",
    "meetings.Presentation",
    "members.Company",
)


def archive(user, association: Association | None) -> QuerySet:
    """What the user may see of it, the newest first."""
    rows = Presentation.objects.visible_to(user).published()
    if association:
        of_its_clusters = Q(meeting__cluster__in=association.cluster_pks)
        rows = rows.filter(Q(meeting__association=association) | of_its_clusters)
    return rows.order_by()


def with_words(rows: QuerySet, words: str) -> QuerySet:
    """Those in which the words are, best first. Understands "exact words", or, and -without."""
    query = words_query(words)
    return rows.filter(words=query).order_by(
        SearchRank(F("words"), query).desc(), "-meeting__starts_at", "pk"
    )


def alike(rows: QuerySet, words: str) -> list[int]:
    """The numbers of those whose title or names are nearly so, best first: for typing errors.

    Letters are compared until so many, and one more, are found: thousands have a common word that was mistyped.
    """
    near = Q(title__trigram_word_similar=words) | Q(names__trigram_word_similar=words)
    found = rows.filter(near).order_by().values("pk")[: MOST_ALIKE + 1]
    best_first = by_likeness(Presentation.objects.filter(pk__in=found), words)
    return [pk for (pk,) in tolerantly(best_first.values_list("pk"))]


def by_likeness(rows: QuerySet, words: str) -> QuerySet:
    likeness = Greatest(TrigramWordSimilarity(words, "title"), TrigramWordSimilarity(words, "names"))
    return rows.order_by(likeness.desc(), "-meeting__starts_at", "pk")


def with_places(rows: QuerySet, words: str) -> QuerySet:
    """Each with the places in its slides where the words are, for `place_in`."""
    return rows.annotate(headline=headline("text", words))


def place_in(talk: Any) -> SafeString:
    """With what was found marked."""
    place = getattr(talk, "headline", "")
    return marked(place) if START in place else SafeString()


Found = dict[str, set[tuple[str, str]]]  # by kind, each with its value and its name


@dataclass(frozen=True)
class Choices:
    """What the list can be narrowed to: for each the value in the address and the words."""

    clusters: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    topics: list[tuple[str, str]]
    firms: list[tuple[str, str]]
    years: list[tuple[str, str]]
    newest: datetime | None  # when the last meeting begins of which there is a talk


def choices(rows: QuerySet, user, association: Association | None) -> Choices:
    """For `rows` of the archive, all that the user may see. What all see of them is kept until it changes.

    What few see besides is found for each of them.
    """
    sees_all = user.is_superuser
    what = ("choices in the archive", association.pk if association else None, sees_all)
    everybodys = rows if sees_all else archive(AnonymousUser(), association)
    found = kept(what, lambda: _found(everybodys), CHOSEN_FROM)
    if sees_all or user.is_anonymous:
        return _choices(found)
    own = _found_of_own(rows, user)
    return _choices({kind: found.get(kind, set()) | own.get(kind, set()) for kind in {*found, *own}})


def _found(rows: QuerySet) -> Found:
    """In one query. For each choice it is enough that one of `rows` is there, so that not all are looked at."""
    of_topic = rows.filter(agenda_item__topic=OuterRef("pk"))
    parts = [
        _with_talks("cluster", Cluster, ["slug", "name"], rows.filter(meeting__cluster=OuterRef("pk"))),
        _with_talks("firm", Company, ["slug", "name"], rows.filter(company=OuterRef("pk"))),
        _with_talks("topic", Topic.objects.filter(_few_topics()).distinct(), ["name", "name"], of_topic),
        *(
            _first("theme", rows.filter(agenda_item__topic__theme=theme), Value(theme.value))
            for theme in Theme
        ),
        _first("year", rows.order_by("meeting__starts_at"), _year()),
        _first("newest", rows.order_by("-meeting__starts_at"), F("meeting__starts_at")),
    ]
    found = defaultdict(set)
    for kind, value, name in parts[0].union(*parts[1:], all=True):
        found[kind].add((value, name))
    return dict(found)


def _found_of_own(rows: QuerySet, user) -> Found:
    """The same, of the talks in what the user belongs to or looks after, and of the own firms: all are looked at."""
    clusters = Cluster.objects.with_member(user)
    ways = [
        Q(meeting__cluster__in=clusters),
        Q(meeting__association__in=clusters.values("association")),
        Q(company__in=Company.objects.represented_by(user).values("pk")),
        is_in_place_managed_by(user, "meeting__"),
    ]
    first, *others = (Presentation.objects.order_by().filter(way).values("pk") for way in ways)
    talks = rows.filter(pk__in=first.union(*others)).values_list(
        "meeting__cluster__slug",
        "meeting__cluster__name",
        "company__slug",
        "company__name",
        Case(When(_few_topics(), then=F("agenda_item__topic__name"))),
        "agenda_item__topic__theme",
        "meeting__starts_at",
    )
    found = defaultdict(set)
    for cluster, cluster_name, firm, firm_name, topic, theme, starts_at in talks:
        found["cluster"].add((cluster, cluster_name))
        found["firm"].add((firm, firm_name))
        found["topic"].add((topic, topic))
        found["theme"].add((theme, theme))
        found["year"].add((str(timezone.localtime(starts_at).year), ""))
        found["newest"].add((starts_at.isoformat(), ""))
    return {kind: {choice for choice in choices if choice[0]} for kind, choices in found.items()}


def _choices(found: Found) -> Choices:
    themes = {value for value, _ in found.get("theme", ())}
    newest = max((datetime.fromisoformat(value) for value, _ in found.get("newest", ())), default=None)
    years = [int(value) for value, _ in found.get("year", ())] + (
        [timezone.localtime(newest).year] if newest else []
    )
    return Choices(
        clusters=_by_name(found.get("cluster", set())),
        themes=[(value, str(label)) for value, label in Theme.choices if value in themes],
        topics=_by_name(found.get("topic", set())),
        firms=_by_name(found.get("firm", set())),
        years=[(str(year), str(year)) for year in range(max(years), min(years) - 1, -1)] if years else [],
        newest=newest,
    )


def _few_topics():
    return ~Exists(Topic.objects.order_by().values("pk")[MOST_TOPICS : MOST_TOPICS + 1])


def _with_talks(kind: str, among, fields: list[str], talks: QuerySet) -> QuerySet:
    """(kind, value, name) of those of which there are talks, as far as they are few enough to choose from."""
    rows = among if isinstance(among, QuerySet) else among.objects.all()
    value, name = (Cast(field, TextField()) for field in fields)
    found = rows.order_by().filter(Exists(talks.order_by())).values_list(Value(kind), value, name)
    return found[: LONGEST_CHOICE + 1]


def _first(kind: str, rows: QuerySet, value) -> QuerySet:
    """(kind, value, value) of the first row, if there is one."""
    value = Cast(value, TextField())
    return rows.values_list(Value(kind), value, value)[:1]


def _year() -> ExtractYear:
    return ExtractYear("meeting__starts_at", tzinfo=timezone.get_current_timezone())


def _by_name(found: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """None if they are too many to choose from."""
    return sorted(found, key=lambda choice: choice[1]) if len(found) <= LONGEST_CHOICE else []


def up_to(rows: QuerySet, newest: datetime | None) -> QuerySet:
    """All the same `rows` of the archive; who looks for the newest is spared all meetings that lie ahead."""
    return rows.filter(meeting__starts_at__lte=newest) if newest else rows


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
