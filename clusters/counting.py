"""Counts that all processes keep together, in the cache they share: none is lost when two count at once."""

import base64
import pickle

from django.core.cache import cache
from django.core.cache.backends import db
from django.db import connections, router, transaction

from clusters import present


def count(key: str, by: int, seconds: float) -> int:
    """Adds to what is counted under the key and returns it. It is forgotten so many seconds after it began."""
    while True:
        try:
            return cache.incr(key, by)
        except ValueError:  # nobody has begun yet, or it has just ended
            if cache.add(key, by, seconds):
                return by


class DatabaseCache(db.DatabaseCache):
    """Django's, but that `incr` is one step and leaves the end where it was, as in the other caches."""

    def incr(self, key, delta=1, version=None):
        key = self.make_and_validate_key(key, version=version)
        alias = router.db_for_write(self.cache_model_class)
        table = connections[alias].ops.quote_name(self._table)  # type: ignore[attr-defined]
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(
                f"SELECT value FROM {table} WHERE cache_key = %s AND expires >= %s FOR UPDATE",  # noqa: S608
                [key, present.now().replace(microsecond=0)],
            )
            row = cursor.fetchone()
            if row is None:
                raise ValueError(f"Nothing is counted under {key!r}")
            value = pickle.loads(base64.b64decode(row[0])) + delta  # noqa: S301, as Django does: it is ours alone
            text = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode()
            cursor.execute(f"UPDATE {table} SET value = %s WHERE cache_key = %s", [text, key])  # noqa: S608
        return value
