"""Databases beside the real one: made, filled, compared and put in its place."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from clusters.errors import Refused

# Sessions and the cache stay out of backups: after a restore everybody signs in again.
LEFT_EMPTY = ["django_session", "usersessions_usersession", "cache"]

Fingerprints = dict[str, list[int | str]]


@contextmanager
def snapshot() -> Iterator[tuple[Any, str]]:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor, cursor.fetchone()[0]


@contextmanager
def scratch(purpose: str) -> Iterator[str]:
    """A database of our own next to the real one, gone afterwards unless it was given another name."""
    name = f"{connection.settings_dict['NAME']}_{purpose}"
    with maintenance() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield name
    finally:
        with maintenance() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def swap(current: str, scratch: str, former: str) -> None:
    """Give `scratch` the name of the present database; that becomes `former`, or goes if that is empty."""
    connection.close()
    with maintenance() as cursor:
        cursor.execute(f'ALTER DATABASE "{current}" ALLOW_CONNECTIONS false')
        try:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [current]
            )
            if former:
                cursor.execute(f'ALTER DATABASE "{current}" RENAME TO "{former}"')
                cursor.execute(f'ALTER DATABASE "{former}" ALLOW_CONNECTIONS true')
            else:
                cursor.execute(f'DROP DATABASE "{current}" WITH (FORCE)')
        except psycopg2.Error:
            with suppress(psycopg2.Error):
                cursor.execute(f'ALTER DATABASE "{current}" ALLOW_CONNECTIONS true')
            raise
        cursor.execute(f'ALTER DATABASE "{scratch}" RENAME TO "{current}"')


def is_empty() -> bool:
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


@contextmanager
def connected_to(database: str) -> Iterator[Any]:
    parameters = {**connection.get_connection_params(), "dbname": database}
    other = psycopg2.connect(**parameters)
    try:
        with other, other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


@contextmanager
def maintenance() -> Iterator[Any]:
    """A cursor that may make and drop databases: connected to none of ours, outside any transaction."""
    with connection._nodb_cursor() as cursor:
        yield cursor


def fingerprints(cursor) -> Fingerprints:
    """For each table how many rows it has, and a sum over their texts that doesn't depend on their order."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    tables = [name for (name,) in cursor.fetchall() if name not in LEFT_EMPTY]
    cursor.execute("SET LOCAL TIME ZONE 'UTC'")
    found: Fingerprints = {}
    for table in tables:
        cursor.execute(
            f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM "{table}" t'  # noqa: S608
        )
        found[table] = list(cursor.fetchone())
    return found


def run(program: str, *arguments: str, database: str = "") -> None:
    """One of Postgres' own programs, connected as we are."""
    where, environment = DatabaseClient.settings_to_cmd_args_env(
        {**connection.settings_dict, "NAME": database or connection.settings_dict["NAME"]}, []
    )
    # What Django prepares for psql is right for the others, but for the database's name at the end.
    command: list[str] = [
        str(settings.POSTGRES_PROGRAMS / program),
        *where[1:-1],
        *arguments,
        *([database] if database else []),
    ]
    done = subprocess.run(command, env={**os.environ, **(environment or {})}, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{program} failed: {done.stderr.strip() or done.returncode}")
