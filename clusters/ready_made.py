"""Questions to the database that come again with other values: Django makes the SQL of each once.

Making it took a third of all that a search computed. What is found, and who may see it, is said by a queryset as
ever; a `Blank` stands in it for what is known only when it is asked. Keep a question (clusters.kept_figures) by all
else that its queryset depends on: who reads, whose site it is, what is set. Rows come as plain values, no models.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigAutoField, Lookup, QuerySet, Value


class Blank(Value):
    """A value that is given when the question is asked, by this name."""

    def as_sql(self, compiler, connection):
        return "%s", [self]


@BigAutoField.register_lookup
class Among(Lookup):
    """`pk__among=Blank(…)`: rows whose numbers are given when the question is asked, as a list; or by an ArraySubquery,
    to be found before the rows are joined with others.
    """

    lookup_name = "among"

    def as_sql(self, compiler, connection):
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"{lhs} = ANY ({rhs}::bigint[])", [*lhs_params, *rhs_params]


class ReadyMade(NamedTuple):
    sql: str  # nothing, if nothing can be found
    parameters: tuple

    def rows(self, **given: Any) -> list[tuple]:
        if not self.sql:
            return []
        filled = [given[one.value] if isinstance(one, Blank) else one for one in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, filled)
            return cursor.fetchall()


def ready_made(values: QuerySet, before: str = "") -> ReadyMade:
    """What a `values_list` asks; `before` is to be said in the same breath, which is a transaction of its own."""
    try:
        sql, parameters = values.query.sql_with_params()
    except EmptyResultSet:
        return ReadyMade("", ())
    return ReadyMade(f"{before}; {sql}" if before else sql, parameters)


def counting(values: QuerySet) -> ReadyMade:
    """How many rows `values` has."""
    asked = ready_made(values)
    sql = f"SELECT count(*) FROM ({asked.sql}) AS rows"  # noqa: S608 - made by Django
    return ReadyMade(sql if asked.sql else "", asked.parameters)
