"""Writes what the static files need and the repository doesn't hold: the stylesheet as one
file, and the two web fonts. They land in var/build, one of STATICFILES_DIRS.

fonts.css has the faces alone, for the admin, which has a stylesheet of its own.
"""

import os
import re
from io import BytesIO
from pathlib import Path

import fontpkg
from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from clusters.fonts import DISPLAY, TEXT, source_font

# Weakest layer first; a pattern stands for its files in alphabetical order.
STYLES = (
    "tokens.css",
    "base.css",
    "layout.css",
    "components/*.css",
    "forms.css",
    "pictures.css",
    "utilities.css",
    "forced-colours.css",
    "print.css",
)
# What a family keeps of its axes: one value pins the axis, two bound it.
FONTS: dict[str, dict] = {
    DISPLAY: {"opsz": 36, "wdth": 100, "wght": (500, 800)},
    TEXT: {"wght": (400, 700)},
}
# The letters and signs of nearly every page, and those that some names need: Latin-1, Latin Extended-A, arrows and
# other signs. A browser fetches the second file only for a page that has one of them.
USUAL = "20-7E,A0,A3,B7,D7,2013,2014,2018,2019,201C,201D,2022,2026,2192,2212"
RARE = (
    "A1,A2,A4-B6,B8-D6,D8-17F,2C6,2DA,2DC,2010-2012,2015,201A,201B,201E,2020,2021,2030,2032,2033,"
    "2039,203A,2044,20AC,2116,2122,2190,2191,2193,2215"
)
LETTERS = {"": USUAL, "-more": RARE}  # by what is added to the name of the file
FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"]


class Command(BaseCommand):
    help = "Build the stylesheet and the fonts into var/build (nothing is done when nothing changed)"
    requires_system_checks = ()

    def handle(self, *args, **options):
        built = build(settings.BASE_DIR / "static" / "css", settings.VAR_DIR / "build")
        for path in built:
            self.stdout.write(f"built {path.relative_to(settings.VAR_DIR)}")


def build(styles: Path, target: Path) -> list[Path]:
    """Builds into `target` what is older than its sources; returns the files written."""
    built = []
    faces = []
    for family, axes in FONTS.items():
        source = source_font(family)
        if source is None:  # the stylesheet's stand-ins do
            continue
        for part, letters in LETTERS.items():
            path = target / "fonts" / f"{fontpkg.slugify(family).replace('_', '-')}{part}.woff2"
            faces.append(font_face(family, axes, letters, path.name))
            if is_stale(path, [source]):
                write(path, web_font(source, axes, letters))
                built.append(path)
    fonts = "".join(faces)
    for name, text in (("fonts.css", fonts), ("site.css", joined_styles(styles) + fonts)):
        path = target / "css" / name
        if not path.exists() or path.read_text() != text:
            write(path, text.encode())
            built.append(path)
    return built


def is_stale(path: Path, sources: list[Path]) -> bool:
    newest = max(source.stat().st_mtime for source in [*sources, Path(__file__)])
    return not path.exists() or path.stat().st_mtime < newest


def web_font(source: Path, axes: dict, letters: str) -> bytes:
    """The font cut down to some letters and our axes, as WOFF2; the same bytes on every machine."""
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(subset.Options(layout_features=FEATURES))
    subsetter.populate(unicodes=subset.parse_unicodes(letters))
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, axes)
    font.flavor = "woff2"
    target = BytesIO()
    font.save(target)
    return target.getvalue()


def font_face(family: str, axes: dict, letters: str, filename: str) -> str:
    lightest, heaviest = axes["wght"]
    ranges = ",".join(f"U+{one}" for one in letters.split(","))
    return (
        f'@font-face{{font-family:"{family}";src:url("../fonts/{filename}") format("woff2");'
        f"font-weight:{lightest} {heaviest};font-display:swap;unicode-range:{ranges}}}\n"
    )


def joined_styles(directory: Path) -> str:
    """All style files as one text, without comments and indentation."""
    files = [path for pattern in STYLES for path in sorted(directory.glob(pattern))]
    text = "\n".join(path.read_text() for path in files)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "".join(f"{line.strip()}\n" for line in text.splitlines() if line.strip())


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
