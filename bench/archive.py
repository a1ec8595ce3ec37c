"""How fast the archive's search is over 20,000 presentations with 5 KB of text each.

    .venv/bin/python -m bench.archive [presentations]

Fills a database of its own, removed at the end, with words as common and as rare as those of a language. Asks for
the whole page, as a visitor and past the kept pages, and prints the times. How Postgres finds the rows is looked at by
tests/test_plans.py.
"""
# ruff: noqa: E402 (the settings come first)

import os
import random
import statistics
import sys
import time
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["TEST_DATABASE_NAME"] = "bench_archive"
os.environ["VISITORS_PAGES_MB"] = "0"

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from meetings.models import Meeting, Presentation
from tests import factories

LETTERS = 5_000  # in each text
ASKED = 60  # times for each kind of search


def fill(number: int, chance: random.Random) -> list[str]:
    """40 clusters, 2,000 meetings, and presentations in all of them. Returns the words, the commonest first."""
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "on")]
    words = list(dict.fromkeys("".join(chance.choices(syllables, k=3)) for _ in range(30_000)))
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    clusters = factories.ClusterFactory.create_batch(40, association=factories.AssociationFactory())
    firms = factories.CompanyFactory.create_batch(400)
    now = timezone.now()
    starts = [now - timedelta(days=day) for day in range(1, 2_001)]
    meetings = Meeting.objects.bulk_create(
        Meeting(
            cluster=chance.choice(clusters),
            title="Meeting",
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            state=Meeting.State.HELD,
        )
        for start in starts
    )
    for first in range(0, number, 1_000):
        Presentation.objects.bulk_create(
            Presentation(
                meeting=chance.choice(meetings),
                company=chance.choice(firms),
                title=" ".join(chance.choices(words, k=4)).capitalize(),
                text=" ".join(chance.choices(words, weights, k=LETTERS // 7)),
                audience=chance.choices(["public", "members"], [4, 1])[0],
                state=Presentation.State.PUBLISHED,
            )
            for _ in range(min(1_000, number - first))
        )
    Presentation.objects.keep_names()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return words


def searches(words: list[str], chance: random.Random) -> dict[str, list[str]]:
    def some(first, last, number=1):
        return [" ".join(chance.choices(words[first:last], k=number)) for _ in range(ASKED)]

    return {
        "no words": [""] * ASKED,
        "a rare word": some(5_000, 15_000),
        "a word in every tenth": some(80, 160),
        "two words": some(200, 3_000, 2),
        "a word in nearly all": some(0, 5),
        "a typing error": [word[:4] + "q" + word[4:] for word in some(2_000, 15_000)],
    }


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    chance = random.Random(20_000)
    settings.ALLOWED_HOSTS = ["testserver"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        words = fill(number, chance)
        measure(searches(words, chance))
    finally:
        connection.creation.destroy_test_db("bench_archive", verbosity=0)


def measure(asked: dict[str, list[str]]) -> None:
    client = Client()
    client.get("/presentations/")
    print(f"{'':24}{'p50':>8}{'p95':>8}  ms, the whole page")
    for kind, queries in asked.items():
        times = []
        for query in queries:
            start = time.perf_counter()
            response = client.get("/presentations/", {"q": query})
            times.append((time.perf_counter() - start) * 1000)
            if response.status_code != 200:
                raise SystemExit(f"{query!r} gives {response.status_code}.")
        print(f"{kind:24}{statistics.median(times):8.0f}{statistics.quantiles(times, n=20)[-1]:8.0f}")


if __name__ == "__main__":
    main()
