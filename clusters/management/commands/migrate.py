"""Django's migrate, one at a time: of two deploys at once the second waits and finds nothing left to do."""

from django.core.management.commands import migrate
from django.db import connections

MIGRATING = 0x636C7573  # a number of our own among Postgres' advisory locks


class Command(migrate.Command):
    def handle(self, *args, database, **options):
        # A transaction of its own on a connection of its own: held through a pooler too, and gone with us.
        lock = connections[database].copy()
        try:
            lock.set_autocommit(False)
            with lock.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATING])
            super().handle(*args, database=database, **options)
        finally:
            lock.close()
