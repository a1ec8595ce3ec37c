"""Work that one worker at a time may have in hand, on whatever machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def in_hand(what: str) -> Iterator[bool]:
    """Whether nobody else has it in hand. It is ours to the end, or until this process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [what])
        ours = cursor.fetchone()[0]
    try:
        yield ours
    finally:
        if ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [what])


def busy_in(what: str) -> None:
    """Many may be, until the end of their transactions; nobody alone with it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", [what])


def nobody_in(what: str) -> bool:
    """Whether nobody is busy in it; if so, whoever begins waits until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [what])
        return cursor.fetchone()[0]
