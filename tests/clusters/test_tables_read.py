"""A kept page knows all the tables it was made from: what it forgot could change unseen."""

import pytest
from django.db import connection
from django.test import Client

from clusters.tables_read import named_in, note_read, tables_read
from members.models import Company
from tests import factories
from tests.kept_pages import kept_pages


def scans() -> dict[str, int]:
    """Of each table in this transaction, as Postgres counts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_a_page_knows_each_table_that_postgres_read_for_it(world):
    pages = kept_pages(world)
    assert len(pages) > 30
    for page in pages:
        before = scans()
        with tables_read() as known:
            assert Client().get(page).status_code == 200, page
        really = {table for table, count in scans().items() if count > before.get(table, 0)}
        assert really <= known | {"cache", "change_count"}, page


@pytest.mark.django_db
def test_what_is_read_before_and_after_is_not_meant():
    factories.CompanyFactory()
    with tables_read() as outer:
        with tables_read() as inner:
            Company.objects.exists()
        note_read({"clusters_topic"})
    note_read({"clusters_cluster"})
    assert inner == {"members_company"}
    assert outer == {"members_company", "clusters_topic"}


def test_tables_are_found_however_they_are_written():
    assert named_in('SELECT 1 FROM "members_company" JOIN public.clusters_cluster ON true') == {
        "members_company",
        "clusters_cluster",
    }
    assert named_in("SELECT 1 FROM members_companylogo, change_count") == {"members_companylogo"}


def test_also_those_are_known_that_nobody_watches():
    """So that what is made from them is not kept."""
    assert named_in("SELECT 1 FROM django_session") == {"django_session"}
