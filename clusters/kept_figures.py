"""What takes long to find or count, made again only when something that it is made from has changed.

As with pages (clusters.visitors_pages), the numbers of changes are read before the making: what is kept is never
older than the last commit. Unlike pages it outlives changes of other tables, and so most of what is written. Which
tables it is made from is noted while it is made (clusters.tables_read), for it and for whatever is being made round it.
"""

import math
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import NamedTuple, TypeVar

from django.apps import apps
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.translation import get_language

from clusters import present
from clusters.changes import COUNTED, numbers_of_changes, of_table
from clusters.tables_read import note_read, tables_read

# In one process; what was not asked for longest goes first.
MOST = 1_000  # most of 5 to 20 KB, some of a few numbers
MOST_TEXT = 4_000_000  # bytes of memory, of all that are text, or made up of texts
LARGEST = MOST_TEXT // 10  # of one, which would push out too many others

Made = TypeVar("Made")
One = TypeVar("One", bound=Hashable)


class Kept(NamedTuple):
    made: object
    tables: frozenset[str]
    numbers: dict[str, int | None]  # of changes, as they were before
    spell: present.Spell  # in which it holds
    text: int  # bytes


class Shelf(OrderedDict[tuple, Kept]):
    text = 0  # of all


_kept = Shelf()
_lock = Lock()


def kept(what: tuple[Hashable, ...], make: Callable[[], Made], of: tuple[str, ...] = ()) -> Made:
    """What `make()` gives: it depends on `what`, on rows that it asks for itself and on the time as `clusters.present`
    tells it; nothing is left to ask for in it, and it is not to be changed. It may be in the reader's language and time
    zone, and may hold addresses.

    It also depends on the models `of`: of those in `clusters.changes.COUNTED` on the columns named there alone.
    """
    now = numbers_of_changes()
    if now is None:
        return make()
    what = (*what, get_language(), timezone.get_current_timezone(), get_script_prefix())
    known = _known(what, now)
    if known is None:
        with tables_read() as read, present.spell() as spell:
            made = make()
        tables = {label: apps.get_model(label)._meta.db_table for label in of}
        numbers = _numbers(read, tables, now)
        known = Kept(made, frozenset(read.union(tables.values())), numbers, spell, text_in(made))
        if all(of_table(table) in now for table in known.tables):  # else nobody counts
            _keep(what, known)
    note_read(known.tables)
    present.until_second(known.spell.until)
    return known.made  # type: ignore[return-value]


def kept_each(
    what: tuple[Hashable, ...],
    ones: Iterable[One],
    make: Callable[[list[One]], dict[One, Made]],
    of: tuple[str, ...],
) -> dict[One, Made]:
    """For each of `ones` what `make` gives for it, small and as `kept` has it. Those that are not known are made
    together, from the models `of` alone; those that it gives nothing for are left out. Kept are as many as there are.
    """
    known: dict[One, tuple[Made, present.Spell]] = kept(what, dict, of)
    found = {one: known[one] for one in ones if one in known and not known[one][1].is_over}
    missing = [one for one in ones if one not in found]
    if missing:
        with tables_read() as read, present.spell() as spell:
            made = {one: (thing, spell) for one, thing in make(missing).items()}
        if others := read - {apps.get_model(label)._meta.db_table for label in of}:
            raise TypeError(f"{what[0]} can't be kept: it is also made from {', '.join(others)}.")
        known.update(made)
        found.update(made)
    present.until_second(min((spell.until for _, spell in found.values()), default=math.inf))
    return {one: found[one][0] for one in ones if one in found}


def _numbers(read: set[str], of: dict[str, str], now: dict[str, int]) -> dict[str, int | None]:
    counted = {table for label, table in of.items() if label in COUNTED}
    abouts = (table if table in counted else of_table(table) for table in read.union(of.values()))
    return {about: now.get(about) for about in abouts}


def text_in(made: object) -> int:
    if isinstance(made, (str, bytes)):
        return sys.getsizeof(made)  # two bytes a character where one is neither ASCII nor of western Europe
    return sum(map(text_in, made)) if isinstance(made, tuple) else 0


def _known(what: tuple, now: dict[str, int]) -> Kept | None:
    with _lock:
        known = _kept.get(what)
        if known is None or known.spell.is_over:
            return None
        if any(now.get(about) != number for about, number in known.numbers.items()):
            return None
        _kept.move_to_end(what)
        return known


def _keep(what: tuple, made: Kept) -> None:
    if made.text > LARGEST:
        return
    with _lock:
        old = _kept.pop(what, None)
        _kept[what] = made
        _kept.text += made.text - (old.text if old else 0)
        while len(_kept) > MOST or _kept.text > MOST_TEXT:
            _kept.text -= _kept.popitem(last=False)[1].text


def forget_all() -> None:
    with _lock:
        _kept.clear()
        _kept.text = 0
