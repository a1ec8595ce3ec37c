"""10,000 agenda mails, 2 workers: does each go once, how fast, and does one slow server of recipients hold up the rest?

    .venv/bin/python -m bench.mails [people] [workers]

Works on a database of its own, which it makes and drops, with the workers of production and a mail server of its own
(tests/requirements.txt). The agenda goes out twice: to readers whose servers are all quick, and with one reader in
250 at a server that takes eight seconds to take an address. Ends with an error if anything is not as it must be.
"""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django
import psutil
from django.conf import settings
from django.db import connection
from django.utils import timezone

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - models need the set-up

from clusters.models import Association, Cluster  # noqa: E402
from meetings import agendas  # noqa: E402
from meetings.models import AgendaItem, Meeting, Venue  # noqa: E402
from members.models import Company, Membership, Officer, OutgoingMail, Representative, User  # noqa: E402
from tests.sink import Sink  # noqa: E402

SLOW, SECONDS = "slow.example", 8  # the server that makes wait, and how long


def world(people: int) -> tuple[Cluster, User]:
    """A cluster with so many members, and its coordinator. One in 250 reads at the slow server."""
    association = Association.objects.create(
        name="Bench", short_name="B", slug="bench", contact_email="b@b.example"
    )
    cluster = Cluster.objects.create(
        association=association, name="Bench", slug="bench", town="Lancaster", latitude="54", longitude="-2.8"
    )
    company = Company.objects.create(name="Firm", slug="firm")
    now = timezone.now()
    Membership.objects.create(company=company, cluster=cluster, state="active", applied_at=now, joined_at=now)
    users = User.objects.bulk_create(
        User(email=f"p{n}@{SLOW if n % 250 == 100 else 'firm.example'}", name=f"Person {n}")
        for n in range(people)
    )
    Representative.objects.bulk_create(
        Representative(company=company, user=user, role="member", state="active") for user in users
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    coordinator = User.objects.create(email="coordinator@bench.example", name="Coordinator")
    Officer.objects.create(user=coordinator, cluster=cluster, start=timezone.localdate())
    return cluster, coordinator


def publish(cluster: Cluster, coordinator: User) -> int:
    """An evening's agenda, to all; returns how many mails were written."""
    starts = timezone.now() + timedelta(days=14)
    venue = Venue.objects.create(
        cluster=cluster, name="Hall", address="1 Market St", town="Lancaster", capacity=99
    )
    meeting = Meeting.objects.create(
        cluster=cluster,
        venue=venue,
        kind=Meeting.Kind.NETWORKING,
        title="An evening",
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
    )
    AgendaItem.objects.create(meeting=meeting, title="Round the table", minutes=60, position=1)
    before = OutgoingMail.objects.count()
    began = time.perf_counter()
    agendas.publish(meeting, by=coordinator)
    written = OutgoingMail.objects.count() - before
    print(f"{written} mails written in {time.perf_counter() - began:.1f} s")
    return written


@contextmanager
def workers(number: int, sink: Sink):
    database = urlsplit(settings.DATABASE_URL)
    path = f"{database.path.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "long-enough-and-only-for-the-workers-of-this-bench-0123456789",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1:8000",
        "DEFAULT_FROM_EMAIL": "clusters@site.example",
        "EMAIL_URL": sink.url,
        "DATABASE_URL": database._replace(path=path).geturl(),
        "LOG_LEVEL": "WARNING",
    }
    started = [
        subprocess.Popen([sys.executable, "manage.py", "work"], cwd=settings.BASE_DIR, env=environment)
        for _ in range(number)
    ]
    try:
        yield [psutil.Process(worker.pid) for worker in started]
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait()


class Watch:
    """Notes when mails come in at the sink, and how large the workers grow."""

    def __init__(self, sink: Sink, processes: list[psutil.Process]):
        self.sink = sink
        self.processes = processes
        self.largest = 0
        self.over = threading.Event()
        threading.Thread(target=self.look, daemon=True).start()

    def look(self) -> None:
        while not self.over.wait(0.2):
            self.largest = max(self.largest, *(process.memory_info().rss for process in self.processes))

    def until(self, number: int, slow: int) -> tuple[float, float]:
        """Seconds from the first mail until all quick readers have theirs, and until all have."""
        while not self.sink.letters:
            time.sleep(0.01)
        began, quick = time.perf_counter(), 0.0
        while len(self.sink.letters) < number:
            if not quick and self.to_quick_readers() == number - slow:
                quick = time.perf_counter() - began
            time.sleep(0.1)
        self.over.set()
        whole = time.perf_counter() - began
        return quick or whole, whole

    def to_quick_readers(self) -> int:
        return sum(1 for letter in list(self.sink.letters) if not letter["To"].endswith(SLOW))


def send(name: str, cluster: Cluster, coordinator: User, number: int, sink: Sink) -> float:
    """Seconds until the quick readers had theirs."""
    sink.letters.clear()
    written = publish(cluster, coordinator)
    slow = OutgoingMail.objects.filter(state="waiting", to__endswith=SLOW).count() if sink.slow else 0
    with workers(number, sink) as processes:
        watch = Watch(sink, processes)
        quick, whole = watch.until(written, slow)
        while OutgoingMail.objects.filter(state="waiting").exists():
            time.sleep(0.1)
    print(
        f"{name}: {written - slow} in {quick:.1f} s, {(written - slow) / quick:.0f} a second; all after "
        f"{whole:.1f} s; a worker takes {watch.largest / 2**20:.0f} MB at most"
    )
    times = Counter(letter["Message-ID"] for letter in sink.letters)
    check("each mail came once", len(times) == written and set(times.values()) == {1})
    check("each was tried once", not OutgoingMail.objects.exclude(state="sent", attempts=1).exists())
    return quick


def check(words: str, holds: bool) -> None:
    print(f"  {'yes' if holds else 'NO'}: {words}")
    if not holds:
        raise SystemExit(1)


def main(people: int = 10_000, number: int = 2) -> None:
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, serialize=False)
    sink = Sink()
    sink.open()
    try:
        cluster, coordinator = world(people)
        even = send("All servers quick", cluster, coordinator, number, sink)
        sink.slow[SLOW] = SECONDS
        uneven = send(f"One in 250 takes {SECONDS} s", cluster, coordinator, number, sink)
        print(f"The quick readers waited {uneven / even:.2f} times as long.")
    finally:
        sink.close()
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
