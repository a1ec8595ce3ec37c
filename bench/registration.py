"""200 people answer at once for 20 places, then the 20 leave at once: is each place given once, and how fast?

    .venv/bin/python -m bench.registration [people] [places] [processes]

Works on a database of its own, which it makes and drops. Each process answers for its share of the people, one after
the other, as a web worker would; all start at the same moment. Ends with an error if anything is not as it must be.
"""

import multiprocessing
import os
import statistics
import sys
import time
from datetime import timedelta

os.environ["TEST_DATABASE_NAME"] = "bench_registration"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.db import connection, connections
from django.utils import timezone

django.setup()

from clusters.models import Association, Cluster  # noqa: E402 - models need the set-up
from meetings.models import Meeting, Registration  # noqa: E402
from meetings.registration.registrations import register, withdraw  # noqa: E402
from members.models import Company, Membership, OutgoingMail, Representative, User  # noqa: E402


def world(people: int, places: int) -> tuple[int, list[int]]:
    """A meeting with so many places, and so many members of its cluster."""
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
        User(email=f"p{n}@firm.example", name=f"Person {n}") for n in range(people)
    )
    Representative.objects.bulk_create(
        Representative(company=company, user=user, role="member", state="active") for user in users
    )
    starts = now + timedelta(days=14)
    meeting = Meeting.objects.create(
        cluster=cluster,
        title="Full house",
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        capacity=places,
        state="published",
    )
    return meeting.pk, [user.pk for user in users]


def answer_yes(meeting: int, user: int) -> None:
    register(Meeting.objects.get(pk=meeting), User.objects.get(pk=user), or_wait=True)


def leave(meeting: int, user: int) -> None:
    answer = Registration.objects.select_related("meeting").get(meeting=meeting, user=user)
    withdraw(answer, by=answer.user)


def worker(act, meeting: int, users: list[int], start, said) -> None:
    times, errors = [], []
    connection.ensure_connection()
    start.wait()
    for user in users:
        began = time.perf_counter()
        try:
            act(meeting, user)
        except Exception as error:
            errors.append(repr(error))
        times.append(time.perf_counter() - began)
    said.put((times, errors))


def at_once(name: str, act, meeting: int, users: list[int], processes: int) -> None:
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    start, said = fork.Barrier(processes + 1), fork.Queue()
    workers = [
        fork.Process(target=worker, args=(act, meeting, users[number::processes], start, said))
        for number in range(processes)
    ]
    for process in workers:
        process.start()
    start.wait()
    began = time.perf_counter()
    results = [said.get() for _ in workers]
    wall = time.perf_counter() - began
    for process in workers:
        process.join()
    times = [one for result in results for one in result[0]]
    errors = [error for result in results for error in result[1]]
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"{name}: {len(times)} in {wall:.2f} s, {len(times) / wall:.0f} a second; one takes "
        f"{statistics.median(times) * 1000:.0f} ms median, {p95 * 1000:.0f} ms p95; {len(errors)} errors"
    )
    if errors:
        raise SystemExit(errors[0])


def check(words: str, holds: bool) -> None:
    print(f"  {'yes' if holds else 'NO'}: {words}")
    if not holds:
        raise SystemExit(1)


def main(people: int = 200, places: int = 20, processes: int = 4) -> None:
    meeting, users = world(people, places)
    answers = Registration.objects.filter(meeting=meeting)
    at_once("Answers", answer_yes, meeting, users, processes)
    seated = list(answers.seated().values_list("user", flat=True))
    line = list(answers.in_line().values_list("user", "queue_number"))
    check(f"exactly {places} have a place", len(seated) == places)
    check(f"{people - places} wait in order", [n for _, n in line] == list(range(1, people - places + 1)))

    at_once("Withdrawals", leave, meeting, seated, processes)
    following = {user for user, _ in line[:places]}
    check(
        f"the next {places} have the places",
        set(answers.seated().values_list("user", flat=True)) == following,
    )
    told = list(OutgoingMail.objects.filter(kind="promoted").values_list("user", flat=True))
    check("each of them is told once, and nobody else", sorted(told) == sorted(following))


if __name__ == "__main__":
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        main(*map(int, sys.argv[1:]))
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
