"""The search in the archive of presentations: by words, and, where no word fits, by likeness.

Words are looked for in the title, the names of firm and speaker, and the text inside the slides; accents and endings
don't matter. Whoever asks finds what `visible_to` lets them see, in counts and choices as in the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, ExtractYear, Greatest
from django.utils import timezone
from django.utils.safestring import SafeString

from clusters.addresses import address
from clusters.kept_figures import kept
from clusters.models import Association, Cluster, Topic
from clusters.models.places import is_in_place_managed_by
from clusters.models.topic import Theme
from clusters.onlookers import EVERYBODY, whole_reach_of
from clusters.ready_made import Blank, ReadyMade, counting, ready_made
from clusters.searching import (
    AS_WRITTEN,
    FORGIVING,
    WORDS,
    headline,
    place_in,
    ranked,
    without_nul,
    words_query,
)
from meetings.models import Presentation
from meetings.models.presentation import slides_url
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


def newest(rows: QuerySet) -> QuerySet:
    return rows.order_by("-meeting__starts_at", "pk")


def near(rows: QuerySet, words: str | Blank) -> QuerySet:
    """Those whose title or names are nearly so, best first: for typing errors.

    Letters are compared until so many, and one more, are found: thousands have a common word that was mistyped.
    """
    alike = Q(title__trigram_word_similar=words) | Q(names__trigram_word_similar=words)
    found = rows.filter(alike).order_by().values("pk")[: MOST_ALIKE + 1]
    likeness = Greatest(*(TrigramWordSimilarity(words, name) for name in ("title", "names")))  # type: ignore[arg-type]
    return Presentation.objects.filter(pk__in=found).order_by(likeness.desc(), "-meeting__starts_at", "pk")


# --- what is asked ----------------------------------------------------------------------------------------
class Search:
    """Of one reader, in the archive of one association or of all, with what it is narrowed to.

    The questions that it asks of Postgres are kept for all who see the same, whatever words they look for.
    """

    def __init__(
        self, user, association: Association | None, newest: datetime | None, wanted: dict[str, str]
    ):
        self.reader = reader = EVERYBODY if user.is_anonymous else whole_reach_of(user) or user
        self.association = association
        self.given: dict[str, Any] = {
            name: without_nul(value) for name, value in wanted.items() if value and name != "year"
        }
        self.blanks = {name: Blank(name) for name in self.given} | {"year": wanted.get("year", "")}
        self.given["newest"] = newest
        clusters = tuple(association.cluster_pks) if association else None
        self.key = (reader, association and association.pk, clusters, frozenset(self.given), newest is None)
        # Of users nothing is kept; and there are too many years.
        self.is_kept = (reader.is_anonymous or reader is not user) and not wanted.get("year")

    def rows(self) -> QuerySet:
        rows = archive(self.reader, self.association)
        newest = self.given["newest"] and Blank("newest", DateTimeField())
        return narrow(up_to(rows, newest), self.blanks)

    def having(self) -> QuerySet:
        return self.rows().filter(words=words_query(WORDS))

    def number(self, most: int) -> int:
        """Of all; no further than one more than so many."""

        def make() -> ReadyMade:
            return counting(self.rows().order_by().values("pk")[: most + 1])

        [(number,)] = self._kept(("number", most), make).rows(**self.given) or [(0,)]
        return number

    def best(self, words: str, most: int) -> tuple[int, list[int]]:
        """How many have the words; of no more than so many the numbers, best first."""
        asked = self._kept(("best", most), lambda: ranked(self.having(), ("meeting__starts_at", "pk"), most))
        number, rows = asked.look(words=words, **self.given)
        best_first = sorted(rows, key=lambda row: (-row[0], -row[1].timestamp(), row[2]))
        return number, [pk for _, _, pk in best_first]

    def alike(self, words: str) -> list[int]:
        def make() -> ReadyMade:
            return ready_made(near(self.rows(), WORDS).values_list("pk"), FORGIVING)

        return [pk for (pk,) in self._kept(("alike",), make).rows(words=words, **self.given)]

    def newest(self, places: range, words: str) -> Talks:
        """In these places among those that have the words, or among all."""

        def make() -> ReadyMade:
            rows = newest(self.having() if words else self.rows())
            pks = ArraySubquery(rows.values("pk")[places.start : places.stop])
            return ready_made(
                shown(newest(Presentation.objects.filter(pk__among=pks)), with_places=bool(words))
            )

        asked = self._kept(("newest", bool(words), places.start, places.stop), make)
        return talks(asked.rows(words=words, **self.given))

    def of_numbers(self, pks: list[int], words: str) -> Talks:
        """In this order; with words also where these are. The reader may see them still, since they were found."""

        def make() -> ReadyMade:
            rows = Presentation.objects.visible_to(self.reader).published().filter(pk__among=Blank("pks"))
            return ready_made(shown(rows.order_by(), with_places=bool(words)), AS_WRITTEN)

        if not pks:
            return []
        rows = self._kept(("of numbers", bool(words)), make).rows(pks=pks, words=words)
        found = {row[0]: row for row in rows}
        return talks(found[pk] for pk in pks if pk in found)

    def _kept(self, what: tuple, make: Callable[[], Any]) -> Any:
        return kept(("archive", *what, *self.key), make) if self.is_kept else make()


# --- rows -------------------------------------------------------------------------------------------------
class Talk(NamedTuple):
    """A row of the list."""

    title: str
    uid: str
    url: str
    has_link: bool
    speaker: str
    firm: str
    firm_url: str
    meeting: str
    meeting_url: str
    day: date
    has_picture: bool
    format: str
    size: int
    is_pdf: bool
    for_members: bool


Talks = list[tuple[Talk, SafeString]]  # each with the place in its slides where the words are


class Row(NamedTuple):
    """What that is made from."""

    pk: int
    title: str
    uid: UUID
    file: str
    link: str
    picture: str
    format: str
    size: int
    audience: str
    presenter_name: str
    presenter__name: str | None
    company__name: str | None
    company__slug: str
    meeting: int
    meeting__starts_at: datetime
    meeting__cluster__name: str | None
    meeting__cluster__association__time_zone: str
    meeting__association__name: str
    meeting__association__time_zone: str
    headline: str


def shown(rows: QuerySet, *, with_places: bool) -> QuerySet:
    place = headline("text", WORDS) if with_places else Value("")
    return rows.annotate(headline=place).values_list(*Row._fields)


def talks(rows: Iterable[tuple]) -> Talks:
    formats = {value: str(label) for value, label in Presentation.Format.choices}
    return [(_talk(row, formats), place_in(row.headline)) for row in map(Row._make, rows)]


def _talk(row: Row, formats: dict[str, str]) -> Talk:
    of_cluster = row.meeting__cluster__name is not None
    zone = row.meeting__cluster__association__time_zone if of_cluster else row.meeting__association__time_zone
    meeting_url = address("meetings:meeting", row.meeting)
    return Talk(
        title=row.title,
        uid=str(row.uid),
        url=slides_url(row.uid, row.file, row.link) or meeting_url,
        has_link=bool(row.link),
        speaker=row.presenter_name if row.presenter__name is None else row.presenter__name,
        firm=row.company__name or "",
        firm_url=address("members:company", row.company__slug) if row.company__name else "",
        meeting=row.meeting__cluster__name or row.meeting__association__name,
        meeting_url=meeting_url,
        day=row.meeting__starts_at.astimezone(ZoneInfo(zone)).date(),
        has_picture=bool(row.picture),
        format=formats.get(row.format, "") if row.file else "",
        size=row.size,
        is_pdf=row.format == Presentation.Format.PDF,
        for_members=row.audience == Presentation.Audience.MEMBERS,
    )


# --- what the list can be narrowed to ----------------------------------------------------------------------
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


def choices(user, association: Association | None) -> Choices:
    """For all that the user may see of the archive. Kept until it changes: what all see of it, and what more is seen by
    those who see the same.
    """
    sees_all = user.is_superuser
    what = ("choices in the archive", association.pk if association else None, sees_all)
    reader = user if sees_all else EVERYBODY
    found = kept(what, lambda: _found(archive(reader, association)), CHOSEN_FROM)
    if sees_all or user.is_anonymous:
        return kept((*what, "in words"), lambda: _choices(found), CHOSEN_FROM)
    like = whole_reach_of(user)
    if like is None:
        own = _found_of_own(archive(user, association), user)
    else:
        own = kept((*what, like), lambda: _found_of_own(archive(like, association), like), CHOSEN_FROM)
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


def up_to(rows: QuerySet, newest: datetime | Blank | None) -> QuerySet:
    """All the same `rows` of the archive; who looks for the newest is spared all meetings that lie ahead."""
    return rows.filter(meeting__starts_at__lte=newest) if newest else rows


def narrow(rows: QuerySet, wanted: dict[str, Any]) -> QuerySet:
    """Only those of a cluster, theme, topic, firm and year. What is not to be had gives nothing."""
    fields = {
        "cluster": "meeting__cluster__slug",
        "theme": "agenda_item__topic__theme",
        "topic": "agenda_item__topic__name",
        "firm": "company__slug",
    }
    rows = rows.filter(**{field: wanted[name] for name, field in fields.items() if wanted.get(name)})
    year = wanted.get("year", "")
    if not year:
        return rows
    is_year = year.isascii() and year.isdecimal() and len(year) == 4 and year > "0000"
    return rows.filter(meeting__starts_at__year=int(year)) if is_year else rows.none()
