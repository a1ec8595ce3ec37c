"""From what a visitor typed to the local cluster. Pure: the clusters go in, an answer comes out.

Places come from clusters/data: outcodes.csv (Ordnance Survey's Code-Point Open, the mean position
of each postcode district of Great Britain) and towns.csv (the district in the middle of a town).
What a cluster says it covers wins over distance. An input of any kind has an answer.

Where `manage.py load_postcodes` has been run, `exact` knows each postcode; without it a postcode is in the middle of
its district.
"""

import csv
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from statistics import fmean

from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster

AROUND = 25  # miles: clusters listed beside the nearest
FAR = 40  # miles: further than this is no local cluster
ALIKE = 3  # miles: two clusters nearly equally near are a choice, not an answer
MILES_OF_A_DEGREE = 69  # of latitude, and of longitude at the equator: rather too few
LONGEST = 60  # characters; the longest place name of Great Britain has 58
NOT_COVERED = {
    "BT": _("Northern Ireland"),
    "IM": _("the Isle of Man"),
    "JE": _("Jersey"),
    "GY": _("Guernsey"),
}


Exact = Callable[..., tuple[float, float] | None]


def nothing_exact(*codes: str) -> None:
    """No postcodes have been loaded."""


class Outcome(Enum):
    NOTHING_ASKED = "nothing asked"
    ONE = "one"
    SEVERAL = "several"
    FAR = "far"
    NOT_COVERED = "not covered"
    NOT_A_POSTCODE = "not a postcode"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Place:
    name: str
    latitude: float
    longitude: float
    districts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Near:
    """A cluster of the answer. `miles` from the place asked for; None if it was found by its name."""

    cluster: Cluster
    miles: float | None = None
    is_best: bool = False


@dataclass(frozen=True)
class Answer:
    """`asked` is what was typed, cleaned; `read_as` what we took it for if that differs;
    `suggestions` are things to ask instead."""

    outcome: Outcome
    asked: str = ""
    place: Place | None = None
    near: Sequence[Near] = ()
    read_as: str = ""
    detail: str = ""
    suggestions: Sequence[str] = ()

    @property
    def best(self) -> Cluster | None:
        return self.near[0].cluster if self.near and self.near[0].is_best else None

    @property
    def unserved_district(self) -> str:
        """The one district that was asked for and that no cluster is near; empty if there is none."""
        if self.outcome is Outcome.NOT_COVERED:
            parts = split_postcode(self.asked)
            return parts[0] if parts else ""
        if self.outcome is Outcome.FAR and self.place and len(self.place.districts) == 1:
            return next(iter(self.place.districts))
        return ""


def find(question: str, clusters: Iterable[Cluster], exact: Exact = nothing_exact) -> Answer:
    """The answer to a postcode, a part of one, a town or the name of a cluster. Needs the associations.

    `exact("LA14YW", "LA1")` says where the first of these is that is known better than from our list.
    """
    asked = clean(question)
    everything = list(clusters)
    if not asked:
        return Answer(Outcome.NOTHING_ASKED)
    if len(asked) > LONGEST:
        return Answer(Outcome.UNKNOWN, f"{asked[:LONGEST]}…", detail="too long")
    return (
        by_postcode(asked, everything, exact)
        or by_name(asked, everything)
        or by_misread_postcode(asked, everything, exact)
        or not_found(asked, everything)
    )


def clean(question: str) -> str:
    """Without control characters and double spaces, and with wide forms of letters made plain."""
    plain = unicodedata.normalize("NFKC", question[: 2 * LONGEST])
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in plain).split())


# --- postcodes --------------------------------------------------------------------------------
FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
DISTRICT = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
REST = re.compile(r"[0-9][A-Z]{0,2}")


@cache
def outcodes() -> dict[str, tuple[float, float]]:
    with (Path(__file__).parent / "data" / "outcodes.csv").open() as rows:
        return {code: (float(latitude), float(longitude)) for code, latitude, longitude in csv.reader(rows)}


def split_postcode(asked: str) -> tuple[str, str] | None:
    """District and rest of what looks like a postcode, whole or begun: "la14yw" → ("LA1", "4YW")."""
    first, _, rest = asked.upper().partition(" ")
    if DISTRICT.fullmatch(first) and REST.fullmatch(rest):
        return first, rest
    compact = asked.upper().replace(" ", "")
    if whole := FULL.fullmatch(compact):
        return whole[1], whole[2]
    if DISTRICT.fullmatch(compact):
        return compact, ""
    for length in (4, 3, 2):  # a rest begun without a space: "LA59J"
        if compact[:length] in outcodes() and REST.fullmatch(compact[length:]):
            return compact[:length], compact[length:]
    return None


def postcode_place(asked: str, exact: Exact = nothing_exact) -> Place | None:
    """Where a postcode, a district ("LA1"), the start of some ("W1") or an area ("LA") is."""
    parts = split_postcode(asked)
    start = parts[0] if parts else asked.upper()
    if parts and (point := exact_point(parts, exact)):
        return Place(" ".join(parts).strip(), *point, frozenset([start]))
    if start in outcodes():
        return Place(" ".join(parts).strip() if parts else start, *outcodes()[start], frozenset([start]))
    if (parts and parts[1]) or not re.fullmatch(r"[A-Z]{1,2}[0-9]?", start):
        return None
    inside = [
        code
        for code in outcodes()
        if re.fullmatch(start + ("[A-Z]" if start[-1].isdigit() else "[0-9].*"), code)
    ]
    if not inside:
        return None
    middle = [fmean(outcodes()[code][axis] for code in inside) for axis in (0, 1)]
    return Place(start, middle[0], middle[1], frozenset(inside))


def exact_point(parts: tuple[str, str], exact: Exact) -> tuple[float, float] | None:
    """Of a whole postcode, else of its district."""
    district, rest = parts
    return exact(*([district + rest] if len(rest) == 3 else []), district)


def by_postcode(asked: str, clusters: Sequence[Cluster], exact: Exact) -> Answer | None:
    place = postcode_place(asked, exact)
    if place:
        return near_place(asked, place, clusters)
    parts = split_postcode(asked)
    covering = [cluster for cluster in clusters if parts and parts[0] in cluster.districts]
    if covering:  # a district that our data don't have
        one = len(covering) == 1
        return Answer(
            Outcome.ONE if one else Outcome.SEVERAL,
            asked,
            near=[Near(cluster, is_best=one) for cluster in covering],
        )
    area = NOT_COVERED.get(asked[:2].upper())
    if area and (parts or len(asked) == 2):
        return Answer(Outcome.NOT_COVERED, asked, detail=str(area))
    return None


LOOK_ALIKES = {
    "O": "0",
    "0": "O",
    "I": "1",
    "L": "1",
    "1": "IL",
    "S": "5",
    "5": "S",
    "Z": "2",
    "2": "Z",
    "B": "8",
    "8": "B",
}


def by_misread_postcode(asked: str, clusters: Sequence[Cluster], exact: Exact) -> Answer | None:
    """What was meant by letters for digits, digits for letters, or dots and dashes in between."""
    compact = re.sub(r"[^A-Z0-9]", "", asked.upper())
    if not 2 <= len(compact) <= 7:
        return None
    places = [place for text in readings(compact) if (place := postcode_place(text))]
    names = list(dict.fromkeys(place.name for place in places))
    if len(names) == 1:
        answer = near_place(asked, postcode_place(names[0], exact) or places[0], clusters)
        return Answer(answer.outcome, asked, answer.place, answer.near, read_as=names[0])
    if names:
        return Answer(Outcome.NOT_A_POSTCODE, asked, suggestions=names[:4])
    if parts := split_postcode(compact):
        return Answer(Outcome.NOT_A_POSTCODE, asked, detail=parts[0])
    return None


def readings(compact: str) -> list[str]:
    """The postcodes or districts that it can be taken for with the fewest look-alikes exchanged."""
    doubtful = [index for index, sign in enumerate(compact) if sign in LOOK_ALIKES]
    for changes in range(3):
        found = []
        for chosen in combinations(doubtful, changes):
            texts = [""]
            for index, sign in enumerate(compact):
                texts = [
                    text + new for text in texts for new in (LOOK_ALIKES[sign] if index in chosen else sign)
                ]
            found += [text for text in texts if (parts := split_postcode(text)) and parts[0] in outcodes()]
        if found:
            return found
    return []


# --- names ------------------------------------------------------------------------------------
@cache
def towns() -> dict[str, tuple[str, str]]:
    """The town and the district in its middle, by the town's name in plain words."""
    with (Path(__file__).parent / "data" / "towns.csv").open() as rows:
        return {" ".join(words(name)): (name, district) for name, district in csv.reader(rows)}


def words(name: str) -> list[str]:
    """The words that count, without accents: "Barrow-in-Furness" → barrow, in, furness."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return [word for word in re.findall(r"[a-z0-9]+", plain.replace("'", "")) if word not in FILLERS]


FILLERS = {"and", "the", "cluster", "clusters", "branch"}


def names_of(cluster: Cluster) -> frozenset[str]:
    return names_in(cluster.name, cluster.town)


@lru_cache(maxsize=10_000)
def names_in(name: str, town: str) -> frozenset[str]:
    """By which somebody may ask for a cluster: its name, its parts ("Lancaster", "Morecambe"), its town."""
    parts = [name, town, *re.split(r"&|,|\band\b", name)]
    return frozenset({" ".join(words(part)) for part in parts} - {""})


def by_name(asked: str, clusters: Sequence[Cluster]) -> Answer | None:
    wanted = words(asked)
    name = " ".join(wanted)
    if not name:
        return None
    named = [cluster for cluster in clusters if name in names_of(cluster)]
    if len(named) == 1:
        return round_cluster(asked, named[0], clusters)
    if not named and name in towns():
        town, district = towns()[name]
        return near_place(asked, Place(town, *outcodes()[district], frozenset([district])), clusters)
    named = named or [cluster for cluster in clusters if set(wanted) <= all_words_of(cluster)]
    if not named and len(name) >= 3:
        named = [cluster for cluster in clusters if any(one.startswith(name) for one in names_of(cluster))]
    if len(named) == 1:
        return round_cluster(asked, named[0], clusters)
    return Answer(Outcome.SEVERAL, asked, near=[Near(cluster) for cluster in named]) if named else None


def all_words_of(cluster: Cluster) -> frozenset[str]:
    return words_in(cluster.name, cluster.town, cluster.association.name)


@lru_cache(maxsize=10_000)
def words_in(*names: str) -> frozenset[str]:
    return frozenset(word for name in names for word in words(name))


def round_cluster(asked: str, cluster: Cluster, clusters: Sequence[Cluster]) -> Answer:
    """The cluster asked for by name, and its neighbours."""
    place = Place(cluster.town, float(cluster.latitude), float(cluster.longitude))
    others = [one for one in by_distance(place, clusters) if one[1] != cluster and one[0] <= AROUND]
    return Answer(Outcome.ONE, asked, place, [Near(cluster, is_best=True), *listed(others)])


def not_found(asked: str, clusters: Sequence[Cluster]) -> Answer:
    known = {name: town for name, (town, _) in towns().items()}
    for cluster in clusters:
        known.update((name, cluster.name) for name in names_of(cluster))
    close = get_close_matches(" ".join(words(asked)), known, n=3, cutoff=0.75)
    return Answer(Outcome.UNKNOWN, asked, suggestions=list(dict.fromkeys(known[name] for name in close)))


# --- distances --------------------------------------------------------------------------------
def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """As the crow flies (haversine), between two (latitude, longitude)."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * 3958.8 * math.asin(math.sqrt(half))


def by_distance(place: Place, clusters: Iterable[Cluster]) -> list[tuple[float, Cluster]]:
    """Those that can be joined with their distance, the nearest first."""
    here = (place.latitude, place.longitude)
    found = [
        (miles_between(here, (float(cluster.latitude), float(cluster.longitude))), cluster)
        for cluster in clusters
        if cluster.state != Cluster.State.RESTING
    ]
    return sorted(found, key=lambda one: (one[0], one[1].name))


def listed(found: Iterable[tuple[float, Cluster]]) -> list[Near]:
    return [Near(cluster, miles) for miles, cluster in found]


def may_be_near(place: Place, cluster: Cluster) -> bool:
    """Quick to tell, of thousands: it covers the place, or is in the square round all that can be in the answer."""
    reach = FAR + ALIKE
    north = abs(float(cluster.latitude) - place.latitude) * MILES_OF_A_DEGREE
    east = abs(float(cluster.longitude) - place.longitude) * MILES_OF_A_DEGREE
    return (north <= reach and east * math.cos(math.radians(place.latitude + 1)) <= reach) or bool(
        not place.districts.isdisjoint(cluster.districts)
    )


def near_place(asked: str, place: Place, clusters: Sequence[Cluster]) -> Answer:
    found = by_distance(place, (cluster for cluster in clusters if may_be_near(place, cluster)))
    if not found or found[0][0] > FAR:
        found = by_distance(place, clusters)
    covering = [one for one in found if place.districts & set(one[1].districts)]
    if not found or (not covering and found[0][0] > FAR):
        return Answer(Outcome.FAR, asked, place, listed(found[:3]))
    best = covering or [one for one in found if one[0] - found[0][0] < ALIKE]
    others = listed(one for one in found if one not in best and one[0] <= AROUND)
    if len(best) > 1:
        return Answer(Outcome.SEVERAL, asked, place, listed(best) + others)
    [(miles, cluster)] = best
    return Answer(Outcome.ONE, asked, place, [Near(cluster, miles, is_best=True), *others])
