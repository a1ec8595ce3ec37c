"""Figures that take long to count, counted again only when something they are counted from has changed.

As with pages (clusters.visitors_pages), the number of changes is read before the counting: what is kept is never
older than the last commit. Unlike pages they outlive changes of other tables, and so most of what is written.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from django.utils.translation import get_language

from clusters.changes import number_of_changes_in
from clusters.tables_read import note_read

MOST = 1_000  # figures in one process; the one not asked for longest goes first

Figure = TypeVar("Figure")

_kept: OrderedDict[tuple, tuple[int, object]] = OrderedDict()
_lock = Lock()


def kept(what: tuple[Hashable, ...], models: tuple[str, ...], count: Callable[[], Figure]) -> Figure:
    """What `count()` gives, which must depend on `what` and on rows of these `models` alone (of those in
    `clusters.changes.COUNTED` on the columns named there), and not be changed.

    Its words may be in the reader's language.
    """
    note_read(models)
    what = (*what, get_language())
    number = number_of_changes_in(models)
    if number is None:
        return count()
    with _lock:
        known = _kept.get(what)
        if known is not None and known[0] == number:
            _kept.move_to_end(what)
            return known[1]  # type: ignore[return-value]
    figure = count()
    with _lock:
        _kept[what] = (number, figure)
        _kept.move_to_end(what)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return figure


def forget_all() -> None:
    with _lock:
        _kept.clear()
