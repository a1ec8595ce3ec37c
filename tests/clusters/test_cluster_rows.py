"""The rows of clusters are kept for all readers, and each gets their own."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from clusters import kept_figures
from clusters.cluster_rows import ask_for, rows_of
from clusters.models import Cluster
from clusters.reach import found_once
from meetings.models import Meeting
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clusters(lancaster, furness):
    """Each with a meeting for members before the one that everybody sees."""
    for cluster in (lancaster, furness):
        for days, openness in ((2, "members"), (9, "public")):
            starts = timezone.now() + timedelta(days=days)
            factories.MeetingFactory(
                cluster=cluster,
                state="published",
                openness=openness,
                starts_at=starts,
                ends_at=starts + timedelta(hours=2),
            )
        factories.MeetingFactory(
            cluster=cluster, state="draft", starts_at=timezone.now() + timedelta(hours=1)
        )
    kept_figures.forget_all()
    yield Cluster.objects.all()
    kept_figures.forget_all()


@pytest.fixture
def readers(member, coordinator, other_coordinator, officer, operator):
    people = [member, coordinator, other_coordinator, officer, operator, factories.UserFactory()]
    return [AnonymousUser(), *people]


def rows_for(user, clusters):
    with found_once():
        return rows_of(clusters, user)


def test_each_reader_gets_what_is_theirs_whoever_looked_before(clusters, readers):
    own = [ask_for([cluster.pk for cluster in clusters], user) for user in readers]
    assert (
        len({str(rows) for rows in own}) == 4
    )  # of none, of either and of both they see what is for members
    for _ in range(2):
        assert [rows_for(user, clusters) for user in readers] == own
    assert [rows_for(user, clusters) for user in readers[::-1]] == own[::-1]


def test_those_shown_before_are_not_asked_for_again(clusters, member, lancaster, django_assert_num_queries):
    rows_for(AnonymousUser(), [lancaster])
    with found_once():
        rows_of(clusters, member)  # and what the member reaches
        with django_assert_num_queries(0):
            rows_of(clusters, member)
    with django_assert_num_queries(0):
        rows_for(AnonymousUser(), clusters)


@pytest.mark.parametrize("page", ["/clusters/", "/clusters/?q=LA1+4YW"])
def test_one_that_goes_while_the_list_is_made_is_left_out(client, lancaster, furness, other, page):
    """Between the look at which there are and the look at what is shown of them."""
    gone = []

    def delete_first(execute, sql, params, many, context):
        if "members_membership" in sql and not gone:
            gone.append(furness.pk)
            other.cursor().execute("DELETE FROM clusters_cluster WHERE id = %s", [furness.pk])
            other.commit()
        return execute(sql, params, many, context)

    kept_figures.forget_all()
    with connection.execute_wrapper(delete_first):
        words = client.get(page).content.decode()
    assert gone
    assert lancaster.name.replace("&", "&amp;") in words
    assert "/clusters/furness/" not in words


def test_the_next_meeting_is_another_when_it_moves_or_is_called_off(clusters, lancaster):
    def next_day():
        return rows_for(AnonymousUser(), clusters)[lancaster.pk].row.next_day

    before = next_day()
    lancaster.meetings.filter(openness="public").update(openness="members")
    assert next_day() is None
    lancaster.meetings.filter(state="published").update(openness="public")
    assert next_day() < before
    lancaster.meetings.update(state=Meeting.State.CANCELLED)
    assert next_day() is None
