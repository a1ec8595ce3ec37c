"""The real worker, as a process of its own, against a real mail server and the tests' database."""

import signal
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from clusters import to_check
from members.management.commands import work
from members.models import OutgoingMail, WorkerBeat
from members.postman import Postman, SlowServers
from tests import factories

WAITING, SENT, FAILED = OutgoingMail.State.WAITING, OutgoingMail.State.SENT, OutgoingMail.State.FAILED

pytestmark = pytest.mark.django_db(transaction=True)


def write(number: int) -> list[str]:
    return sorted(
        mail.to for mail in (factories.OutgoingMailFactory(to=f"{n}@firm.example") for n in range(number))
    )


def wait_until(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


def nothing_waits() -> bool:
    return not OutgoingMail.objects.filter(state=WAITING).exists()


def test_two_workers_send_two_hundred_mails_once_each(sink, start_worker):
    people = write(200)
    start_worker(), start_worker()
    wait_until(nothing_waits)
    assert sink.recipients == people
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {(SENT, 1)}


def test_killed_in_the_middle_of_a_mail_loses_none_and_repeats_that_one_alone(sink, start_worker):
    people = write(20)
    sink.delay = 0.05
    worker = start_worker()
    wait_until(lambda: len(sink.letters) >= 5)
    sink.delay = 5
    sink.busy.clear()
    assert sink.busy.wait(5)  # the server has the mail, the worker doesn't know it yet
    worker.kill()
    worker.wait()
    sink.delay = 0
    in_hand = OutgoingMail.objects.get(state=WAITING, attempts=1)
    assert in_hand.due_at > timezone.now()

    start_worker()
    wait_until(lambda: OutgoingMail.objects.filter(state=SENT).count() == 19)
    time.sleep(1.2)  # the lease of the one in hand holds
    assert OutgoingMail.objects.get(state=WAITING) == in_hand
    OutgoingMail.objects.filter(pk=in_hand.pk).update(due_at=timezone.now())  # it runs out
    wait_until(nothing_waits)
    assert sorted(set(sink.recipients)) == people
    times = Counter(letter["Message-ID"] for letter in sink.letters)
    assert [number for number, count in times.items() if count > 1] == [in_hand.message_id]
    assert len(sink.letters) == 21


def test_a_stopped_worker_finishes_the_mail_in_hand_and_takes_no_other(sink, start_worker):
    write(5)
    sink.delay = 0.5
    worker = start_worker()
    assert sink.busy.wait(10)
    assert WorkerBeat.objects.count() == 1
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == 0
    states = Counter(OutgoingMail.objects.values_list("state", "attempts"))
    assert states == {(SENT, 1): 1, (WAITING, 0): 4}
    assert len(sink.letters) == 1
    assert not WorkerBeat.objects.exists()


def test_a_slow_server_holds_up_only_its_own_mails(sink, start_worker):
    """Eight seconds to take an address, as some wait on purpose: one is enough to know."""
    sink.slow["slow.example"] = 8
    for number in range(5):
        factories.OutgoingMailFactory(to=f"{number}@slow.example")
    people = write(30)
    start_worker()
    wait_until(lambda: set(people) <= set(sink.recipients), 25)
    assert OutgoingMail.objects.filter(state=WAITING, to__endswith="@slow.example").count() >= 3


def test_a_mail_server_that_is_away_costs_no_attempts_and_gets_all_when_it_is_back(
    sink, start_worker, tmp_path
):
    people = write(3)
    sink.close()
    start_worker()
    wait_until(lambda: "can't be reached" in (tmp_path / "worker-0.log").read_text())
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {(WAITING, 0)}
    sink.open()
    wait_until(nothing_waits)
    assert sink.recipients == people


def test_a_database_that_restarts_while_a_mail_is_in_hand_repeats_nothing(sink, start_worker):
    people = write(2)
    sink.delay = 1
    start_worker()
    assert sink.busy.wait(10)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    wait_until(nothing_waits)
    assert sink.recipients == people


done = []


def good_job():
    done.append("good")


def bad_job():
    done.append("bad")
    OutgoingMail.objects.create(key="half-done")
    raise LookupError


GOOD, BAD = f"{__name__}.good_job", f"{__name__}.bad_job"


def test_each_job_fails_alone_and_leaves_nothing_half_done(settings, caplog):
    settings.WORKER_JOBS = [BAD, GOOD]
    done.clear()
    assert not work.run_jobs()
    assert done == ["bad", "good"]
    assert f"The job {BAD} failed." in caplog.text
    assert not OutgoingMail.objects.exists()


def test_a_job_that_another_worker_does_is_left_to_it(settings):
    settings.WORKER_JOBS = [GOOD]
    done.clear()
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [GOOD])
    work.run_jobs()
    assert done == []
    other.rollback()  # heard before it answers; a connection that is closed is noticed later
    other.close()
    work.run_jobs()
    assert done == ["good"]


@pytest.mark.parametrize(
    ("job", "much", "wait"),
    [(GOOD, True, work.JOBS_SOON), (GOOD, False, work.JOBS_EVERY), (BAD, True, work.JOBS_EVERY)],
)
def test_what_is_left_to_look_at_is_looked_at_soon_unless_that_failed(job, much, wait, settings, monkeypatch):
    settings.WORKER_JOBS = [job]
    monkeypatch.setattr(to_check, "MOST", 0 if much else 5_000)
    factories.CompanyFactory(name="Noted")
    worker = work.Command()
    worker.name, worker.beat_at, worker.jobs_at, worker.postman = "here:1", 0.0, 0.0, Postman(SlowServers())
    begun = time.monotonic()
    worker.next_thing()
    assert begun + wait <= worker.jobs_at <= time.monotonic() + wait


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_whose_clock_is_wrong_does_no_jobs(hours, settings, caplog, time_machine):
    assert work.clock_is_right()
    time_machine.move_to(timezone.now() + timedelta(hours=hours))
    assert not work.clock_is_right()
    assert "no jobs until it is right" in caplog.text
    work.beat("here:2")
    time_machine.shift(timedelta(hours=-hours))
    assert abs(WorkerBeat.objects.get(name="here:2").seen_at - timezone.now()) < timedelta(minutes=1)


def test_the_jobs_of_the_settings_exist_and_run(settings, caplog):
    work.run_jobs()
    assert "failed" not in caplog.text


def test_a_beat_is_kept_up_to_date_and_old_ones_go():
    long_ago = timezone.now() - timedelta(hours=2)
    WorkerBeat.objects.create(name="gone:1", seen_at=long_ago)
    work.beat("here:1")
    work.beat("here:1")
    assert list(WorkerBeat.objects.values_list("name", flat=True)) == ["here:1"]
