"""The directory of member firms: by name, by words, and, where no word fits, by likeness.

It lists what everybody sees, and looks only where everybody may: in names, tags, and what firms write about
themselves, never in how they are reached. Whatever is asked for, no more than MOST rows are read, so that 50,000
firms cost what 1,000 do: what more firms have than that comes by name, and goes on from a name.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.paginator import Paginator
from django.db.models import BigIntegerField, FloatField, OuterRef, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clusters.addresses import address
from clusters.kept_figures import kept
from clusters.models import Cluster
from clusters.ready_made import Blank, ReadyMade, ready_made
from clusters.searching import FORGIVING, WORDS, Ranked, headline, place_in, ranked, without_nul, words_query
from members.contact_fields import Shown, contact_fields
from members.models import Company, Membership
from members.models.company import first_sought, initials_of

MOST = 1_000
MOST_WITH_WORDS = 500  # ranked, and to choose from; more have such a common word that rank says little
MOST_ALIKE = 100  # in nearly the words that were typed: thousands have a common word that was mistyped
PER_PAGE = 20
LONGEST_LIST = 30  # tags to choose from
MOST_CLUSTERS = 100  # to choose from
MOST_NAMED = 3  # clusters of a firm
Choices = list[
    tuple[str, str, int | None]
]  # the value in the address, the words, and how many firms if known
FILTERS = ["cluster", "does", "size", "open", "from"]


class Match(NamedTuple):
    rank: float
    pk: int
    name: str
    size: str
    introductions: str
    expertise: list[str]
    clusters: list[int]  # in which it is a member


@dataclass(frozen=True)
class Found:
    """The firms that were asked for, best first. `is_near`: only nearly; `is_cut`: and more come close than were
    compared; `goes_on_from`: a name, if there are more."""

    matches: list[Match]
    is_near: bool = False
    is_cut: bool = False
    goes_on_from: str = ""


@dataclass(frozen=True)
class ToChooseFrom:
    cluster: Choices
    does: Choices
    size: Choices
    open: Choices


@dataclass(frozen=True)
class Listing:
    """The numbers of what was found, in its order, and what it can be narrowed to."""

    pks: list[int]
    options: ToChooseFrom
    is_near: bool
    is_cut: bool
    goes_on_from: str

    @property
    def pages(self) -> Paginator:
        return Paginator(self.pks, PER_PAGE)


def listing(words: str, wanted: dict[str, str], association: int | None) -> Listing:
    """`wanted`: by FILTERS; `association`: its number. That of all firms is kept until one of them changes."""

    def look() -> Listing:
        found = find(words, wanted, association)
        options = choices(found, wanted, association)
        pks = [match.pk for match in found.matches]
        return Listing(pks, options, found.is_near, found.is_cut, found.goes_on_from)

    if words or any(wanted.values()):
        return look()
    return kept(
        ("directory", association), look, ("clusters.Cluster", "members.Company", "members.Membership")
    )


# --- which firms ---------------------------------------------------------------------------------------
def members(association: int | None) -> QuerySet[Company]:
    """All that are listed, of one association or of all."""
    rows = Company.objects.listed()
    if association is None:
        return rows
    return rows.filter(pk__in=_members_in(cluster__association=association))


def narrow(rows: QuerySet, wanted: dict[str, str] | dict[str, Blank]) -> QuerySet:
    """Only those of a cluster, tag, size, openness, and by name from somewhere on. What nobody has gives nothing."""
    asked = {name: value for name, value in wanted.items() if value}
    if "cluster" in asked:
        rows = rows.filter(pk__in=_members_in(cluster__slug=asked["cluster"]))
    if "does" in asked:
        rows = rows.filter(expertise__contains=[asked["does"]])
    if "size" in asked:
        rows = rows.filter(size=asked["size"])
    if "open" in asked:
        rows = rows.filter(introductions=asked["open"])
    if "from" in asked:
        rows = rows.filter(name_key__gte=asked["from"])
    return rows


def _members_in(**where):
    return Membership.objects.active().filter(**where).values("company")


def find(words: str, wanted: dict[str, str], association: int | None) -> Found:
    """By words; if none has them, by likeness; without words all."""
    values = {name: without_nul(value) for name, value in wanted.items() if value}
    about = association, frozenset(values)
    if not words:
        return _by_name(_read(_all_by_name(*about, MOST), **values), MOST)
    values["words"] = words
    number, matches = _having(*about, MOST_WITH_WORDS).look(**values)
    if number > MOST_WITH_WORDS:
        return _by_name(_read(_having_by_name(*about, MOST_WITH_WORDS), **values), MOST_WITH_WORDS)
    if number:
        return Found(_best_first(map(Match._make, matches)))
    near = _read(_near(*about, MOST_ALIKE), **values)
    return Found(_best_first(near[:MOST_ALIKE]), is_near=True, is_cut=len(near) > MOST_ALIKE)


def with_words(rows: QuerySet, words: str | Blank) -> QuerySet:
    return rows.filter(words=words_query(words))


def alike(rows: QuerySet, words: str | Blank) -> QuerySet:
    """Those whose name or tags are nearly so: for typing errors, and for the beginning of a name."""
    likeness = TrigramWordSimilarity(words, "near_words")  # type: ignore[arg-type]
    return rows.filter(near_words__trigram_word_similar=words).annotate(rank=likeness)


def _by_name(matches: list[Match], most: int) -> Found:
    return Found(matches[:most], goes_on_from=matches[most].name if len(matches) > most else "")


def _best_first(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: (-match.rank, match.name, match.pk))


# --- what is asked for them: by whose site it is, what is set, and how many are wanted --------------------
ABOUT = ("pk", "name_key", "size", "introductions", "expertise")


def _rows(association: int | None, names: Iterable[str]) -> QuerySet[Company]:
    return narrow(members(association), {name: Blank(name) for name in names})


def _all_by_name(association: int | None, names: frozenset[str], most: int) -> ReadyMade:
    rows = partial(_rows, association, names)
    return kept(("firms by name", association, names, most), lambda: _question_by_name(rows(), most))


def _having(association: int | None, names: frozenset[str], most: int) -> Ranked:
    def make() -> Ranked:
        clusters = ready_made(_clusters_of(RawSQL('found."pk"', ())))
        return ranked(with_words(_rows(association, names), WORDS), ABOUT, most, clusters)

    return kept(("firms with words", association, names, most), make)


def _having_by_name(association: int | None, names: frozenset[str], most: int) -> ReadyMade:
    """Of so many that nothing is counted of them, so their clusters are not asked for."""

    def make() -> ReadyMade:
        rows = with_words(_rows(association, names), WORDS)
        return _question_by_name(rows, most, Value([], ArrayField(BigIntegerField())))

    return kept(("firms with words by name", association, names, most), make)


def _near(association: int | None, names: frozenset[str], most: int) -> ReadyMade:
    def make() -> ReadyMade:
        return ready_made(_about(alike(_rows(association, names), WORDS))[: most + 1], FORGIVING)

    return kept(("firms nearly so", association, names, most), make)


def _question_by_name(rows: QuerySet, most: int, clusters: Any = None) -> ReadyMade:
    """Whoever reads one too many knows that there are more."""
    rows = rows.annotate(rank=Value(0.0, FloatField()))
    return ready_made(_about(rows, clusters).order_by("name_key", "pk")[: most + 1])


def _about(rows: QuerySet, clusters: Any = None) -> QuerySet:
    """Unordered, as they are found."""
    rows = rows.annotate(clusters=clusters or _clusters_of_each())
    return rows.order_by().values_list("rank", *ABOUT, "clusters")


def _clusters_of_each() -> ArraySubquery:
    return ArraySubquery(_clusters_of(OuterRef("pk")))


def _clusters_of(firm: OuterRef | RawSQL) -> QuerySet:
    """That is not frozen."""
    active = Membership.objects.filter(state=Membership.State.ACTIVE, company=firm)
    return active.order_by().values("cluster")


def _read(asked: ReadyMade, **values: str) -> list[Match]:
    return list(map(Match._make, asked.rows(**values)))


# --- what the list can be narrowed to ----------------------------------------------------------------------
def choices(found: Found, wanted: dict[str, str], association: int | None) -> ToChooseFrom:
    """With the number of firms for each, where all are known; not where the list is narrowed to one already."""
    matches = None if found.goes_on_from else found.matches
    sizes = Counter(match.size for match in matches or ())
    openness = Counter(match.introductions for match in matches or ())
    tags = Counter(tag for match in found.matches for tag in match.expertise)
    common = sorted(tag for tag, _ in tags.most_common(LONGEST_LIST))
    chosen = [wanted["does"]] if wanted["does"] and wanted["does"] not in common else []
    directly, by_coordinator, _none = Company.Introductions
    return ToChooseFrom(
        cluster=_clusters(matches if not wanted["cluster"] else None, association, wanted["cluster"]),
        does=[(tag, tag, tags[tag] if matches and not wanted["does"] else None) for tag in chosen + common],
        size=_counted(size_labels(), sizes if matches and not wanted["size"] else None),
        open=_counted(
            [(directly.value, _("A message from members")), (by_coordinator.value, _("An introduction"))],
            openness if matches and not wanted["open"] else None,
        ),
    )


def size_labels() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Company.Size.choices]


def _counted(options, numbers: Counter | None) -> Choices:
    return [(value, words, None if numbers is None else numbers[value]) for value, words in options]


class Named(NamedTuple):
    """A cluster, and its place among all by name."""

    place: int
    slug: str
    name: str


def clusters_by_number(association: int | None = None) -> dict[int, Named]:
    """Of one association or of all, by name; kept until a cluster changes."""

    def find() -> dict[int, Named]:
        rows = (
            Cluster.objects.all() if association is None else Cluster.objects.filter(association=association)
        )
        found = rows.order_by("name").values_list("pk", "slug", "name")
        return {pk: Named(place, *names) for place, (pk, *names) in enumerate(found)}

    return kept(("clusters of the directory", association), find, ("clusters.Cluster",))


def _clusters(matches: list[Match] | None, association: int | None, chosen: str) -> Choices:
    """Of too many for a list those alone that have firms among the matches, and the chosen one."""
    clusters = clusters_by_number(association)
    numbers = Counter(pk for match in matches or () for pk in match.clusters if pk in clusters)
    shown: Iterable[int] = clusters
    if len(clusters) > MOST_CLUSTERS:
        shown = sorted(numbers, key=clusters.__getitem__) if len(numbers) <= MOST_CLUSTERS else []
        if chosen:
            shown = [pk for pk, cluster in clusters.items() if cluster.slug == chosen]
    return [(clusters[pk].slug, clusters[pk].name, numbers[pk] if matches else None) for pk in shown]


# --- a page of them ----------------------------------------------------------------------------------------
class Firm(NamedTuple):
    """A row of the list."""

    name: str
    url: str
    summary: str
    size: str
    clusters: tuple[str, ...]
    looks_for: str
    where: str
    logo: str
    logo_width: int
    logo_height: int
    initials: str


class Row(NamedTuple):
    """What that is made from."""

    pk: int
    name: str
    slug: str
    summary: str
    size: str
    seeks: str
    email: str
    email_shown: str
    phone: str
    phone_shown: str
    address: str
    address_shown: str
    town: str
    postcode: str
    logo__uid: UUID | None
    logo__width: int
    logo__height: int
    clusters: list[int]
    headline: str


def firms(pks: list[int], words: str, near: Shown) -> list[tuple[Firm, SafeString]]:
    """In this order, as far as they show themselves to who is so near (`contact_fields`); and where, in what it wrote,
    each has the words.
    """
    if not pks:
        return []
    rows = map(Row._make, _shown(bool(words)).rows(pks=pks, words=words))
    clusters, sizes = clusters_by_number(), dict(size_labels())
    found = {
        row.pk: (_firm(row, clusters, sizes, near), place_in(row.headline))
        for row in rows
        if row.clusters  # else it is listed no longer
    }
    return [found[pk] for pk in pks if pk in found]


def _shown(with_places: bool) -> ReadyMade:
    def make() -> ReadyMade:
        written = Concat("offers", Value("\n"), "seeks", Value("\n"), "about", output_field=TextField())
        place = headline(written, WORDS) if with_places else Value("")
        rows = Company.objects.filter(pk__among=Blank("pks"), frozen_at=None).order_by()
        return ready_made(
            rows.annotate(clusters=_clusters_of_each(), headline=place).values_list(*Row._fields)
        )

    return kept(("rows of firms", with_places), make)


def _firm(row: Row, clusters: dict[int, Named], sizes: dict[str, str], near: Shown) -> Firm:
    named = sorted(clusters[pk] for pk in row.clusters if pk in clusters)
    return Firm(
        name=row.name,
        url=address("members:company", row.slug),
        summary=row.summary,
        size=sizes.get(row.size, ""),
        clusters=tuple(cluster.name for cluster in named[:MOST_NAMED]),
        looks_for=first_sought(row.seeks),
        where=contact_fields(row, near).where,
        logo=address("members:company-logo", row.logo__uid, "small") if row.logo__uid else "",
        logo_width=row.logo__width or 0,
        logo_height=row.logo__height or 0,
        initials="" if row.logo__uid else initials_of(row.name),
    )
