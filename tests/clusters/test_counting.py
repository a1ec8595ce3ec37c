"""What all processes count together: nothing is lost, in whichever cache they share."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.utils import timezone

from clusters import counting, limits, tallies
from tests.machines import Machines, missing

THREADS, TIMES = 8, 25

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def redis(django_db_setup):
    """A real one."""
    assert "redis-server" not in missing(), "On Debian, as root: apt-get install redis-server"
    machines = Machines(connection.settings_dict, "")
    try:
        machines.start_redis()
        machines.wait_for("redis")
        yield f"redis://127.0.0.1:{machines.ports['redis']}/0"
    finally:
        machines.close()


@pytest.fixture(params=["database", "redis", "memory"])
def shared(request, settings):
    backend = "django.core.cache.backends."
    if request.param == "redis":
        location = request.getfixturevalue("redis")
        settings.CACHES = {"default": {"BACKEND": f"{backend}redis.RedisCache", "LOCATION": location}}
    elif request.param == "memory":
        settings.CACHES = {"default": {"BACKEND": f"{backend}locmem.LocMemCache", "LOCATION": "counting"}}
    cache.clear()
    return request.param


def at_once(act) -> list:
    """What each of so many calls gave, made by threads with connections of their own."""

    def one(_) -> list:
        try:
            return [act() for _ in range(TIMES)]
        finally:
            connection.close()
            caches.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return [found for several in pool.map(one, range(THREADS)) for found in several]


def test_each_counts_once(shared):
    found = at_once(lambda: counting.count("pages", 2, 60))
    assert sorted(found) == [2 * number for number in range(1, THREADS * TIMES + 1)]


def test_it_ends_when_its_time_is_over_however_often_it_was_counted(shared):
    begun = time.time()
    while counting.count("short", 1, 2) > 1 or time.time() < begun + 0.5:
        time.sleep(0.1)
        assert time.time() < begun + 5, "Each count gave it new time"


def test_the_directory_shuts_at_its_limit_for_many_at_once(shared, monkeypatch):
    """Each call is a batch of a process of its own, as if there were so many of them."""
    monkeypatch.setattr(limits, "PAGES_AT_ONCE", 1)
    monkeypatch.setattr(limits, "PAGES_AN_HOUR", 100)
    monkeypatch.setattr(limits, "_stopped", {})
    monkeypatch.setattr(limits, "HOUR", 10**10)  # the hour does not turn in the middle
    let_through = at_once(lambda: limits.may_read_on("somebody"))
    assert let_through.count(True) == 100


def test_the_operator_reads_each_that_was_slowed(shared):
    at_once(lambda: tallies.add("slowed:guest"))
    today = timezone.localdate()
    assert tallies.by_day(["slowed:guest"], today)["slowed:guest"][0] == THREADS * TIMES
