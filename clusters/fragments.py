"""Pieces of pages that come again and again, rendered once for the same values.

A piece is made of the values it is given, the language, the time zone and where the site is mounted: nothing else is in
its context, no request, no reader, no row that could be read further. All of that is its key, so a kept piece can't
be stale, and can't show a reader what another one may see: who gives the same values gets the same piece anyway. For
that, values are plain and can't change; a model's row, which equals what it was before it changed, is refused. What
depends on the clock is a value.

In templates: {% load look %}{% fragment "meetings/_row.html" meeting=meeting.row %}
"""

import math
from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from types import NoneType
from typing import NamedTuple

from django.template.loader import get_template
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from clusters import present

KEPT = 3_000  # pieces, most of 1 to 2 KB
HOLE = SafeString("<hole>")  # nothing that was escaped can be it
PLAIN = {NoneType, bool, int, float, Decimal, str, date, datetime, time}


def fragment(template: str, **values) -> SafeString:
    """`values` are plain, or tuples of such, or HTML. Their kinds are told apart: 1 and True are equal, and so are HTML
    and the same characters before they are escaped.
    """
    return _rendered(template, _told_apart(values), _where())


def fragments(template: str, rows: Iterable[dict[str, object]]) -> list[SafeString]:
    """One for the values of each row."""
    where = _where()
    return [_rendered(template, _told_apart(values), where) for values in rows]


class Where(NamedTuple):
    """What else is in a piece besides its values."""

    language: str | None
    zone: tzinfo
    prefix: str


def _where() -> Where:
    return Where(get_language(), timezone.get_current_timezone(), get_script_prefix())


def _told_apart(values: dict[str, object]) -> tuple:
    return tuple([(name, type(value), value) for name, value in values.items()])


@lru_cache(maxsize=KEPT)
def _rendered(template: str, values: tuple, where: Where) -> SafeString:
    for name, kind, value in values:
        if kind is not SafeString and not is_plain(value):
            raise TypeError(f"{template} can't be kept: {name} is not made of plain values.")
    with present.spell() as spell:
        html = get_template(template).render({name: value for name, _, value in values})
    if spell.until < math.inf:
        raise TypeError(f"{template} can't be kept: it asks what time it is.")
    return mark_safe(html)  # noqa: S308 - a template has made it


def filled(piece: SafeString, inside: SafeString) -> SafeString:
    """A piece that was made with HOLE where something goes that differs each time."""
    return mark_safe(piece.replace(HOLE, inside)) if inside else piece  # noqa: S308 - both are HTML


def is_plain(value) -> bool:
    return all(map(is_plain, value)) if isinstance(value, tuple) else type(value) in PLAIN


def forget_all() -> None:
    _rendered.cache_clear()
