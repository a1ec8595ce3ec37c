import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from clusters import clocks, to_check
from members.models import WorkerBeat
from members.postman import Postman, SlowServers

log = logging.getLogger(__name__)

POLL = 1  # seconds between looks into an empty outbox
BEAT_EVERY = 15  # seconds
JOBS_EVERY = 60  # seconds
JOBS_SOON = 5  # seconds, where they have much left to look at: mails go out in between


class Command(BaseCommand):
    help = "Sends the mails of the outbox and does the regular jobs until it is stopped. Run as many as you like."

    def handle(self, **options):
        self.stopping = False
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.beat_at = self.jobs_at = 0.0
        slow = SlowServers()
        self.postman = Postman(slow)
        log.info("Worker %s is at work.", self.name)
        with ThreadPoolExecutor(1) as beside:
            patient = beside.submit(self.deliver_patiently, Postman(slow, patient=True))
            try:
                while not (self.stopping or patient.done()):
                    if not self.do_something():
                        time.sleep(POLL)
            finally:
                self.stopping = True
            patient.result()  # raises what ended it, if it was not us
        self.postman.hang_up()
        WorkerBeat.objects.filter(name=self.name).delete()
        log.info("Worker %s has stopped.", self.name)

    def stop(self, signum, frame):
        """Only noted: the mail in hand is sent and written down first."""
        self.stopping = True

    def deliver_patiently(self, postman: Postman) -> None:
        """Beside all else, in a thread of its own: mails to servers that make wait."""
        try:
            while not self.stopping:
                if not self.unless_the_database_is_away(postman.deliver_next):
                    time.sleep(POLL)
            postman.hang_up()
        finally:
            connection.close()

    def do_something(self) -> bool:
        return self.unless_the_database_is_away(self.next_thing)

    def next_thing(self) -> bool:
        if time.monotonic() >= self.beat_at:
            self.beat_at = time.monotonic() + BEAT_EVERY
            beat(self.name)
        if time.monotonic() >= self.jobs_at:
            self.jobs_at = time.monotonic() + JOBS_EVERY
            if clock_is_right() and run_jobs() and to_check.is_much_left():
                self.jobs_at = time.monotonic() + JOBS_SOON
        return self.postman.deliver_next() or do_chore()

    @staticmethod
    def unless_the_database_is_away(act: Callable[[], bool]) -> bool:
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            log.warning("The database can't be reached: %s", error)
            connection.close()
            return False


def beat(name: str) -> None:
    """By the database's clock: a worker whose own is wrong would hide the others, or itself."""
    WorkerBeat.objects.update_or_create(name=name, defaults={"seen_at": Now()})
    WorkerBeat.objects.filter(seen_at__lt=Now() - timedelta(hours=1)).delete()


def clock_is_right() -> bool:
    """Else turns would be passed on and reminders written a day early, or not at all."""
    ahead = clocks.ahead()
    if abs(ahead) < clocks.MOST:
        return True
    log.error(
        "The clock of this machine is %d seconds ahead of the database's: no jobs until it is right.",
        ahead.total_seconds(),
    )
    return False


def do_chore() -> bool:
    """A piece of the longer work, if there is any. It takes care itself that no other worker does the same."""
    return any(import_string(chore)() for chore in settings.WORKER_CHORES)


def run_jobs() -> bool:
    """Each job in a transaction of its own, at one worker at a time; one that fails hinders no other.

    Whether none has failed: what it has left to look at is not tried again at once, to fail again.
    """
    all_done = True
    for job in settings.WORKER_JOBS:
        try:
            with transaction.atomic():
                if nobody_else_does(job):
                    import_string(job)()
        except Exception:
            all_done = False
            log.exception("The job %s failed.", job)
            connection.close_if_unusable_or_obsolete()
    return all_done


def nobody_else_does(job: str) -> bool:
    """Until the end of the transaction, however that comes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [job])
        return cursor.fetchone()[0]
