"""Charts for those who rather look than read, as SVG: the same rules as `clusters.pictures`.

Each stands beside its table (templates/clusters/_chart.html), which says the same in words. One dot is one thing:
a firm, a person, a meeting; a filled one came about, a hollow one did not. Where there are too many, a dot stands
for `scale` of them, and the words beside the chart say so.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from clusters.pictures import ROW, circle, dots, grid, line, nice_step, number, svg, text

WIDTH = 720
MOST_NAMES = 12  # under a chart; of more heaps every second, third … is named
MOST_ROWS = 16  # of a heap
DOT = 14  # from one dot to the next


@dataclass(frozen=True)
class Heap:
    """So many dots over a name."""

    name: str
    full: int
    hollow: int = 0


@dataclass(frozen=True)
class Chart:
    """A picture, what it shows in a sentence, and its table. `legend` are pairs of a class and words."""

    key: str
    title: str
    sentence: str
    picture: SafeString
    head: Sequence[str]
    rows: Sequence[Sequence]
    legend: Sequence[tuple[str, str]] = field(default=())


def scale_of(heaps: Iterable[Heap], most: int = MOST_ROWS * 3) -> int:
    """How many one dot stands for, so that no heap has more than `most` dots."""
    highest = max((heap.full + heap.hollow for heap in heaps), default=0)
    return max(1, math.ceil(highest / most))


def heaps(heaps: Sequence[Heap], label: str = "") -> SafeString:
    """Heaps of dots side by side: people at each meeting, firms by their turns."""
    scale = scale_of(heaps)
    sizes = [(math.ceil(heap.full / scale), math.ceil(heap.hollow / scale)) for heap in heaps]
    room = WIDTH / max(len(heaps), 1)
    highest = max((full + hollow for full, hollow in sizes), default=0)
    across = max(1, min(int(room / DOT - 0.75), math.ceil(math.sqrt(highest)), 6))
    pitch = min(DOT, room * 0.8)
    height = max(math.ceil(highest / across), 1) * pitch * ROW + pitch
    every = math.ceil(len(heaps) / MOST_NAMES)
    crowded = len(heaps) > MOST_NAMES / 2
    full_dots, hollow_dots, names = [], [], ""
    for index, (heap, (full, hollow)) in enumerate(zip(heaps, sizes, strict=True)):
        left = room * (index + 0.5) - (across + 0.5) * pitch / 2
        places = [(left + x, height - y) for x, y in grid(full + hollow, across, pitch)]
        full_dots += places[:full]
        hollow_dots += places[full:]
        if index % every == 0:
            alternate = " chart-alt" if crowded and index // every % 2 else ""
            names += text(f"chart-t{alternate}", (room * (index + 0.5), height + 22), heap.name)
    content = f'<path class="chart-base" d="M0 {number(height + 2)}H{WIDTH}"/>' + names
    content += dots(full_dots, pitch * 0.72, "pic-dots")
    content += "".join(circle("pic-hollow", at, pitch * 0.3) for at in hollow_dots)
    return svg("chart", (0, 0, WIDTH, height + 34), content, label)


def growth(points: Sequence[tuple[str, int]], label: str = "") -> SafeString:
    """A number over time, from nothing up: (name, number) at steps of the same length, the last one written out."""
    height, left, right, top, bottom = 260, 56, 24, 34, 34
    highest = max((value for _, value in points), default=0) or 1
    content = ""

    def place(index: float, value: float) -> tuple[float, float]:
        share = index / max(len(points) - 1, 1)
        return left + (WIDTH - left - right) * share, height - bottom - (
            height - bottom - top
        ) * value / highest

    for step in range(0, highest + 1, nice_step(highest)):
        _, y = place(0, step)
        content += f'<path class="chart-grid" d="M{left} {number(y)}H{WIDTH - right}"/>'
        content += text("chart-t", (left - 10, y + 5), f"{step:,}", "end")
    every = math.ceil(len(points) / MOST_NAMES)
    for index, (name, _) in enumerate(points):
        if index % every == 0:
            alternate = " chart-alt" if index // every % 2 else ""
            content += text(f"chart-t{alternate}", (place(index, 0)[0], height - 8), name)
    drawn = [place(index, value) for index, (_, value) in enumerate(points)]
    if drawn:
        content += f'<path class="chart-line" d="M{line(drawn)}"/>' + dots(drawn, 10, "chart-pts")
        content += text("chart-now", (drawn[-1][0], drawn[-1][1] - 14), f"{points[-1][1]:,}", "end")
    return svg("chart", (0, 0, WIDTH, height), content, label)


def attendance(came: int, stayed_away: int = 0, label: str = "") -> SafeString:
    """One meeting: a dot for each who came, a hollow one for each who had a place and did not."""
    scale = scale_of([Heap("", came, stayed_away)], most=240)
    full, hollow = math.ceil(came / scale), math.ceil(stayed_away / scale)
    columns, pitch = 24, 20
    places = grid(full + hollow, columns, pitch)
    content = dots(places[:full], pitch * 0.7, "pic-dots")
    content += "".join(circle("pic-hollow", at, pitch * 0.31) for at in places[full:])
    rows = math.ceil((full + hollow) / columns)
    box = (0, 0, columns * pitch + pitch / 2, max(rows - 1, 0) * pitch * ROW + pitch)
    return svg("field-dots", box, content, label)


def rhythm(kept: Sequence[bool], label: str = "") -> SafeString:
    """A dot for each meeting: filled if it came in time, hollow if it was late or is missing."""
    pitch = 16
    places = [(pitch * (index + 0.5), 9.0) for index in range(len(kept))]
    content = dots((at for at, on_time in zip(places, kept, strict=True) if on_time), 10, "pic-dots")
    content += "".join(
        circle("pic-hollow", at, 4.4) for at, on_time in zip(places, kept, strict=True) if not on_time
    )
    return svg("rhythm", (0, 0, max(len(kept), 12) * pitch, 18), content, label)
