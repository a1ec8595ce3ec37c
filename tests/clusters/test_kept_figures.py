"""Figures that are kept for as long as nothing they are counted from changes."""

import pytest
from django.db import transaction
from django.test import Client

from clusters import kept_figures
from clusters.models import Cluster, Topic
from clusters.tables_read import tables_read
from tests import factories
from tests.access.world import places_and_people, world_of

from .test_tables_read import kept_pages

OF = ("clusters.Cluster",)


@pytest.fixture(autouse=True)
def nothing_kept():
    kept_figures.forget_all()
    yield
    kept_figures.forget_all()


def clusters() -> int:
    return kept_figures.kept(("clusters",), OF, Cluster.objects.count)


@pytest.mark.django_db(transaction=True)
def test_a_figure_is_counted_once_until_something_it_is_counted_from_changes(django_assert_num_queries):
    cluster = factories.ClusterFactory()
    assert clusters() == 1
    with django_assert_num_queries(0):
        assert clusters() == 1
    factories.TopicFactory(cluster=cluster)
    with django_assert_num_queries(0):
        assert clusters() == 1
    factories.ClusterFactory()
    assert clusters() == 2
    Topic.objects.all().delete()
    Cluster.objects.filter(pk=cluster.pk).delete()
    assert clusters() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_is_counted_and_not_kept():
    assert clusters() == 0
    with transaction.atomic():
        factories.ClusterFactory()
        assert clusters() == 1
        transaction.set_rollback(True)
    assert clusters() == 0


@pytest.mark.django_db(transaction=True)
def test_the_figure_not_asked_for_longest_goes_first(monkeypatch):
    monkeypatch.setattr(kept_figures, "MOST", 2)
    counted = []
    for name in ("a", "b", "a", "c", "a", "b"):
        kept_figures.kept((name,), OF, lambda name=name: counted.append(name))
    assert counted == ["a", "b", "c", "b"]


@pytest.mark.django_db(transaction=True)
def test_a_page_knows_the_tables_of_the_figures_that_were_kept(settings, tmp_path):
    """Or it would itself be kept when one of them changes."""
    settings.MEDIA_ROOT = tmp_path
    settings.VISITORS_PAGES_BYTES = 0  # each page is made
    world, visitor = world_of(*places_and_people()), Client()
    for page in kept_pages(world):
        kept_figures.forget_all()
        with tables_read() as first:
            visitor.get(page)
        with tables_read() as second:
            visitor.get(page)
        assert first and first == second, page
