"""The number that moves with each commit that changed something pages show."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from clusters.changes import (
    COUNTED,
    QUIET,
    UNSHOWN,
    LookOnce,
    number_of_changes,
    numbers_of_changes,
    of_table,
    one_look,
    watch_tables,
    watched_models,
)
from clusters.models import Cluster
from clusters.to_check import WATCHES
from members.models import Company, User, WorkerBeat
from tests import factories
from tests.uncounted import uncounted

committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cluster(transactional_db):
    return factories.ClusterFactory(name="Lune Valley")


def forget_the_last_look():
    time.sleep(0.006)


def looks(cursor, statement="look_at_changes") -> int:
    """How often this connection has really asked."""
    cursor.execute(
        "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE name = %s", [statement]
    )
    return cursor.fetchone()[0]


def holds_for_a_while(connection) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, holds_ms FROM look_at_changes()")
        _, milliseconds = cursor.fetchone()
    connection.commit()
    assert milliseconds in (0, 5)
    return milliseconds > 0


def test_each_table_is_watched_or_left_out_with_a_reason(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger "
            "WHERE tgname LIKE 'note_change_%%' AND tgenabled = 'A' GROUP BY 1"
        )
        triggers = dict(cursor.fetchall())
    models = apps.get_models(include_auto_created=True)
    expected = {
        model._meta.db_table: 3 * (model in watched_models())
        + 3 * bool(COUNTED.get(model._meta.label))
        + 4 * len(WATCHES.get(model._meta.label, []))
        for model in models
        if model._meta.managed and not model._meta.proxy
    }
    assert triggers == {table: number for table, number in expected.items() if number}
    for (
        label,
        columns,
    ) in QUIET.items():  # a number of a table that moves without that of all would not be noticed
        assert not {*columns} & {*(COUNTED.get(label) or [])}
    assert set(UNSHOWN) | set(QUIET) | set(COUNTED) | set(WATCHES) <= {model._meta.label for model in models}


@committed
def test_it_moves_with_the_commit_and_not_before(cluster):
    before = number_of_changes()
    with transaction.atomic():
        Cluster.objects.update(town="Carnforth")
        assert number_of_changes() is None  # nobody can say, in here
        seen = []
        look = threading.Thread(target=lambda: (seen.append(number_of_changes()), connection.close()))
        look.start()
        look.join()
        assert seen == [before]
    assert number_of_changes() == before + 1


@committed
@pytest.mark.parametrize(
    "act",
    [
        lambda: Cluster.objects.update(town="Carnforth"),
        lambda: Cluster.objects.filter(name="Lune Valley").delete(),
        lambda: factories.ClusterFactory(),
        lambda: connection.cursor().execute("UPDATE clusters_cluster SET town = 'Carnforth'"),
        lambda: connection.cursor().execute("TRUNCATE news_article CASCADE"),
        lambda: connection.cursor().execute(
            "SET session_replication_role = replica; UPDATE clusters_cluster SET town = 'Carnforth'; "
            "SET session_replication_role = DEFAULT"
        ),
    ],
    ids=["update", "delete", "insert", "raw", "truncate", "as a replica"],
)
def test_whoever_changes_something_however_it_moves(act, cluster):
    before = number_of_changes()
    act()
    assert number_of_changes() > before


@committed
def test_what_is_taken_back_or_changes_nothing_does_not_count(cluster):
    before = number_of_changes()
    with transaction.atomic():
        Cluster.objects.update(town="Carnforth")
        transaction.set_rollback(True)
    cluster.save()
    Cluster.objects.filter(name="no such").update(town="Carnforth")
    assert number_of_changes() == before


@committed
def test_a_savepoint_taken_back_does_not_hide_what_follows(cluster):
    before = number_of_changes()
    with transaction.atomic():
        with transaction.atomic():
            Cluster.objects.update(town="Carnforth")
            transaction.set_rollback(True)
        Cluster.objects.update(town="Ingleton")
    assert number_of_changes() == before + 1


@committed
def test_signing_in_and_the_workers_beat_do_not_count(cluster):
    user = factories.UserFactory()
    before = number_of_changes()
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    WorkerBeat.objects.create(name="here:1")
    WorkerBeat.objects.update(seen_at=timezone.now() + timedelta(minutes=1))
    factories.OutgoingMailFactory(user=None)
    assert number_of_changes() == before
    User.objects.filter(pk=user.pk).update(name="Somebody Else")
    assert number_of_changes() == before + 1


@committed
@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_writers_wait_for_nobody(isolation, cluster, other):
    """One holds its transaction open; others commit meanwhile, and all are counted."""
    Cluster.objects.update(town="Carnforth")  # so that there is a row to count in
    before = number_of_changes()
    with other.cursor() as cursor:
        cursor.execute(f"BEGIN ISOLATION LEVEL {isolation}; SET LOCAL lock_timeout = '5s'")
        cursor.execute("SELECT count(*) FROM clusters_cluster")
        with connection.cursor() as ours:
            ours.execute("SET lock_timeout = '5s'")
            for town in ("Kendal", "Ulverston"):
                ours.execute("UPDATE clusters_cluster SET town = %s", [town])
            ours.execute("RESET lock_timeout")
        assert number_of_changes() == before + 2
        cursor.execute(
            "INSERT INTO clusters_supporter (name, slug, kind, about, website) VALUES ('A', 'a', 'funder', '', '')"
        )
        with connection.cursor() as ours:
            ours.execute("UPDATE clusters_cluster SET town = 'Barrow'")
        assert number_of_changes() == before + 3
        other.commit()
    assert number_of_changes() == before + 4


@committed
def test_a_table_that_figures_are_counted_from_has_a_number_of_its_own(cluster):
    def numbers():
        return [numbers_of_changes().get(table, 0) for table in ("members_company", "clusters_topic")]

    firm, before = factories.CompanyFactory(), numbers()
    Cluster.objects.update(town="Carnforth")
    Company.objects.update(about="Another text, which no figure is counted from.")
    assert numbers() == before
    with transaction.atomic():
        firm.delete()
        factories.TopicFactory(cluster=cluster)
        factories.TopicFactory(cluster=cluster)
    assert numbers() == [before[0] + 1, before[1] + 1]


@committed
def test_each_table_has_a_number_that_any_change_of_it_moves(cluster):
    """Also before it was ever changed: so that a table nobody watches can be told from one that stays as it is."""
    firm, topic = factories.CompanyFactory(), factories.TopicFactory(cluster=cluster)
    numbers = numbers_of_changes()
    assert {of_table(model._meta.db_table) for model in watched_models()} <= numbers.keys()
    with transaction.atomic():
        Company.objects.filter(pk=firm.pk).update(about="Another text, which no figure is counted from.")
        topic.delete()
        factories.TopicFactory(cluster=cluster)
        assert numbers_of_changes() is None
    now = numbers_of_changes()
    assert {about for about, number in now.items() if number != numbers.get(about)} == {
        "",
        "members_company.*",
        "clusters_topic.*",
        "clusters_topic",
    }
    assert now[""] == numbers[""] + 1 == number_of_changes()
    assert "members_outgoingmail.*" not in now  # nobody counts these


@committed
def test_a_page_asks_once_what_has_changed_and_the_next_one_again(cluster):
    def numbers():
        known = numbers_of_changes()
        return known and known["clusters_cluster"]

    before = numbers()
    with one_look():
        assert numbers() == before
        Cluster.objects.update(town="Carnforth")  # as somebody else might
        assert numbers() == before
        with transaction.atomic():
            assert numbers() is None
    with one_look():
        assert numbers() == before + 1
    Cluster.objects.update(town="Kendal")
    assert numbers() == before + 2


@committed
def test_the_numbers_of_tables_are_asked_for_only_when_that_of_all_has_moved(cluster):
    numbers = numbers_of_changes()
    Cluster.objects.update(town="Carnforth")
    moved = numbers_of_changes()
    assert moved["clusters_cluster"] == numbers["clusters_cluster"] + 1
    with connection.cursor() as cursor:
        asked = looks(cursor, "numbers_of_changes")
        for _ in range(3):
            forget_the_last_look()
            assert numbers_of_changes() == moved
        assert looks(cursor, "numbers_of_changes") == asked


@committed
def test_a_table_that_is_counted_from_now_on_is_known_at_once(cluster):
    with uncounted("clusters_cluster"):
        assert of_table("clusters_cluster") not in numbers_of_changes()
    assert numbers_of_changes()[of_table("clusters_cluster")] == 0


@committed
def test_a_page_that_fails_leaves_nothing_to_the_next(cluster):
    before = numbers_of_changes()["clusters_cluster"]

    def fail(request):
        numbers_of_changes()
        raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        LookOnce(fail)(RequestFactory().get("/"))
    Cluster.objects.update(town="Carnforth")
    assert numbers_of_changes()["clusters_cluster"] == before + 1


@committed
def test_what_sends_a_form_sees_its_own_change(cluster):
    numbers = []

    def change(request):
        numbers.append(numbers_of_changes()["clusters_cluster"])
        Cluster.objects.update(town="Carnforth")
        numbers.append(numbers_of_changes()["clusters_cluster"])

    LookOnce(change)(RequestFactory().post("/"))
    assert numbers[1] == numbers[0] + 1


@committed
def test_a_connection_that_was_cut_gives_none_and_the_next_one_is_new(cluster, other):
    assert number_of_changes() is not None
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    forget_the_last_look()
    assert number_of_changes() is None
    assert number_of_changes() is not None


@committed
def test_who_was_told_what_changed_need_not_ask_whether_anybody_answers(cluster, monkeypatch):
    """As Django does before the first query of each page."""
    checks = []
    monkeypatch.setattr(connection, "is_usable", lambda: checks.append(1) or True)
    for ask, checked in ((numbers_of_changes, 0), (lambda: None, 1)):
        connection.health_check_enabled, connection.health_check_done = True, False
        ask()
        Cluster.objects.exists()
        assert len(checks) == checked
    connection.health_check_enabled = False


@committed
def test_a_statement_that_the_server_does_not_know_is_asked_in_full(cluster):
    """As behind pgbouncer, which gives each transaction another connection."""
    before, numbers = number_of_changes(), numbers_of_changes()
    connection.cursor().execute("DEALLOCATE ALL")
    forget_the_last_look()
    assert number_of_changes() == before
    assert numbers_of_changes() == numbers


@committed
def test_tables_made_later_are_watched_from_the_next_migrate_on(cluster):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'clusters_cluster'::regclass AND NOT tgisinternal"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name} ON clusters_cluster")
    before = number_of_changes()
    Cluster.objects.update(town="Carnforth")
    assert number_of_changes() == before
    watch_tables(using="default")
    Cluster.objects.update(town="Kendal")
    assert number_of_changes() == before + 1


@committed
def test_threads_that_ask_at_once_never_hear_less_than_was_committed_before_they_asked(cluster):
    before, known, done = number_of_changes(), [0], threading.Event()

    def write():
        try:
            for number in range(1, 200):
                Cluster.objects.update(town=f"Town {number}")
                known[0] = number
        finally:
            done.set()
            connection.close()

    def ask():
        answers = []
        try:
            while not done.is_set():
                least = known[0]
                answers.append(number_of_changes() - before >= least)
        finally:
            connection.close()
        return answers

    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(ask) for _ in range(4)]
        pool.submit(write).result()
        for job in jobs:
            answers = job.result()
            assert answers and all(answers)


@committed
def test_nobody_is_asked_for_each_of_many_pages(cluster):
    number = number_of_changes()
    forget_the_last_look()
    assert number_of_changes() == number  # there is a statement to count
    with connection.cursor() as cursor:
        before = looks(cursor)
        assert {number_of_changes() for _ in range(5000)} == {number}
        assert 0 < looks(cursor) - before < 1000


@committed
def test_while_somebody_is_about_to_change_something_all_ask_each_time(cluster, other):
    number = number_of_changes()
    with other.cursor() as cursor:
        cursor.execute("UPDATE clusters_cluster SET town = 'Carnforth'")
    forget_the_last_look()
    assert number_of_changes() == number
    with connection.cursor() as cursor:
        before = looks(cursor)
        for _ in range(50):
            assert number_of_changes() == number
        assert looks(cursor) - before == 50
    other.commit()
    assert number_of_changes() == number + 1


@committed
@pytest.mark.parametrize(
    "change",
    ["UPDATE clusters_cluster SET town = md5(town)", "UPDATE change_count SET commits = commits + 1"],
    ids=["row", "number, by hand"],
)
def test_nothing_is_committed_while_what_was_heard_before_holds(change, cluster, other):
    """Each commit comes right after a look, and the next look right after that."""
    for _ in range(50):
        forget_the_last_look()
        looked_at = time.monotonic()
        before = number_of_changes()
        with other.cursor() as cursor:
            cursor.execute(change)
        other.commit()
        assert time.monotonic() - looked_at > 0.005
        assert number_of_changes() > before


@committed
def test_who_waits_for_looks_begins_anew_after_a_savepoint_taken_back(cluster, other, third):
    with other.cursor() as cursor:
        cursor.execute("SAVEPOINT here")
        cursor.execute("UPDATE clusters_cluster SET town = 'Carnforth'")
        assert not holds_for_a_while(third)
        cursor.execute("ROLLBACK TO here")
        assert holds_for_a_while(third)
        cursor.execute("UPDATE clusters_cluster SET town = 'Ingleton'")
        assert not holds_for_a_while(third)
        number = number_of_changes()
    other.commit()
    assert number_of_changes() == number + 1
    assert holds_for_a_while(third)


@committed
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_who_reads_as_of_an_earlier_moment_is_promised_nothing(isolation, cluster, other):
    assert holds_for_a_while(other)
    other.set_session(isolation_level=isolation)
    assert not holds_for_a_while(other)
