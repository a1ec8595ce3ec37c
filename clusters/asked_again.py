"""Small questions that a page remembers with their answers, to ask them again when their tables have changed.

Many answers to meetings are given on an evening, and each changes what few pages show. A page that asks here how many
have a place stays kept while that number is the same, whoever else answers to what.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import Error, connection
from django.db.models import QuerySet

from clusters.changes import of_table
from clusters.tables_read import being_noted, named_in, without_noting


class Question(NamedTuple):
    sql: str
    parameters: tuple
    rows: list[tuple]  # the answer

    @property
    def tables(self) -> set[str]:
        """As clusters.changes names what it counts."""
        return set(map(of_table, named_in(self.sql)))

    def has_another_answer(self) -> bool:
        try:
            return _ask(self.sql, self.parameters) != self.rows
        except Error:
            connection.close()  # whoever asks next opens a new one
            return True


class Page(NamedTuple):
    """One that is being made."""

    questions: list[Question]
    names: set[str] | None  # of the tables it reads besides


class Own(threading.local):
    page: Page | None = None


_own = Own()


@contextmanager
def remembering() -> Iterator[list[Question]]:
    """Of the page that is made within. To be asked for within `tables_read`, which then passes over these questions."""
    outer, _own.page = _own.page, Page([], being_noted())
    try:
        yield _own.page.questions
    finally:
        _own.page = outer


def ask(rows: QuerySet) -> list[tuple]:
    """The rows of a `values_list` of columns and, after them, annotations; few and in an order of their own.

    Within something else that is kept they are read as any others.
    """
    page = _own.page
    if page is None or page.names is not being_noted():
        return list(rows)
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # Django sees that there are none
        return []
    with without_noting():
        question = Question(sql, parameters, _ask(sql, parameters))
    page.questions.append(question)
    return question.rows


def _ask(sql: str, parameters: tuple) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
