"""The two typefaces of the look, as their packages bring them."""

from pathlib import Path

import fontpkg

DISPLAY = "Bricolage Grotesque"
TEXT = "Hanken Grotesk"


def source_font(family: str) -> Path | None:
    """The upright variable font of a family; None where its package isn't installed."""
    try:
        return fontpkg.path(family)
    except fontpkg.FontpkgError:
        return None
