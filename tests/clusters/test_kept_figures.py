"""Figures that are kept for as long as nothing they are counted from changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import set_script_prefix
from django.utils import timezone

from clusters import kept_figures, present
from clusters.addresses import address
from clusters.changes import one_look
from clusters.models import Cluster, Topic
from clusters.tables_read import tables_read
from members.models import Company, OutgoingMail
from tests import factories
from tests.access.world import places_and_people, world_of
from tests.uncounted import uncounted

from .test_tables_read import kept_pages

OF = ("clusters.Cluster",)
MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_kept():
    kept_figures.forget_all()
    yield
    kept_figures.forget_all()


def clusters() -> int:
    return kept_figures.kept(("clusters",), Cluster.objects.count, OF)


def names() -> list[str]:
    """What they are made from is not said."""
    firms = Company.objects.values_list("name", flat=True)
    return kept_figures.kept(("names",), lambda: [*firms.order_by("name")])


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
def test_what_it_is_made_from_is_noted_and_all_of_its_columns_count(django_assert_num_queries):
    firm = factories.CompanyFactory(name="Fellside")
    assert names() == ["Fellside"]
    Company.objects.update(about="Another text, which no figure is counted from.")
    with django_assert_num_queries(1):
        assert names() == ["Fellside"]
    factories.TopicFactory()
    with django_assert_num_queries(0), tables_read() as read:
        assert names() == ["Fellside"]
    assert read == {"members_company"}
    firm.delete()
    assert names() == []


@pytest.mark.django_db(transaction=True)
def test_more_is_read_than_was_said():
    """By who forgot a table; the columns of the one that was named count as before."""

    def both() -> tuple[int, int]:
        of = ("members.Company",)
        return kept_figures.kept(("both",), lambda: (Company.objects.count(), Topic.objects.count()), of)

    factories.CompanyFactory()
    assert both() == (1, 0)
    factories.TopicFactory()
    assert both() == (1, 1)
    kept = both()
    Company.objects.update(about="Another text, which no figure is counted from.")
    assert both() is kept
    factories.CompanyFactory()
    assert both() == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_made_from_kept_things_ends_with_them():
    def sentence() -> str:
        return kept_figures.kept(("sentence",), lambda: f"{clusters()} clusters: {', '.join(names())}")

    firm, cluster = factories.CompanyFactory(name="Fellside"), factories.ClusterFactory()
    for forget in (lambda: None, kept_figures.forget_all, lambda: clusters() and names()):
        forget()  # the inner ones are made before, within, or are known by now
        assert sentence() == "1 clusters: Fellside"
        with tables_read() as read:
            assert sentence() == "1 clusters: Fellside"
        assert read == {"members_company", "clusters_cluster"}
    Company.objects.filter(pk=firm.pk).update(name="Walney")
    assert sentence() == "1 clusters: Walney"
    Cluster.objects.filter(pk=cluster.pk).delete()
    assert sentence() == "0 clusters: Walney"


@pytest.mark.django_db(transaction=True)
def test_what_nobody_counts_is_not_kept(django_assert_num_queries):
    factories.CompanyFactory(name="Fellside")
    with uncounted("members_company"):
        names()
        with django_assert_num_queries(1):
            names()
    names()
    with django_assert_num_queries(0):
        names()
    for _ in range(2):  # no trigger watches these
        with django_assert_num_queries(1):
            kept_figures.kept(("mails",), OutgoingMail.objects.count)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before it is read", "after"])
def test_a_commit_while_it_is_made_shows_at_the_next_look(when, other):
    """The numbers are of before, so that what is kept can be newer than it says and never older."""
    factories.CompanyFactory(name="Fellside")

    def rename():
        with other.cursor() as cursor:
            cursor.execute("UPDATE members_company SET name = 'Walney'")
        other.commit()

    def make() -> list[str]:
        if when != "after":
            rename()
        found = [*Company.objects.values_list("name", flat=True)]
        if when == "after":
            rename()
        return found

    with one_look():
        first = kept_figures.kept(("names",), make)
        assert names() is first  # as of this look
    assert first == (["Fellside"] if when == "after" else ["Walney"])
    with one_look():
        assert names() == ["Walney"]


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_has_changed_is_seen_in_it_and_not_kept():
    factories.CompanyFactory(name="Fellside")
    assert names() == ["Fellside"]
    with transaction.atomic():
        Company.objects.update(name="Walney")
        assert names() == ["Walney"]
        transaction.set_rollback(True)
    assert names() == ["Fellside"]


@pytest.mark.django_db(transaction=True)
def test_the_figure_not_asked_for_longest_goes_first(monkeypatch):
    monkeypatch.setattr(kept_figures, "MOST", 2)
    counted = []
    for name in ("a", "b", "a", "c", "a", "b"):
        kept_figures.kept((name,), lambda name=name: counted.append(name))
    assert counted == ["a", "b", "c", "b"]


@pytest.mark.django_db(transaction=True)
def test_texts_are_kept_up_to_so_many_bytes(monkeypatch):
    monkeypatch.setattr(kept_figures, "MOST_TEXT", 300)
    made = []
    for name, text in [
        ("a", "four"),
        ("b", ("four", "2")),
        ("a", ""),
        ("c", "half as many wide letters → " * 6),
        ("b", ""),
        ("a", ""),
    ]:
        kept_figures.kept((name,), lambda name=name, text=text: made.append(name) or text)
    assert made == ["a", "b", "c", "b", "a"]
    kept_figures.kept(("d",), lambda: "more than all of them " * 20)
    assert kept_figures.kept(("a",), lambda: "made again") == "made again"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("text", ["a calendar " * 40_000, b"a calendar " * 40_000])
def test_one_that_would_push_out_too_many_others_is_made_each_time(text):
    made = []
    for name in ("small", "large", "small", "large"):
        kept_figures.kept((name,), lambda name=name: made.append(name) or (text if name == "large" else ""))
    assert made == ["small", "large", "large"]


@pytest.mark.django_db(transaction=True)
def test_each_time_zone_and_mount_has_its_own():
    def day() -> str:
        return kept_figures.kept(
            ("day",), lambda: f"{timezone.localtime(MIDNIGHT):%d} {address('news:home')}"
        )

    try:
        assert day() == "01 /"
        with timezone.override(ZoneInfo("America/New_York")):
            assert day() == "30 /"
        set_script_prefix("/lune/")
        assert day() == "01 /lune/"
    finally:
        set_script_prefix("/")


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


def lengths(*slugs: str) -> dict[str, int]:
    """Of the names of clusters."""

    def ask(missing):
        rows = Cluster.objects.filter(slug__in=missing).values_list("slug", "name")
        return {slug: len(name) for slug, name in rows}

    return kept_figures.kept_each(("lengths",), slugs, ask, OF)


@pytest.mark.django_db(transaction=True)
def test_of_several_those_are_asked_for_together_that_are_not_known(django_assert_num_queries):
    for name in ("lune", "eden", "furness"):
        factories.ClusterFactory(slug=name, name=name)
    assert lengths("lune") == {"lune": 4}
    with django_assert_num_queries(1) as asked:
        assert lengths("lune", "eden", "furness") == {"lune": 4, "eden": 4, "furness": 7}
    assert "lune" not in asked.captured_queries[0]["sql"]
    with django_assert_num_queries(0), tables_read() as read:
        assert lengths("furness", "lune") == {"furness": 7, "lune": 4}
    assert read == {"clusters_cluster"}
    assert lengths() == {}
    Cluster.objects.filter(slug="lune").update(name="Lune Valley")
    assert lengths("lune", "eden") == {"lune": 11, "eden": 4}


@pytest.mark.django_db(transaction=True)
def test_of_several_each_holds_as_long_as_what_was_found_with_it():
    def day(ones):
        return {one: (one, f"{present.today():%A}") for one in ones}

    def asked(*ones):
        with present.spell() as spell:
            days = [name for _, name in kept_figures.kept_each(("days",), ones, day, OF).values()]
        return days, spell.until

    with time_machine.travel(MIDNIGHT - timedelta(hours=1), tick=False) as clock:
        assert asked(1) == (["Monday"], MIDNIGHT.timestamp())
        clock.shift(timedelta(hours=2))
        assert asked(2) == (["Tuesday"], MIDNIGHT.timestamp() + 24 * 3600)
        assert asked(1, 2) == (["Tuesday"] * 2, MIDNIGHT.timestamp() + 24 * 3600)


@pytest.mark.django_db(transaction=True)
def test_what_several_are_made_from_must_be_said():
    with pytest.raises(TypeError, match="members_company"):
        kept_figures.kept_each(("firms",), [1], lambda ones: {1: Company.objects.count()}, OF)
