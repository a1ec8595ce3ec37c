"""Pictures drawn from data, as SVG.

Every function is pure and returns one <svg>, safe to put into a template. It has classes and no
inline style; its colours come from the stylesheet, so it follows light, dark and print. With a
`label` it is an image with that name; without one it is decoration, hidden from screen readers.
One dot is one thing: a firm, a seat, a meeting, a member.
"""

import math
import random
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString

Point = tuple[float, float]

ROW = math.sqrt(3) / 2  # height of a row of a hexagonal grid, in columns


# --- how all are drawn --------------------------------------------------------------------------
def number(value: float, digits: int = 1) -> str:
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def svg(
    css_class: str, box: Sequence[float], content: str, label: str = "", *, role: str = "img", extra: str = ""
) -> SafeString:
    """`box` is the viewBox: left, top, width, height. `content` is markup, `label` plain text."""
    view = " ".join(number(value, 2) for value in box)
    name = f'role="{role}" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return SafeString(
        f'<svg class="{escape(css_class)}" viewBox="{view}"{extra} {name} focusable="false">{content}</svg>'
    )


def dots(points: Iterable[Point], width: float, css_class: str) -> str:
    """Dots of one size as one path: strokes of no length with round caps, some 9 bytes a dot.

    Row by row, whatever their order was: so the steps repeat, and pages with many pictures compress better.
    """
    steps: list[str] = []
    at_x = at_y = 0.0
    for x, y in sorted(points, key=lambda point: (round(point[1], 1), point[0])):
        dx, dy = round(x - at_x, 1), round(y - at_y, 1)
        steps.append(f"{'m' if steps else 'M'}{number(dx)} {number(dy)}h0")
        at_x, at_y = round(at_x + dx, 1), round(at_y + dy, 1)
    if not steps:
        return ""
    return (
        f'<path class="{css_class}" d="{"".join(steps)}" stroke-width="{number(width)}" '
        f'stroke-linecap="round" fill="none"/>'
    )


def circle(css_class: str, at: Point, radius: float, digits: int = 2) -> str:
    name = f' class="{css_class}"' if css_class else ""
    x, y, r = (number(value, digits) for value in (*at, radius))
    return f'<circle{name} cx="{x}" cy="{y}" r="{r}"/>'


def text(css_class: str, at: Point, words: str, anchor: str = "middle") -> str:
    return (
        f'<text class="{css_class}" x="{number(at[0])}" y="{number(at[1])}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def grid(count: int, columns: int, pitch: float, *, staggered: bool = True) -> list[Point]:
    """`count` places filled row by row, every other row shifted by half a column."""
    places = []
    for index in range(count):
        row, column = divmod(index, columns)
        shift = pitch / 2 if staggered and row % 2 else 0
        places.append((column * pitch + pitch / 2 + shift, row * pitch * ROW + pitch / 2))
    return places


# --- signs: the association's mark, a cluster's glyph, a theme's glyph -----------------------------
# Seven dots, one lit: the sign of nobody's clusters in particular.
ANY_MARK = (
    ("1", 0.5, 0),
    ("lit", 1.5, 0),
    ("2", 0, 1),
    ("3", 1, 1),
    ("4", 2, 1),
    ("5", 0.5, 2),
    ("6", 1.5, 2),
)


def mark(cells: Sequence[tuple[str, float, int]], lit: str = "", label: str = "") -> SafeString:
    """The mark of an association: its clusters as (slug, column, row) on a hexagonal grid. The
    cluster with the slug `lit` is lit, or else the one nearest to the middle. Without cells it is
    the mark of no association in particular."""
    pitch, radius, margin = 10, 4.1, 1
    if not cells:
        cells, lit = ANY_MARK, "lit"
    points = {slug: (column * pitch, row * pitch * ROW) for slug, column, row in cells}
    xs, ys = zip(*points.values(), strict=True)
    edge = radius + margin
    box = (min(xs) - edge, min(ys) - edge, max(xs) - min(xs) + 2 * edge, max(ys) - min(ys) + 2 * edge)
    if lit not in points:
        middle = (sum(xs) / len(xs), sum(ys) / len(ys))
        lit = min(points, key=lambda slug: math.dist(points[slug], middle))
    content = "".join(circle("lit" if slug == lit else "", at, radius) for slug, at in points.items())
    return svg("mark", box, content, label)


@lru_cache(maxsize=1000)  # a list of clusters shows dozens, the same on every page
def glyph(
    firms: int, seed: int | str, label: str = "", *, lit: bool = True, css_class: str = "glyph"
) -> SafeString:
    """A cluster's own sign: a dot for each member firm. The seed, kept with the cluster, shapes the
    outline, which grows with the firms and stays itself. The lit dot is the firm that chairs next."""
    if firms <= 0:
        return svg(css_class, (0, 0, 92, 92), circle("pic-hollow", (5.2, 46), 4.2), label)
    pitch = 10.0
    points = packed(firms, seed, pitch)
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    side = max(92.0, right - left + pitch + 1, bottom - top + pitch + 1)
    # flush left and centred on the height, so that glyphs line up with the words under them
    points = [(x - left + 5.2, y - (top + bottom) / 2 + side / 2) for x, y in points]
    content = ""
    if lit:
        at = points.pop(random.Random(f"{seed} lit").randrange(firms // 3, firms))
        content = circle("pic-lit", at, 4.6)
    return svg(css_class, (0, 0, side, side), dots(points, 7.4, "pic-dots") + content, label)


def packed(count: int, seed: int | str, pitch: float) -> list[Point]:
    """The `count` places of a hexagonal grid nearest to a centre, a little off and a little
    squeezed, as the seed says. More places never move the earlier ones."""
    chance = random.Random(f"{seed}")
    centre_x, centre_y = (chance.random() - 0.5) * pitch * 0.9, (chance.random() - 0.5) * pitch * 0.9
    squeeze = 0.86 + chance.random() * 0.28
    reach = int(math.sqrt(count)) + 4
    places = []
    for row in range(-reach, reach + 1):
        for column in range(-reach, reach + 1):
            x, y = (column + (0.5 if row % 2 else 0)) * pitch, row * pitch * ROW
            places.append((math.hypot((x - centre_x) * squeeze, (y - centre_y) / squeeze), x, y))
    return [(x, y) for _, x, y in sorted(places)[:count]]


# The big ones of 19 dots make the sign. Numbered by row: 0-2, 3-6, 7-11, 12-15, 16-18.
THEME_SIGNS = {
    "technology": {3, 6, 7, 9, 11, 12, 15},  # < . >
    "skills": {1, 4, 5, 12, 13, 14, 15, 16, 17, 18},  # a person: head and shoulders
    "support": {0, 1, 2, 3, 6, 7, 11, 12, 15, 16, 17, 18},  # a ring, as of a lifebelt
    "opportunities": {1, 5, 7, 8, 9, 10, 11, 14, 17},  # an arrow onward
    "growth": {2, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18},  # a slope
}


@lru_cache(maxsize=16)
def topic_glyph(theme: str) -> SafeString:
    """The sign of a theme; a theme without a sign of its own has all dots small."""
    sign = THEME_SIGNS.get(theme, set())
    places = [
        ((column - (4 - abs(row)) / 2) * 10, row * 10 * ROW)
        for row in range(-2, 3)
        for column in range(5 - abs(row))
    ]
    faint = dots((at for index, at in enumerate(places) if index not in sign), 2.6, "pic-dots pic-faint")
    strong = dots((at for index, at in enumerate(places) if index in sign), 7.6, "pic-dots")
    return svg("topic-glyph", (-26, -24, 52, 48), faint + strong)


# --- whose turn, how many places, how far to the target --------------------------------------------
def round_table(
    seats: int,
    had: Collection[int] = (),
    chair: int | None = None,
    host: int | None = None,
    label: str = "",
    centre: tuple[str, str] = ("", ""),
    css_class: str = "round",
    size: int = 320,
) -> SafeString:
    """Seats round a table, from the top clockwise. `had` are the seats that have had their turn;
    `chair` is lit and `host` ringed. `centre` is a big and a small line of words."""
    middle, radius = size / 2, size / 2 - 26
    seat = min(13.0, math.pi * radius / max(seats, 1) * 0.66)
    content = ""
    for index in range(seats):
        angle = 2 * math.pi * index / seats - math.pi / 2
        at = (middle + radius * math.cos(angle), middle + radius * math.sin(angle))
        if index == chair:
            content += circle("seat-chair", at, seat * 1.55)
        elif index == host:
            content += circle("seat-host", at, seat * 1.4)
        else:
            content += circle("seat-had" if index in had else "seat", at, seat)
    big, small = centre
    if big:
        content += text("round-big", (middle, middle + 4), big) + text(
            "round-small", (middle, middle + 30), small
        )
    return svg(css_class, (0, 0, size, size), content, label)


@lru_cache(maxsize=200)
def places(taken: int, total: int, label: str = "", *, yours: bool = False) -> SafeString:
    """A dot for each place: filled when taken, hollow when free, lit when yours."""
    columns, pitch = 12, 20
    points = grid(total, columns, pitch)
    content = ""
    for index, at in enumerate(points):
        if yours and index == taken - 1:
            content += circle("pic-lit", at, 7.6)
        else:
            content += circle("pic-full" if index < taken else "pic-hollow", at, 6.6)
    rows = math.ceil(total / columns)
    width = columns * pitch + (pitch / 2 if rows > 1 else 0)
    return svg("places", (0, 0, width, max(rows - 1, 0) * pitch * ROW + pitch), content, label)


def turn_dots(marks: Sequence[str], label: str = "") -> SafeString:
    """A dot for each of the last meetings: "came", "chaired", "hosted", "away", or "" for one that does not count."""
    kinds = {
        "came": ("pic-full", 4.5),
        "chaired": ("pic-lit", 5.6),
        "hosted": ("seat-host", 5),
        "away": ("pic-hollow", 3.4),
    }
    pitch = 15
    content = "".join(
        circle(kinds[mark][0], ((index + 0.5) * pitch, 9), kinds[mark][1])
        for index, mark in enumerate(marks)
        if mark in kinds
    )
    return svg("turns", (0, 0, len(marks) * pitch, 18), content, label)


def dot_field(
    done: int, new: int, target: int, label: str = "", *, columns: int = 25, css_class: str = "field-dots"
) -> SafeString:
    """The way to a target, a dot for each: filled as done before, lit as newly done, hollow to go.
    What is done beyond the target is not drawn."""
    pitch = 20
    points = grid(target, columns, pitch)
    before, after = min(done, target), min(done + new, target)
    content = dots(points[:before], pitch * 0.7, "pic-dots")
    content += "".join(circle("pic-lit", at, pitch * 0.36) for at in points[before:after])
    content += "".join(circle("pic-hollow", at, pitch * 0.31) for at in points[after:])
    rows = math.ceil(target / columns)
    box = (0, 0, columns * pitch + pitch / 2, max(rows - 1, 0) * pitch * ROW + pitch)
    return svg(css_class, box, content, label)


def month_dots(meetings: int, lit: int = 0) -> SafeString:
    """The meetings of a month as a little heap of dots, the first `lit` of them lit."""
    columns, pitch = 4, 14
    height = 5 * pitch * ROW + 6
    points = [(x, height - 1 - y) for x, y in grid(meetings, columns, pitch)]
    content = dots(points[lit:], 10, "pic-dots") + "".join(circle("pic-lit", at, 5.6) for at in points[:lit])
    return svg("month-dots", (0, 0, columns * pitch + pitch / 2, height), content)


# --- time --------------------------------------------------------------------------------------------
def agenda_bar(items: Sequence[tuple[int, str]], label: str = "") -> SafeString:
    """Minutes to scale in one bar: (minutes, kind) in order. The stylesheet knows the kinds
    "talk" and "showcase"; others are drawn plain."""
    total = sum(minutes for minutes, _ in items)
    content, left = "", 0.0
    for minutes, kind in items:
        width = 1000 * minutes / total if total else 0
        content += (
            f'<rect class="bar-{escape(kind)}" x="{number(left + 1.5)}" y="1.5" '
            f'width="{number(max(width - 3, 0))}" height="31"/>'
        )
        left += width
    return svg("agenda-bar", (0, 0, 1000, 34), content, label, extra=' preserveAspectRatio="none"')


def burn_up(
    points: Sequence[Point], target: int, months: Sequence[str], label: str = "", today: str = ""
) -> SafeString:
    """A total over the months of a drive against the steady pace to its target. Points are
    (months since the start, total), in order; the last is today's and carries the words `today`."""
    width, height, left, right, top, bottom = 720, 300, 46, 66, 16, 34
    highest = max(target, *(total for _, total in points)) if points else target

    def place(month: float, total: float) -> Point:
        share = total / highest if highest else 0
        return (
            left + (width - left - right) * month / max(len(months), 1),
            height - bottom - (height - bottom - top) * share,
        )

    content = ""
    for step in range(0, int(highest) + 1, nice_step(int(highest))):
        _, y = place(0, step)
        content += f'<path class="chart-grid" d="M{left} {number(y)}H{width - right}"/>'
        content += text("chart-t", (left - 8, y + 4), str(step), "end")
    for index, month in enumerate(months):
        content += text(
            f"chart-t{' chart-alt' if index % 2 else ''}", (place(index + 0.5, 0)[0], height - 10), month
        )
    end_x, end_y = place(len(months), target)
    content += f'<path class="chart-pace" d="M{line([place(0, 0), (end_x, end_y)])}"/>'
    content += text("chart-t", (end_x + 8, end_y + 4), "target", "start")
    drawn = [place(*point) for point in points]
    if drawn:
        now = drawn[-1]
        content += f'<path class="chart-line" d="M{line(drawn)}"/>' + dots(drawn[:-1], 9, "chart-pts")
        content += circle("pic-lit", now, 9) + text("chart-now", (now[0] - 16, now[1] - 8), today, "end")
    return svg("chart", (0, 0, width, height), content, label)


def line(points: Iterable[Point]) -> str:
    return "L".join(f"{number(x)} {number(y)}" for x, y in points)


def nice_step(target: int) -> int:
    """A round distance between the lines of a chart: at most six of them."""
    step = 1
    while target / step > 6:
        step = step * 5 if str(step)[0] == "1" else step * 2
    return step
