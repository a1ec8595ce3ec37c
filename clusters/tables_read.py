"""Which tables a page is made from: those that the queries of its making name, and those of kept figures it shows."""

import re
import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager, nullcontext
from functools import cache, lru_cache

from django.apps import apps
from django.db import connection

from clusters import present

# How Postgres is asked what time it is.
CLOCK = {"NOW", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"}
CLOCK |= {"STATEMENT_TIMESTAMP", "TRANSACTION_TIMESTAMP", "CLOCK_TIMESTAMP"}


class Own(threading.local):
    """The tables that this thread has read since it began to note them; None: it does not."""

    names: set[str] | None = None


_own = Own()


@contextmanager
def tables_read() -> Iterator[set[str]]:
    """The set grows by each table of ours that a query of this thread reads within, also by those nobody watches."""
    names: set[str] = set()
    outer, _own.names = _own.names, names
    try:
        with nullcontext() if outer is not None else connection.execute_wrapper(_note):
            yield names
    finally:
        _own.names = outer
        if outer is not None:
            outer |= names


def _note(execute, sql, params, many, context):
    if _own.names is not None:
        _own.names.update(named_in(sql))
    if asks_the_time(sql):
        present.now()
    return execute(sql, params, many, context)


def being_noted() -> set[str] | None:
    """What the innermost `tables_read` gives."""
    return _own.names


@contextmanager
def without_noting() -> Iterator[None]:
    names, _own.names = _own.names, None
    try:
        yield
    finally:
        _own.names = names


def note_read(names: Set[str]) -> None:
    """Tables that were read earlier, by whoever kept what they gave."""
    if _own.names is not None:
        _own.names |= names


@lru_cache(maxsize=1000)  # the same few hundred come again and again, with other parameters
def named_in(sql: str) -> frozenset[str]:
    """Each word that is a table's name is taken for it: one too many makes a page anew more often, and that is all."""
    return tables().intersection(re.findall(r"\w+", sql))


@lru_cache(maxsize=1000)
def asks_the_time(sql: str) -> bool:
    return not CLOCK.isdisjoint(re.findall(r"\w+", sql.upper()))


@cache
def tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))
