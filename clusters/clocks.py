"""Machines whose clocks differ: the database's is the one that counts."""

from datetime import timedelta

from django.db import connection

from clusters import present

MOST = timedelta(minutes=1)  # that a machine's may differ and still do what depends on the day and the hour


def ahead() -> timedelta:
    """By how much this machine's clock is ahead of the database's; less than nothing if it is behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return present.now() - cursor.fetchone()[0]
