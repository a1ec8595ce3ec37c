"""Small questions that a page remembers with their answers, to ask them again when their tables have changed.

Many answers to meetings are given on an evening, and each changes what few pages show. A page that asks here how many
have a place stays kept while that number is the same, whoever else answers to what.
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import Error, connection
from django.db.models import QuerySet

from clusters.changes import of_table
from clusters.kept_figures import kept
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


def ask(what: tuple[Hashable, ...], rows: Callable[[], QuerySet]) -> list[tuple]:
    """The rows of a `values_list` of columns and, after them, annotations; few and in an order of their own. `what`
    they are about says all that they depend on but the database: the answer is kept until their tables change.

    Within something else that is kept they are read as any others.
    """
    page = _own.page
    if page is None or page.names is not being_noted():
        return answer_to(what, rows).rows
    with without_noting():
        question = answer_to(what, rows)
    page.questions.append(question)
    return question.rows


def answer_to(what: tuple[Hashable, ...], rows: Callable[[], QuerySet]) -> Question:
    return kept(("asked again", *what), lambda: _question(rows()))


def _question(rows: QuerySet) -> Question:
    sql, parameters = rows.query.sql_with_params()
    return Question(sql, parameters, _ask(sql, parameters))


def _ask(sql: str, parameters: tuple) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
