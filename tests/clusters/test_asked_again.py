"""Small questions that a page remembers with their answers, to ask them again when their tables have changed."""

import pytest
from django.db import connection
from django.db.models import Count

from clusters import kept_figures
from clusters.asked_again import ask, remembering
from clusters.kept_figures import kept
from clusters.tables_read import tables_read
from meetings.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting():
    return factories.RegistrationFactory().meeting


@pytest.fixture(autouse=True)
def nothing_kept():
    kept_figures.forget_all()


def seats(meeting):
    answers = Registration.objects.filter(meeting=meeting).order_by("meeting")
    return answers.values_list("meeting").annotate(number=Count("pk"))


def ask_seats(meeting):
    return ask(("seats of", meeting.pk), lambda: seats(meeting))


def test_outside_of_a_page_it_is_a_query_like_any_other(meeting):
    with tables_read() as tables:
        assert ask_seats(meeting) == [(meeting.pk, 1)]
    assert tables == {"meetings_registration"}


def test_a_page_remembers_it_and_its_tables_are_not_those_it_is_made_from(meeting):
    with tables_read() as tables, remembering() as questions:
        assert ask_seats(meeting) == [(meeting.pk, 1)]
        list(type(meeting).objects.all())
    assert tables == {"meetings_meeting"}
    assert [question.tables for question in questions] == [{"meetings_registration.*"}]


def test_it_is_asked_once_until_its_tables_change(meeting, django_assert_num_queries):
    for number in 1, 2:
        with remembering() as questions:
            assert ask_seats(meeting) == [(meeting.pk, number)]
        with remembering() as again, django_assert_num_queries(0):
            assert ask_seats(meeting) == [(meeting.pk, number)]
        assert again == questions
        factories.RegistrationFactory(meeting=meeting)


def test_it_has_another_answer_only_when_it_has(meeting):
    with tables_read(), remembering() as questions:
        ask_seats(meeting)
    [question] = questions
    factories.RegistrationFactory()  # to another meeting
    assert not question.has_another_answer()
    factories.RegistrationFactory(meeting=meeting)
    assert question.has_another_answer()


def test_without_a_database_nobody_can_say(meeting):
    with tables_read(), remembering() as questions:
        ask_seats(meeting)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [own] = cursor.fetchone()
    elsewhere = connection.copy()
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [own])
    elsewhere.close()
    assert questions[0].has_another_answer()
    assert not questions[0].has_another_answer()  # a new connection


def test_within_what_is_kept_it_is_read_as_any_other(meeting):
    """Which would not ask again."""
    for _ in range(2):
        with tables_read() as tables, remembering() as questions:
            assert kept(("seats", meeting.pk), lambda: ask_seats(meeting)) == [(meeting.pk, 1)]
        assert tables == {"meetings_registration"} and questions == []
