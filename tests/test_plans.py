"""No query of a public page or of the worker looks at more rows for a larger country.

In an invented country each query that they really ask is explained with what it did: how many rows of each table it
touched, whether it kept them or not. With sequential scans made dear, as they are in a large table, that number
stays small only where an index leads to the rows.
"""

import json
import re
from collections import defaultdict
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from zeal import zeal_ignore

from clusters.searching import AS_WRITTEN, FORGIVING
from meetings.models import Meeting, Presentation
from members import postman
from members.models import OutgoingMail
from news import scale
from news.retention import RULES

from .access import clusters, meetings, members, news
from .access.answers import OK
from .access.world import world_of
from .conftest import client_of

FIRMS = 4_000  # with 160 clusters, 8,000 meetings and talks, 160,000 answers
LARGE = 3_500  # rows: smaller tables may be read whole
MOST_TOUCHED = 3_000  # rows of one large table by one query: the 2,001 that a bounded count counts, and some

PUBLIC = [
    (name, args)
    for name, args, method, expected in news.ROWS + meetings.ROWS + members.ROWS + clusters.ROWS
    if method == "get" and expected["visitor"] == OK
]
LOOKED_FOR = [
    "/clusters/?q=LA1+4YW",
    "/clusters/?q=Kendal",
    "/companies/?q=lune",
    "/companies/?q=anlytics",
    "/companies/?cluster=lancaster",
    "/companies/?from=m",
    "/presentations/?q=term12",
    "/presentations/?q=anlytics",
    "/presentations/?cluster=lancaster",
    "/meetings/?cluster=lancaster",
    "/meetings/past/?page=3",
    "/news/?cluster=lancaster",
    "/news/?theme=technology",
]
OF_MEMBERS = [
    "/me/",
    "/me/turns/",
    "/meetings/",
    "/companies/",
    "/presentations/",
    "/opportunities/",
    "/introductions/",
]
LISTS = [
    "meetings/meeting",
    "meetings/registration",
    "meetings/duty",
    "meetings/presentation",
    "meetings/feedback",
    "members/company",
    "members/user",
    "members/membership",
    "members/representative",
    "members/opportunity",
    "members/outgoingmail",
    "clusters/act",
    "news/article",
]
SEARCHED = ["meetings/meeting", "meetings/presentation", "members/company", "members/user", "news/article"]
OF_COORDINATORS = [
    "/admin/",
    "/reports/",
    *(f"/admin/{path}/" for path in LISTS),
    *(f"/admin/{path}/?q=backups" for path in SEARCHED),
]
OF_THE_OPERATOR = [
    "/admin/",
    *(f"/admin/{path}/" for path in LISTS),
    *(f"/admin/{path}/?q=backups" for path in ["meetings/meeting", "members/company", "news/article"]),
    "/admin/members/import/add/",
    "/admin/meetings/meeting/add/",
    "/admin/meetings/presentation/add/",
]

# What may look at all rows of which tables, and why.
FRONT_PAGE = {
    "meetings_agendaitem",
    "meetings_meeting",
    "meetings_presentation",
    "members_company",
    "members_membership",
}
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "news:home": (FRONT_PAGE, "Counted once, then kept until one of them changes (clusters.kept_figures)."),
    "news:association": (FRONT_PAGE, "Kept likewise."),
    **dict.fromkeys(
        (
            "meetings:presentation-list",
            "/presentations/",
            "/presentations/?q=term12",
            "/presentations/?q=anlytics",
            "/presentations/?cluster=lancaster",
        ),
        (
            FRONT_PAGE,
            "What one may choose from is kept likewise; the rows are tested at /presentations/?page.",
        ),
    ),
    "sitemap": ({"meetings_meeting"}, "Counts what it lists, once for each change: the page is kept."),
    "sitemap-section": ({"meetings_meeting"}, "The same."),
}


@pytest.fixture(scope="module")
def country(django_db_setup, django_db_blocker):
    """Loaded once, and taken back when the last test of this module has run."""
    with django_db_blocker.unblock(), transaction.atomic():
        scale.load(FIRMS, lambda step: None)
        with connection.cursor() as cursor:  # now, and not after each test again
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("DELETE FROM to_check")  # the first look at all that is new was yesterday
        yield large_tables()
        transaction.set_rollback(True)


def large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s "
            "AND relnamespace = 'public'::regnamespace",
            [LARGE],
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def world(
    country,
    lancaster,
    furness,
    firm,
    member,
    coordinator,
    other_coordinator,
    former_coordinator,
    officer,
    operator,
    settings,
    tmp_path,
):
    settings.MEDIA_ROOT = tmp_path
    people = lancaster, furness, firm, member, coordinator, other_coordinator, former_coordinator
    return world_of(*people, officer, operator)


class Touched:
    """Explains each query that is asked, beside it: `most` is (rows, query) by table."""

    def __init__(self, tables: set[str]):
        self.tables = tables
        self.most: dict[str, tuple[int, str]] = {}

    def __call__(self, execute, sql, params, many, context):
        asked = sql.removeprefix(f"{FORGIVING}; ").removeprefix(f"{AS_WRITTEN}; ")
        if re.match(r"\s*(\(?\s*SELECT|WITH)", asked) and "pg_" not in asked:
            self.explain(asked, params, sql.removesuffix(asked))
        return execute(sql, params, many, context)

    def explain(self, sql: str, params, setting: str) -> None:
        with connection.connection.cursor() as cursor:
            cursor.execute("SAVEPOINT explaining")
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on; "
                "SET LOCAL join_collapse_limit = 8; SET LOCAL random_page_cost = 1.1; SET LOCAL jit = off"
            )
            cursor.execute(f"{setting}EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {sql}", params)
            said = cursor.fetchone()[0]
            cursor.execute("ROLLBACK TO SAVEPOINT explaining; RELEASE SAVEPOINT explaining")
        rows: dict[str, int] = defaultdict(int)
        for plan in said if isinstance(said, list) else json.loads(said):
            count(plan["Plan"], rows)
        for table, number in rows.items():
            if table in self.tables and number > self.most.get(table, (MOST_TOUCHED, ""))[0]:
                self.most[table] = (number, sql)


def count(node: dict, rows: dict[str, int]) -> None:
    """Adds the rows that the node of a plan and those below it touched."""
    if "Relation Name" in node:
        touched = node["Actual Rows"] + sum(
            node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck")
        )
        rows[node["Relation Name"]] += round(touched * node["Actual Loops"])
    for below in node.get("Plans", []):
        count(below, rows)


@contextmanager
def explained(what: str, tables: set[str], found: dict):
    """Adds to `found` what touched too many rows and is no exception."""
    touched = Touched(tables)
    with connection.execute_wrapper(touched), zeal_ignore():
        yield
    allowed = EXCEPTIONS.get(what, (set(), ""))[0]
    over = {table: most for table, most in touched.most.items() if table not in allowed}
    if over:
        found[what] = over


def told(found: dict) -> str:
    return "\n".join(
        f"{what}: {rows} rows of {table}: {sql[:3000]}"
        for what, over in found.items()
        for table, (rows, sql) in over.items()
    )


def test_the_country_is_large_enough_to_tell(country):
    assert {
        "meetings_meeting",
        "meetings_presentation",
        "meetings_registration",
        "members_company",
    } <= country


def test_no_public_page_looks_at_more_rows_for_a_larger_country(world, country, client):
    found: dict = {}
    for name, args in PUBLIC:
        with explained(name, country, found):
            client.get(reverse(name, args=args(world))).getvalue()  # to its end, so that files are closed
    for path in LOOKED_FOR:
        with explained(path, country, found):
            assert client.get(path).status_code == OK
    assert not found, told(found)


def test_no_page_of_members_coordinators_and_the_operator_does(world, country):
    found: dict = {}
    for who, paths in (
        ("member", OF_MEMBERS),
        ("coordinator", OF_COORDINATORS),
        ("operator", OF_THE_OPERATOR),
    ):
        client = client_of(world.people[who])
        for path in paths:
            with explained(path, country, found):
                assert client.get(path).status_code == OK
    assert not found, told(found)


def test_neither_do_forms_of_the_desk(world, country):
    """Of a meeting the people to choose from, of whom it lets choose few."""
    found: dict = {}
    meeting = Meeting.objects.filter(cluster__isnull=False, agenda__isnull=False).latest("pk")
    talk = Presentation.objects.filter(company__isnull=False).latest("pk")
    client = client_of(world.people["operator"])
    for row in (meeting, talk, talk.company):
        path = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        with explained(row._meta.model_name, country, found):
            assert client.get(path).status_code == OK
    assert not found, told(found)


def test_neither_does_the_worker(world, country):
    found: dict = {}
    jobs = [*settings.WORKER_JOBS, *settings.WORKER_CHORES]
    for job in jobs:
        with explained(job, country, found), transaction.atomic():
            import_string(job)()
    with explained("take", country, found):
        postman.take(OutgoingMail.objects.due())
    for rule in RULES:
        with explained(rule.what, country, found):
            rule.rows(timezone.now()).exists()
    assert not found, told(found)
