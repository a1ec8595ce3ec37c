"""The map of clusters: towns where they are, on land made of dots. Pure functions, like all pictures."""

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString

from clusters.pictures import ROW, Point, circle, dots, number, svg, text


@dataclass(frozen=True)
class Town:
    """A cluster on the map. `name` is written beside the dot, `words` is what its link says."""

    slug: str
    name: str
    latitude: float
    longitude: float
    firms: int
    href: str = ""
    words: str = ""

    @property
    def radius(self) -> float:
        return 8 + math.sqrt(self.firms) * 1.3


@dataclass(frozen=True)
class Here:
    """Where the visitor is."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Frame:
    """A part of the world between degrees, drawn with one scale for the whole of it (plate carrée
    with the cosine of the middle latitude): true enough for 400 km."""

    west: float
    south: float
    east: float
    north: float

    @property
    def kilometres(self) -> Point:
        """Width and height."""
        cosine = math.cos(math.radians((self.south + self.north) / 2))
        return (self.east - self.west) * 111.32 * cosine, (self.north - self.south) * 111.2

    @property
    def scale(self) -> float:
        """Units of the picture to a kilometre, such that all maps have letters of one size."""
        width, height = self.kilometres
        return min(482 / width, 770 / height)

    @property
    def closeness(self) -> float:
        """How much of their full size dots have: less where the map covers more than a region."""
        return min(1.0, max(0.75, self.scale / 3.3))

    @property
    def size(self) -> Point:
        width, height = self.kilometres
        return width * self.scale, height * self.scale

    def place(self, longitude: float, latitude: float) -> Point:
        width, height = self.size
        return (
            (longitude - self.west) / (self.east - self.west) * width,
            (self.north - latitude) / (self.north - self.south) * height,
        )

    def position(self, x: float, y: float) -> Point:
        """Longitude and latitude of a point of the picture."""
        width, height = self.size
        return self.west + x / width * (self.east - self.west), self.north - y / height * (
            self.north - self.south
        )

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


NAMED_TOWNS = 40  # with more of them the names would cover each other


def region_map(
    towns: Sequence[Town],
    label: str,
    *,
    lit: str = "",
    here: Here | None = None,
    rings: Sequence[int] = (),
    css_class: str = "map",
) -> SafeString:
    """The clusters where they are, on land made of dots where we have its outline. The number in a
    dot is its firms. `lit` is the slug of the nearest; `rings` are miles round `here`."""
    frame, ground, drawn = with_towns(tuple(towns), lit)
    if here and frame.holds(here.longitude, here.latitude):
        ground += distance_rings(frame, here, rings)
        drawn += here_sign(frame, here)
    role = "group" if any(town.href for town in towns) else "img"
    return svg(css_class, (0, 0, *frame.size), ground + drawn, label, role=role)


@lru_cache(maxsize=64)  # of some 20 KB; it depends on its arguments alone
def with_towns(towns: tuple[Town, ...], lit: str) -> tuple[Frame, str, str]:
    """The land, and the towns on it."""
    frame = frame_round(towns)
    spots = tuple(
        (*frame.place(town.longitude, town.latitude), town.radius * frame.closeness) for town in towns
    )
    drawn = ""
    named = len(towns) <= NAMED_TOWNS
    names = name_places(spots, tuple(len(town.name) for town in towns), frame.size) if named else ()
    for index, (town, (x, y, radius)) in enumerate(zip(towns, spots, strict=True)):
        inner = circle("map-hit", (x, y), max(radius + 4, 20), 1) + circle("map-dot", (x, y), radius, 1)
        if names:
            name_x, name_y, anchor = names[index]
            inner += text("map-name", (name_x, name_y), town.name, anchor) + " "
        inner += text("map-num", (x, y + 4.6), str(town.firms))
        css = f"map-town{' is-lit' if town.slug == lit else ''}"
        if town.href:
            words = escape(town.words or town.name)
            drawn += f'<a class="{css}" href="{escape(town.href)}" aria-label="{words}">{inner}</a>'
        else:
            drawn += f'<g class="{css}">{inner}</g>'
    return frame, land(frame, regions_of(towns), spots), drawn


ENGLAND = Frame(west=-5.7, south=50.0, east=1.8, north=55.8)


def frame_round(towns: Sequence[Town]) -> Frame:
    """The whole of each region that has one of the towns, and some 20 km round every other town."""
    frames = [region.frame for region in regions_of(towns)]
    for town in towns:
        if not any(frame.holds(town.longitude, town.latitude) for frame in frames):
            west, south = town.longitude - 0.3, town.latitude - 0.18
            frames.append(Frame(west, south, west + 0.6, south + 0.36))
    frames = frames or [ENGLAND]
    return Frame(
        west=min(frame.west for frame in frames),
        south=min(frame.south for frame in frames),
        east=max(frame.east for frame in frames),
        north=max(frame.north for frame in frames),
    )


def distance_rings(frame: Frame, here: Here, rings: Sequence[int]) -> str:
    x, y = frame.place(here.longitude, here.latitude)
    content = ""
    for miles in rings:
        radius = miles * 1.609 * frame.scale
        on_ring = (x - radius * 0.71 - 4, y - radius * 0.71)
        content += circle("map-ring", (x, y), radius) + text("map-note", on_ring, f"{miles} miles", "end")
    return content


def here_sign(frame: Frame, here: Here) -> str:
    x, y = frame.place(here.longitude, here.latitude)
    cross = f"M{number(x - 15)} {number(y)}h30M{number(x)} {number(y - 15)}v30"
    name = text("map-name", (x + 12, y - 12), here.name, "start")
    return f'<g class="map-here">{circle("", (x, y), 7)}<path d="{cross}"/>{name}</g>'


# --- the land under the map ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Region:
    """An outline we have, and the frame it fills. A coastal one is cut off where the land ends."""

    frame: Frame
    outline: tuple[Point, ...]
    coastal: bool


@cache
def land_data() -> tuple[tuple[Region, ...], tuple[tuple[Point, ...], ...]]:
    """The regions and the land areas, rings of (longitude, latitude)."""
    data = json.loads((Path(__file__).parent / "data" / "land.json").read_text())
    regions = tuple(
        Region(Frame(*region["frame"]), tuple(map(tuple, region["outline"])), region["coastal"])
        for region in data["regions"]
    )
    return regions, tuple(tuple(map(tuple, ring)) for ring in data["coast"])


def regions_of(towns: Sequence[Town]) -> tuple[Region, ...]:
    regions, _ = land_data()
    return tuple(
        region
        for region in regions
        if any(inside((town.longitude, town.latitude), region.outline) for town in towns)
    )


@lru_cache(maxsize=64)
def land(frame: Frame, regions: tuple[Region, ...], spots: tuple[tuple[float, float, float], ...]) -> str:
    """Dots on the land of the regions, clear of the towns: `spots` are (x, y, radius)."""
    places = land_places(frame, regions)  # from north to south
    covered = set()
    for town_x, town_y, radius in spots:
        reach = radius + 5
        first = bisect_left(places, town_y - reach, key=itemgetter(1))
        last = bisect_right(places, town_y + reach, key=itemgetter(1))
        covered |= {(x, y) for x, y in places[first:last] if (x - town_x) ** 2 + (y - town_y) ** 2 < reach**2}
    return dots((place for place in places if place not in covered), 6.6, "map-in")


@cache
def land_places(frame: Frame, regions: tuple[Region, ...]) -> tuple[Point, ...]:
    _, coast = land_data()
    pitch = 13.0
    width, height = frame.size
    found = []
    for row in range(int(height / pitch / ROW) + 1):
        for column in range(int(width / pitch) + 1):
            x, y = (column + 0.4 + (0.5 if row % 2 else 0)) * pitch, row * pitch * ROW + 0.4 * pitch
            position = frame.position(x, y)
            if any(
                inside(position, region.outline)
                and (not region.coastal or any(inside(position, ring) for ring in coast))
                for region in regions
            ):
                found.append((x, y))
    return tuple(found)


def inside(point: Point, ring: Sequence[Point]) -> bool:
    """Whether a ray from the point crosses the ring an odd number of times."""
    x, y = point
    crossed = False
    before_x, before_y = ring[-1]
    for corner_x, corner_y in ring:
        if (corner_y > y) != (before_y > y) and x < (before_x - corner_x) * (y - corner_y) / (
            before_y - corner_y
        ) + corner_x:
            crossed = not crossed
        before_x, before_y = corner_x, corner_y
    return crossed


# --- where the names of the towns go ------------------------------------------------------------------
Box = tuple[float, float, float, float]  # left, top, right, bottom


@lru_cache(maxsize=64)
def name_places(
    spots: tuple[tuple[float, float, float], ...], lengths: tuple[int, ...], size: Point
) -> tuple[tuple[float, float, str], ...]:
    """For each town the side of its dot where its name collides least: (x, baseline, anchor).

    Begins with all names on the right and lets each in turn take its best side, up to three times
    over: enough to settle, and the same for the same towns. Covering a dot is worse than
    covering a name. Only those are compared that can meet at all.
    """
    sides = [name_sides(spot, length) for spot, length in zip(spots, lengths, strict=True)]
    chosen = [0] * len(spots)
    reached = [box_round(box for box, _ in options) for options in sides]
    dot_boxes = [(x - radius, y - radius, x + radius, y + radius) for x, y, radius in spots]
    page = (0.0, 0.0, *size)
    others = [[other for other in range(len(spots)) if other != index] for index in range(len(spots))]
    neighbours = [
        [other for other in others[index] if shared(reached[index], reached[other])]
        for index in range(len(spots))
    ]
    on_dots = []  # of each side of each name
    for index, options in enumerate(sides):
        near = [dot_boxes[other] for other in others[index] if shared(reached[index], dot_boxes[other])]
        on_dots.append([3 * sum(shared(box, dot) for dot in near) for box, _ in options])
    for _ in range(3):
        before = [*chosen]
        for index, options in enumerate(sides):
            names = [sides[other][chosen[other]][0] for other in neighbours[index]]
            costs = [
                sum(shared(box, name) for name in names)
                + on_dots[index][rank]
                + area(box)
                - shared(box, page)
                + rank
                for rank, (box, _) in enumerate(options)
            ]
            chosen[index] = costs.index(min(costs))
        if chosen == before:
            break
    return tuple(options[choice][1] for options, choice in zip(sides, chosen, strict=True))


def box_round(boxes: Iterable[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def name_sides(spot: tuple[float, float, float], length: int) -> list[tuple[Box, tuple[float, float, str]]]:
    """Right, left, below and above a dot, then its corners: the box a name of that length fills,
    and its anchor."""
    x, y, radius = spot
    width, gap, slant = length * 9.0, radius + 6, radius * 0.7 + 4
    anchors = [
        (x + gap, y + 5, "start"),
        (x - gap, y + 5, "end"),
        (x, y + gap + 12, "middle"),
        (x, y - gap - 1, "middle"),
        (x + slant, y + slant + 8, "start"),
        (x + slant, y - slant + 2, "start"),
        (x - slant, y + slant + 8, "end"),
        (x - slant, y - slant + 2, "end"),
    ]
    left_of = {"start": 0.0, "middle": width / 2, "end": width}
    return [
        ((at_x - left_of[anchor], at_y - 14, at_x - left_of[anchor] + width, at_y + 5), (at_x, at_y, anchor))
        for at_x, at_y, anchor in anchors
    ]


def area(box: Box) -> float:
    left, top, right, bottom = box
    return (right - left) * (bottom - top)


def shared(one: Box, other: Box) -> float:
    """The area that both cover."""
    left, top, right, bottom = one
    other_left, other_top, other_right, other_bottom = other
    if right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top:
        return 0.0  # nearly always
    width = min(right, other_right) - max(left, other_left)
    return width * (min(bottom, other_bottom) - max(top, other_top))
