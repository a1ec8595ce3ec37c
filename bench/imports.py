"""How long a list of 10,000 firms takes, and how much memory. Nothing of it stays.

    python -m bench.imports

Needs the demo content, and no worker at work beside it.
"""

import csv
import io
import os
import random
import resource
import time

import django

FIRMS = 10_000
STARTS = ["Bay", "Fell", "Lune", "Moor", "Castle", "Harbour", "Mill", "Quay", "Ash", "Beck"]
ENDS = ["side", "gate", "worth", "bank", "field", "bridge", "water", "dale"]
TRADES = ["Software", "Systems", "Analytics", "Networks", "Digital", "Data"]
HEAD = ["Company", "Web", "Contact", "Email", "Branch", "Town", "Phone", "Employees", "Date joined"]


def lines(clusters: list[str]):
    chance = random.Random("local clusters")
    for number in range(FIRMS):
        name = f"{chance.choice(STARTS)}{chance.choice(ENDS)} {chance.choice(STARTS)}{chance.choice(ENDS)}"
        yield [
            f"{name} {chance.choice(TRADES)} {number} Ltd",
            f"www.firm{number}.example" if number % 3 else "",
            f"Person {number}",
            f"person{number}@firm{number}.example",
            chance.choice(clusters),
            "Lancaster",
            "01524 000000",
            chance.randrange(1, 400),
            f"{chance.randrange(1, 28)}/{chance.randrange(1, 12)}/2019",
        ]


def main() -> None:
    from django.core.files.base import ContentFile
    from django.db import transaction

    from clusters.models import Association
    from members.imports import acts, work
    from members.models import User

    by = User.objects.filter(is_superuser=True)[0]
    of = Association.objects.exclude(clusters=None)[0]
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *lines([cluster.name for cluster in of.clusters.all()])])
    file = out.getvalue().encode()

    def timed(what: str, act):
        start = time.perf_counter()
        result = act()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{what:<32}{time.perf_counter() - start:6.1f} s  {memory} MB at most so far")
        return result

    def upload():
        return acts.upload(ContentFile(file, "firms.csv"), kind="members", of=of, by=by)

    with transaction.atomic():
        one = timed("read", upload)
        acts.match_columns(one, one.mapping, by=by)
        timed("looked through", work.work_on_next)
        acts.run(one, by=by)
        timed("put in", work.work_on_next)
        again = upload()
        acts.match_columns(again, again.mapping, by=by)
        timed("looked through, all there", work.work_on_next)
        again.refresh_from_db()
        print(again.counts)
        transaction.set_rollback(True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    main()
