"""10,000 agenda mails, 2 workers: does each go once, how fast, and does one slow server of recipients hold up the rest?

    .venv/bin/python -m bench.mails [people] [workers]

Works on a database of its own, which it makes and drops, with the workers of production and a mail server of its own
(tests/requirements.txt), which counts mails and forgets them. The agenda goes out twice: to readers whose servers are
all quick, and with one reader in 250 at a server that takes eight seconds to take an address. Needs 1 GB of disk, and
five minutes on two free cores; after `LONGEST` a round is over, and what did not come counts as lost. Prints a table,
and ends with an error if a mail came twice or not at all.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
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
from members.models import Company, Membership, Officer, OutgoingMail, Representative, User, WorkerBeat  # noqa: E402
from tests.sink import Sink  # noqa: E402

SLOW, SECONDS = "slow.example", 8  # the server that makes wait, and how long
LONGEST = 900  # seconds
HEAD = """\
| servers of recipients | mails | s | mails/s | s for all | CPU ms a mail | MB before | after | twice | lost |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


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


def publish(cluster: Cluster, coordinator: User, name: str) -> float:
    """An evening's agenda, to all; returns the seconds it took to write the mails."""
    starts = timezone.now() + timedelta(days=14)
    venue = Venue.objects.create(
        cluster=cluster, name=name, address="1 Market St", town="Lancaster", capacity=99
    )
    meeting = Meeting.objects.create(
        cluster=cluster,
        venue=venue,
        kind=Meeting.Kind.NETWORKING,
        title=name,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
    )
    AgendaItem.objects.create(meeting=meeting, title="Round the table", minutes=60, position=1)
    began = time.perf_counter()
    agendas.publish(meeting, by=coordinator)
    return time.perf_counter() - began


class Counting(Sink):
    """Takes mails as quickly as it can, and remembers no more of them than who they are."""

    def __init__(self):
        super().__init__()
        self.times: Counter[str] = Counter()
        self.quick = self.all = 0.0  # when the last mail came to a quick reader, and to anybody

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.times[re.search(rb"^Message-ID: (\S+)", envelope.content, re.MULTILINE)[1].decode()] += 1
        self.all = time.perf_counter()
        if not envelope.rcpt_tos[0].endswith(SLOW):
            self.quick = self.all
        return "250 Kept"


@contextmanager
def workers(number: int, sink: Sink):
    """Started, and waiting for mails."""
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
        while WorkerBeat.objects.count() < number:
            time.sleep(0.1)
        time.sleep(5)  # for their first jobs
        yield [psutil.Process(worker.pid) for worker in started]
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait()


@dataclass
class Round:
    name: str
    mails: int
    seconds: float  # until the last quick reader had theirs
    all: float  # until the last reader had theirs
    computing: float  # milliseconds of all workers for a mail
    before: float  # MB of the largest worker
    after: float
    twice: int
    lost: int

    def __str__(self):
        return (
            f"| {self.name} | {self.mails:,} | {self.seconds:.0f} | {self.mails / self.seconds:.0f} | {self.all:.0f} "
            f"| {self.computing:.1f} | {self.before:.0f} | {self.after:.0f} | {self.twice} | {self.lost} |"
        )


def send(name: str, cluster: Cluster, coordinator: User, number: int, sink: Counting) -> Round:
    sink.times.clear()
    with workers(number, sink) as processes:
        before, computed = largest(processes), computing(processes)
        wrote = publish(cluster, coordinator, name)
        began = time.perf_counter()
        asked = set(OutgoingMail.objects.filter(subject__contains=name).values_list("message_id", flat=True))
        print(f"{name}: {len(asked):,} mails written in {wrote:.0f} s", file=sys.stderr, flush=True)
        waiting = OutgoingMail.objects.filter(state="waiting")
        while waiting.exists() and time.perf_counter() - began < LONGEST:
            time.sleep(1)
        computed = computing(processes) - computed
        after = largest(processes)
    return Round(
        name=name,
        mails=len(asked),
        seconds=sink.quick - began,
        all=sink.all - began,
        computing=computed / len(asked) * 1000,
        before=before,
        after=after,
        twice=sum(1 for times in sink.times.values() if times > 1),
        lost=len(asked - sink.times.keys()),
    )


def largest(processes: list[psutil.Process]) -> float:
    return max(process.memory_full_info().pss for process in processes) / 2**20


def computing(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def main(people: int = 10_000, number: int = 2) -> None:
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = "bench_mails"  # not that of tests that may run beside
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    sink = Counting()
    sink.open()
    try:
        cluster, coordinator = world(people)
        rounds = [send("all servers quick", cluster, coordinator, number, sink)]
        sink.slow[SLOW] = SECONDS
        rounds.append(send(f"one in 250 takes {SECONDS} s", cluster, coordinator, number, sink))
    finally:
        sink.close()
        connection.creation.destroy_test_db(before, verbosity=0)
    print(f"{number} workers:\n\n{HEAD}", *rounds, sep="\n")
    if any(one.twice or one.lost for one in rounds):
        raise SystemExit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
