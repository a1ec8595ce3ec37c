"""How fast the company directory and the finder answer, with 1,000 firms and with 50,000.

    .venv/bin/python -m bench.search [firms …]

Fills a database of its own, removed at the end, once for each number of firms: 2 KB of text each, with words as
common and as rare as those of a language. Asks for the whole page of the directory, as a visitor and past the kept
pages, and for the finder's answer in process. Prints the times and the growth.
"""
# ruff: noqa: E402 (the settings come first)

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["TEST_DATABASE_NAME"] = "bench_search"

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from clusters import finder
from clusters.models import Cluster
from members.models import Company, Membership
from tests import factories

FIRMS = [1_000, 50_000]
ASKED = 60  # times for each kind of search
PLACES = ["LA1 4YW", "la14yw", "LA1", "Carlisle", "Barrow in Furness", "ST4", "W1A 1AA", "XM45 HQ", "Bernard"]


def language(chance: random.Random) -> list[str]:
    """Words, the commonest first."""
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "on")]
    return list(dict.fromkeys("".join(chance.choices(syllables, k=3)) for _ in range(30_000)))


def fill(number: int, words: list[str], chance: random.Random) -> None:
    weights = [1 / rank for rank in range(1, len(words) + 1)]

    def some(letters: int) -> str:
        return " ".join(chance.choices(words, weights, k=letters // 7))

    clusters = factories.ClusterFactory.create_batch(40, association=factories.AssociationFactory())
    for first in range(0, number, 1_000):
        firms = Company.objects.bulk_create(
            Company(
                name=" ".join(chance.choices(words[50:], k=2)).title(),
                slug=f"firm-{first + index}",
                summary=some(100),
                about=some(1_500),
                offers=some(200),
                seeks=some(200),
                expertise=chance.choices(words[100:400], k=4),
                size=chance.choice(Company.Size.values),
            )
            for index in range(1_000)
        )
        now = timezone.now()
        Membership.objects.bulk_create(
            Membership(
                company=firm, cluster=chance.choice(clusters), state="active", applied_at=now, joined_at=now
            )
            for firm in firms
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def searches(words: list[str], chance: random.Random) -> dict[str, list[dict]]:
    def some(first, last, number=1):
        return [{"q": " ".join(chance.choices(words[first:last], k=number))} for _ in range(ASKED)]

    slugs = list(Cluster.objects.values_list("slug", flat=True))
    return {
        "all, by name": [{}] * ASKED,
        "all, page 40": [{"page": 40}] * ASKED,
        "all, from a name on": [{"from": word[:3]} for word in chance.choices(words, k=ASKED)],
        "of a cluster": [{"cluster": chance.choice(slugs)} for _ in range(ASKED)],
        "a rare word": some(5_000, 15_000),
        "a word in every tenth": some(80, 160),
        "two words": some(200, 3_000, 2),
        "a word in nearly all": some(0, 5),
        "a word, in a cluster": [{**ask, "cluster": chance.choice(slugs)} for ask in some(80, 160)],
        "a typing error": [{"q": ask["q"][:4] + "q" + ask["q"][4:]} for ask in some(100, 400)],
    }


def timed(ask: Callable, asked: Iterable) -> list[float]:
    """Milliseconds."""
    times = []
    for what in asked:
        start = time.perf_counter()
        ask(what)
        times.append((time.perf_counter() - start) * 1000)
    return times


def page(client: Client) -> Callable:
    def ask(query: dict) -> None:
        response = client.get("/companies/", query)
        if response.status_code != 200:
            raise SystemExit(f"{query!r} gives {response.status_code}.")

    return ask


def measure(number: int) -> dict[str, list[float]]:
    chance = random.Random(number)
    words = language(random.Random(20_000))
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        fill(number, words, chance)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "none"  # else kept pages would answer
        client.get("/companies/")
        asked = searches(words, chance)
        times = {kind: timed(page(client), queries) for kind, queries in asked.items()}
        clusters = list(Cluster.objects.select_related("association"))
        times["finder, in process"] = timed(lambda place: finder.find(place, clusters), PLACES * 20)
        return times
    finally:
        connection.creation.destroy_test_db("bench_search", verbosity=0)


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.ZEAL_RAISE = False
    numbers = [int(number) for number in sys.argv[1:]] or FIRMS
    measured = {number: measure(number) for number in numbers}
    print(f"\n{'':24}" + "".join(f"{number:>10,} firms   " for number in numbers) + "growth of p50")
    for kind in measured[numbers[0]]:
        times = [measured[number][kind] for number in numbers]
        halves = [statistics.median(some) for some in times]
        most = [statistics.quantiles(some, n=20)[-1] for some in times]
        cells = "".join(f"{half:8.1f}{p95:8.1f}   " for half, p95 in zip(halves, most, strict=True))
        print(f"{kind:24}{cells}{halves[-1] / halves[0]:8.2f}")


if __name__ == "__main__":
    main()
