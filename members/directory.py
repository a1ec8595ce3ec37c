"""The directory of member firms: by name, by words, and, where no word fits, by likeness.

It lists what everybody sees, and looks only where everybody may: in names, tags, and what firms write about
themselves, never in how they are reached. Whatever is asked for, no more than MOST rows are read, so that 50,000
firms cost what 1,000 do: what more firms have than that comes by name, and goes on from a name.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchRank, TrigramWordSimilarity
from django.core.paginator import Paginator
from django.db.models import Count, F, FloatField, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from clusters.kept_figures import kept
from clusters.models import Association, Cluster
from clusters.searching import START, headline, marked, tolerantly, without_nul, words_query
from members.contact_fields import CONTACT_FIELDS
from members.models import Company, Membership

MOST = 1_000
MOST_WITH_WORDS = 500  # ranked, and to choose from; more have such a common word that rank says little
MOST_ALIKE = 100  # in nearly the words that were typed: thousands have a common word that was mistyped
PER_PAGE = 20
LONGEST_LIST = 30  # tags to choose from
MOST_CLUSTERS = 100  # to choose from
MOST_NAMED = 3  # clusters of a firm
SHOWN = [
    "name",
    "slug",
    "summary",
    "size",
    "seeks",
    "logo__uid",
    "logo__width",
    "logo__height",
    *CONTACT_FIELDS,
]
Choices = list[
    tuple[str, str, int | None]
]  # the value in the address, the words, and how many firms if known
FILTERS = ["cluster", "does", "size", "open", "from"]


class Match(NamedTuple):
    pk: int
    name: str
    size: str
    introductions: str
    expertise: list[str]
    rank: float


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


def listing(words: str, wanted: dict[str, str], association: Association | None) -> Listing:
    """`wanted`: by FILTERS. That of all firms is kept until one of them changes."""

    def look() -> Listing:
        found = find(narrow(members(association), wanted), words)
        options = choices(found, wanted, association)
        pks = [match.pk for match in found.matches]
        return Listing(pks, options, found.is_near, found.is_cut, found.goes_on_from)

    if words or any(wanted.values()):
        return look()
    what = ("directory", association.pk if association else None)
    return kept(what, look, ("clusters.Cluster", "members.Company", "members.Membership"))


# --- which firms ---------------------------------------------------------------------------------------
def members(association: Association | None) -> QuerySet[Company]:
    """All that are listed, of one association or of all."""
    rows = Company.objects.listed()
    if association is None:
        return rows
    return rows.filter(pk__in=_members_in(cluster__association=association))


def narrow(rows: QuerySet, wanted: dict[str, str]) -> QuerySet:
    """Only those of a cluster, tag, size, openness, and by name from somewhere on. What nobody has gives nothing."""
    asked = {name: without_nul(value) for name, value in wanted.items() if value}
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


def find(rows: QuerySet, words: str) -> Found:
    """By words; if none has them, by likeness; without words all."""
    if not words:
        return _by_name(rows, MOST)
    matches = _read(with_words(rows, words), MOST_WITH_WORDS + 1)
    if len(matches) > MOST_WITH_WORDS:
        return _by_name(rows.filter(words=words_query(words)), MOST_WITH_WORDS)
    if matches:
        return Found(_best_first(matches))
    near = _read(alike(rows, words), MOST_ALIKE + 1, tolerantly)
    return Found(_best_first(near[:MOST_ALIKE]), is_near=True, is_cut=len(near) > MOST_ALIKE)


def with_words(rows: QuerySet, words: str) -> QuerySet:
    query = words_query(words)
    return rows.filter(words=query).annotate(rank=SearchRank(F("words"), query))


def alike(rows: QuerySet, words: str) -> QuerySet:
    """Those whose name or tags are nearly so: for typing errors, and for the beginning of a name."""
    likeness = TrigramWordSimilarity(words, "near_words")
    return rows.filter(near_words__trigram_word_similar=words).annotate(rank=likeness)


def _by_name(rows: QuerySet, most: int) -> Found:
    rows = rows.annotate(rank=Value(0.0, FloatField())).order_by("name_key", "pk")
    matches = _read(rows, most + 1)
    return Found(matches[:most], goes_on_from=matches[most].name if len(matches) > most else "")


def _read(rows: QuerySet, most: int, read: Callable[[QuerySet], Iterable[tuple]] = list) -> list[Match]:
    """Unordered rows come as they are found. Whoever reads one too many knows that there are more."""
    if not rows.query.order_by:
        rows = rows.order_by()
    fields = ("pk", "name_key", "size", "introductions", "expertise", "rank")
    return [Match(*row) for row in read(rows.values_list(*fields)[:most])]


def _best_first(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: (-match.rank, match.name, match.pk))


# --- what the list can be narrowed to ----------------------------------------------------------------------
def choices(found: Found, wanted: dict[str, str], association: Association | None) -> ToChooseFrom:
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
        size=_counted(Company.Size.choices, sizes if matches and not wanted["size"] else None),
        open=_counted(
            [(directly.value, _("A message from members")), (by_coordinator.value, _("An introduction"))],
            openness if matches and not wanted["open"] else None,
        ),
    )


def _counted(options, numbers: Counter | None) -> Choices:
    return [(value, words, None if numbers is None else numbers[value]) for value, words in options]


def _clusters(matches: list[Match] | None, association: Association | None, chosen: str) -> Choices:
    """Of too many for a list those alone that have firms among the matches, and the chosen one."""
    clusters = Cluster.objects.of(association).values_list("slug", "name")
    what = ("clusters of the directory", association.pk if association else None)
    known = kept(what, lambda: list(clusters[: MOST_CLUSTERS + 1]), ("clusters.Cluster",))
    numbers: dict[tuple[str, str], int] = {}
    if matches:
        firms = Membership.objects.active().filter(company__in=[match.pk for match in matches])
        if association:
            firms = firms.filter(cluster__association=association)
        by_cluster = firms.values_list("cluster__slug", "cluster__name").order_by("cluster__name")
        numbers = {(slug, name): number for slug, name, number in by_cluster.annotate(number=Count("pk"))}
    if len(known) > MOST_CLUSTERS:
        known = list(numbers) if len(numbers) <= MOST_CLUSTERS else []
        if chosen:
            known = list(clusters.filter(slug=without_nul(chosen)))
    return [(slug, name, numbers.get((slug, name), 0) if matches else None) for slug, name in known]


# --- a page of them ----------------------------------------------------------------------------------------
def firms(pks: list[int], words: str = "") -> list[Company]:
    """In this order, with logo and names of clusters. `place` is where, in what it wrote, a firm has the words."""
    active = Membership.objects.active().filter(company=OuterRef("pk")).order_by("cluster__name")
    names = ArraySubquery(active.values("cluster__name")[:MOST_NAMED])
    rows: Any = Company.objects.filter(pk__in=pks).select_related("logo").only(*SHOWN).order_by()
    rows = rows.annotate(cluster_names=names)
    if words:
        written = Concat("offers", Value("\n"), "seeks", Value("\n"), "about", output_field=TextField())
        rows = rows.annotate(headline=headline(written, words))
    found = {company.pk: company for company in rows}
    for company in found.values():
        place = getattr(company, "headline", "")
        company.place = marked(place) if START in place else ""
    return [found[pk] for pk in pks if pk in found]
