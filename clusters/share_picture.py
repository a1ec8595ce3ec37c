"""The picture that goes with a link where it is shared: 1200 × 630 pixels, drawn from words and a mark.

    picture = SharePicture.of(association, kicker="Success story", title=…, line=…, lit=cluster.slug)
    picture.version   # a hash of what is drawn, for an address that may be kept for ever
    picture.png()

`clusters.views.share_pictures` answers such an address and says it to a page.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import cast

from PIL import Image, ImageDraw, ImageFont

from clusters.fonts import DISPLAY, TEXT, source_font
from clusters.models import Association
from clusters.pictures import ANY_MARK, ROW

WIDTH, HEIGHT = 1200, 630
MARGIN = 72
TEXT_WIDTH = 770  # beside it stands the mark
LONGEST = 200  # characters of any words: what is longer is never measured
TITLES = ((88, 3), (72, 4), (60, 4))  # pixels, and how many lines of that size there may be
LEADING = 1.04
INK, PALE, MUTED, DIM = "#10262b", "#ffffff", "#a6babb", "#29454d"
SITE_ACCENT = "#ffc629"
DRAWN_BY = "1"  # to be counted up when the drawing changes: kept copies are then asked for anew

Axes = tuple[float, ...]
AXES: dict[str, Axes] = {DISPLAY: (36, 700, 100), TEXT: (500,)}  # in the order of the file


@dataclass(frozen=True)
class SharePicture:
    """What is drawn: the words, and the brand they stand under."""

    title: str
    kicker: str = ""
    line: str = ""
    name_lines: tuple[str, ...] = ()
    accent: str = SITE_ACCENT
    mark: tuple[tuple[str, float, int], ...] = ()
    lit: str = ""

    @classmethod
    def of(
        cls, association: Association, *, title: str, kicker: str = "", line: str = "", lit: str = ""
    ) -> SharePicture:
        """Under the association's brand; `lit` is the slug of the cluster whose dot is lit."""
        return cls(
            title=title,
            kicker=kicker,
            line=line,
            name_lines=tuple(association.name_lines.split("|")[:2]),
            accent=association.accent,
            mark=tuple((name, column, row) for name, column, row in association.mark),
            lit=lit,
        )

    @property
    def version(self) -> str:
        return hashlib.sha256(repr((DRAWN_BY, astuple(self))).encode()).hexdigest()[:12]

    @property
    def words(self) -> str:
        """The same for those who don't see it."""
        return ". ".join(part for part in (self.kicker, self.title, self.line) if part)

    def png(self) -> bytes:
        image = Image.new("RGB", (WIDTH, HEIGHT), INK)
        draw = ImageDraw.Draw(image)
        draw_mark(draw, self.mark, self.lit, self.accent, (930, 60, 1330, HEIGHT - 60), DIM)
        draw_brand(draw, self)
        draw_words(draw, self)
        target = io.BytesIO()
        image.quantize(64, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
        return target.getvalue()


def draw_brand(draw: ImageDraw.ImageDraw, picture: SharePicture) -> None:
    """The mark and the name at the top, as on the site's pages."""
    draw_mark(draw, picture.mark, picture.lit, picture.accent, (MARGIN, 56, MARGIN + 70, 132), PALE)
    font = typeface(DISPLAY, 30)
    for number, name in enumerate(picture.name_lines):
        draw.text((MARGIN + 92, 60 + number * 34), fitted(name, font, TEXT_WIDTH - 92), font=font, fill=PALE)


def draw_words(draw: ImageDraw.ImageDraw, picture: SharePicture) -> None:
    """Kicker, title and line, standing on the foot of the picture."""
    size, lines = set_title(picture.title)
    step = math.ceil(size * LEADING)
    y = HEIGHT - MARGIN - (62 if picture.line else 0)
    if picture.line:
        font = typeface(TEXT, 30)
        draw.text((MARGIN, HEIGHT - MARGIN), fitted(picture.line, font), font=font, fill=MUTED, anchor="ls")
    for number, line in enumerate(reversed(lines)):
        draw.text((MARGIN, y - number * step), line, font=typeface(DISPLAY, size), fill=PALE, anchor="ls")
    if picture.kicker:
        font = typeface(TEXT, 30)
        top = y - (len(lines) - 1) * step - math.ceil(size * 0.72) - 28
        draw.text((MARGIN, top), fitted(picture.kicker, font), font=font, fill=MUTED, anchor="ls")


def draw_mark(
    draw: ImageDraw.ImageDraw,
    cells: Sequence[tuple[str, float, int]],
    lit: str,
    accent: str,
    box: tuple[float, float, float, float],
    colour: str,
) -> None:
    """The dots of a mark, as large as the box allows, from its left edge; one of them lit (`pictures.mark`)."""
    if not cells:
        cells, lit = ANY_MARK, "lit"
    points = {slug: (column, row * ROW) for slug, column, row in cells}
    xs, ys = zip(*points.values(), strict=True)
    if lit not in points:
        middle = (sum(xs) / len(xs), sum(ys) / len(ys))
        lit = min(points, key=lambda slug: math.dist(points[slug], middle))
    left, top, right, foot = box
    pitch = min((right - left) / (max(xs) - min(xs) + 1), (foot - top) / (max(ys) - min(ys) + 1))
    radius = pitch * 0.41
    down = top + ((foot - top) - pitch * (max(ys) - min(ys) + 1)) / 2
    for slug, (x, y) in points.items():
        centre = (left + (x - min(xs) + 0.5) * pitch, down + (y - min(ys) + 0.5) * pitch)
        dot(draw, centre, radius, accent if slug == lit else colour)


def dot(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, colour: str) -> None:
    """With a smooth edge: drawn four times as large, then shrunk into a mask."""
    side = math.ceil(radius * 2) + 2
    large = Image.new("L", (side * 4, side * 4))
    middle = side * 2
    ImageDraw.Draw(large).ellipse(
        (middle - radius * 4, middle - radius * 4, middle + radius * 4, middle + radius * 4), fill=255
    )
    mask = large.resize((side, side), Image.Resampling.BOX)
    draw.bitmap((round(centre[0] - side / 2), round(centre[1] - side / 2)), mask, fill=colour)


# --- words ------------------------------------------------------------------------------------------------
def set_title(title: str) -> tuple[int, list[str]]:
    """The largest size in which the title has its place, and its lines; shortened if it has none."""
    for size, most in TITLES:
        font = typeface(DISPLAY, size)
        lines = list(wrapped(title, font))
        if len(lines) <= most:
            return size, lines
    last = fitted(f"{lines[most - 1].rstrip('…')} {lines[most]}", font)
    return size, [*lines[: most - 1], last]


def wrapped(words: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    """Lines no wider than the text may be; a word that is wider by itself is cut."""
    line = ""
    for word in drawable(words, font).split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > TEXT_WIDTH:
            yield line
            longer = word
        line = fitted(longer, font)
    if line:
        yield line


def fitted(words: str, font: ImageFont.FreeTypeFont, width: int = TEXT_WIDTH) -> str:
    """On one line: what doesn't fit gives way to three dots."""
    words = drawable(words, font)
    if font.getlength(words) <= width:
        return words
    fits, too_long = 0, len(words)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if font.getlength(f"{words[:middle]}…") <= width:
            fits = middle
        else:
            too_long = middle
    return f"{words[:fits].rstrip(' ,.;:-–')}…"


def drawable(words: str, font: ImageFont.FreeTypeFont) -> str:
    """Without what the typeface has no letter for, which would be drawn as boxes."""
    letters = letters_of(cast(str | io.BytesIO, font.path))
    return " ".join("".join(letter for letter in words[:LONGEST] if ord(letter) in letters).split())


@lru_cache(maxsize=32)
def typeface(family: str, size: int) -> ImageFont.FreeTypeFont:
    path = source_font(family)
    if path is None:
        return ImageFont.load_default(size)  # type: ignore[return-value]
    font = ImageFont.truetype(path, size)
    font.set_variation_by_axes(list(AXES[family]))
    return font


@lru_cache(maxsize=4)
def letters_of(path: str | io.BytesIO) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # when first used: few processes ever draw a picture

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
