"""Made once and asked with other values."""

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, TextField
from django.db.models.functions import Lower

from clusters.models import Cluster
from clusters.ready_made import Blank, counting, ready_made
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clusters(association):
    return [
        factories.ClusterFactory(association=association, name=name)
        for name in ("Ambleside", "Barrow", "Carlisle")
    ]


def test_values_go_where_the_blanks_are_and_stay_values():
    called = ready_made(Cluster.objects.filter(name=Blank("name")).values_list("name"))
    assert [called.rows(name=name) for name in ("Barrow", "Nowhere", "' OR true --", "%s", "Carlisle")] == [
        [("Barrow",)], [], [], [], [("Carlisle",)],
    ]  # fmt: skip


def test_a_blank_may_be_in_an_expression_and_more_than_once():
    lower = Lower(Blank("name", TextField()))
    called = ready_made(
        Cluster.objects.annotate(asked=lower).filter(name__gt=Blank("name")).values_list("asked", F("name"))
    )
    assert called.rows(name="Barrow") == [("barrow", "Carlisle")]


def test_rows_of_given_numbers_and_of_a_subquery(clusters):
    these = ready_made(Cluster.objects.filter(pk__among=Blank("pks")).order_by("name").values_list("name"))
    assert these.rows(pks=[clusters[2].pk, clusters[0].pk]) == [("Ambleside",), ("Carlisle",)]
    assert these.rows(pks=[]) == []
    last = ArraySubquery(Cluster.objects.order_by("-name").values("pk")[:2])
    named = ready_made(Cluster.objects.filter(pk__among=last).order_by("name").values_list("name"))
    assert named.rows() == [("Barrow",), ("Carlisle",)]


def test_what_can_find_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ready_made(Cluster.objects.none().values_list("pk")).rows() == []
        assert counting(Cluster.objects.none().values("pk")).rows() == []


def test_how_many_there_are_and_no_further():
    number = counting(Cluster.objects.filter(name__gte=Blank("name")).order_by().values("pk")[:2])
    assert number.rows(name="A") == [(2,)]
    assert number.rows(name="C") == [(1,)]


def test_settings_are_said_in_the_same_breath():
    shown = Cluster.objects.filter(name="Barrow").values_list("name")
    assert ready_made(shown, "SET LOCAL join_collapse_limit = 1").rows() == [("Barrow",)]
