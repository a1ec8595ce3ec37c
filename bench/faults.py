"""What is done to the site here happens to servers: does it lose anything, and what do people see?

    .venv/bin/python -m bench.faults [name of a fault …]

Starts a Postgres of its own, the web server and the workers of production and a mail server, and breaks them, one
after the other. Needs root for the small disk, and Debian's faketime for the wrong clock. Prints the table of
docs/reliability.md; ends with an error if anything is not as it must be.
"""

import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import psutil
import requests
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from PIL import Image

from bench.one_server import DATA, HERE, OneServer
from bench.registration import world
from clusters.models import Act
from config import postgres
from meetings.models import Meeting, Registration
from members.models import Company, OutgoingMail, Representative, User
from tests.load import Load, change_firm, signed_in
from tests.machines import free_port
from tests.sink import Sink

WAITING, SENT, FAILED = OutgoingMail.State.WAITING, OutgoingMail.State.SENT, OutgoingMail.State.FAILED


def wait_until(condition, seconds: float = 120) -> float:
    """Seconds it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() > began + seconds:
            raise SystemExit("It did not happen in time.")
        time.sleep(0.1)
    return time.monotonic() - began


def check(words: str, holds: bool) -> None:
    if not holds:
        raise SystemExit(f"Not so: {words}")


def mails(number: int, host: str = "firm.example") -> list[OutgoingMail]:
    return OutgoingMail.objects.bulk_create(
        OutgoingMail(
            key=secrets.token_hex(8),
            kind="bench",
            to=f"reader{one}@{host}",
            subject="Hello",
            text="Hello",
            message_id=f"<{secrets.token_hex(8)}@site.example>",
        )
        for one in range(number)
    )


def all_are(*states) -> bool:
    return not OutgoingMail.objects.exclude(state__in=states).exists()


def end_leases() -> None:
    OutgoingMail.objects.filter(state=WAITING).update(due_at="2020-01-01T00:00Z")


def answer_all(site: OneServer, meeting: int, users: list[int], *, during=lambda: None) -> Load:
    """Each says yes, four at a time, while something happens; who gets an error asks again, as people do."""
    load = Load(site.address("web"))
    sessions = [signed_in(user) for user in User.objects.filter(pk__in=users)]
    over = threading.Event()

    def come(session) -> None:
        with session:
            for _ in range(20):
                if load.ask(session, "POST", f"/meetings/{meeting}/answer/wait/") == 302:
                    return
                time.sleep(0.2)

    def disturb() -> None:
        while not over.is_set():
            during()

    with ThreadPoolExecutor(5) as pool:
        disturbing = pool.submit(disturb)
        try:
            list(pool.map(come, sessions))
        finally:
            over.set()
        disturbing.result()
    return load


def check_answers(meeting: int, people: int, places: int) -> None:
    answers = Registration.objects.filter(meeting=meeting)
    check("everybody has an answer, once", answers.count() == people)
    check("no place is given twice", answers.seated().count() == places)
    line = list(answers.in_line().values_list("queue_number", flat=True))
    check("the line has no gap", sorted(line) == list(range(1, people - places + 1)))
    acts = Act.objects.filter(subject_type="meetings.meeting", subject_id=meeting)
    check("each has its one line in the trail", acts.count() == people)


def another_meeting(places: int) -> tuple[int, list[int]]:
    meeting = Meeting.objects.latest("pk")
    meeting.pk, meeting.uid, meeting.capacity = None, meeting._meta.get_field("uid").get_default(), places
    meeting.save(force_insert=True)
    return meeting.pk, list(User.objects.filter(representations__isnull=False).values_list("pk", flat=True))


# --- the faults -----------------------------------------------------------------------------------------
def postgres_restarted(site: OneServer, sink: Sink) -> str:
    server, load = postgres.Server(DATA), Load(site.address("web"))
    before = {process.pid for process in site.web_processes()}
    with load.visitors(4, ("/", "/clusters/bench/", "/meetings/", "/companies/", "/faq/")):
        time.sleep(3)
        stopping = time.time()
        server.stop()
        time.sleep(3)
        said = requests.get(site.address("web"), timeout=30)
        server.start()
        back = time.time()
        time.sleep(4)
    connection.close()
    statuses = Counter(asked.status for asked in load.failed)
    check("what fails says 503, with a page", set(statuses) == {503} and "Back in a few minutes" in said.text)
    check("it says when to come back", said.headers["Retry-After"] == "30")
    late = [asked for asked in load.failed if asked.ended < stopping or asked.began > back]
    check("nothing fails before and after", not late)
    check("no process was restarted", before == {process.pid for process in site.web_processes()})
    away = f"{back - stopping:.1f} s it was away"
    return f"{len(load.asked)} asked, {len(load.failed)} got the 503 in the {away}, none after"


def connection_lost(site: OneServer, sink: Sink) -> str:
    meeting, users = another_meeting(20)
    cut = 0

    def during() -> None:
        nonlocal cut
        time.sleep(random.uniform(0.1, 0.4))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
            )
            cut += cursor.fetchone()[0]

    load = answer_all(site, meeting, users, during=during)
    check_answers(meeting, len(users), 20)
    seen = Counter(asked.status for asked in load.failed)
    check(f"nothing but the 503 was seen, but {seen}\n{site.said('web')[-6000:]}", set(seen) <= {503})
    return f"{cut} transactions cut, {len(load.failed)} × 503; {len(users)} answers whole, {20} seated"


def web_killed(site: OneServer, sink: Sink) -> str:
    meeting, users = another_meeting(20)
    killed = 0

    def during() -> None:
        nonlocal killed
        time.sleep(random.uniform(0.5, 2))
        with suppress(psutil.Error, IndexError):
            random.choice(site.web_processes()).kill()
            killed += 1

    load = answer_all(site, meeting, users, during=during)
    check_answers(meeting, len(users), 20)
    wait_until(lambda: requests.get(site.address("web"), timeout=30).status_code == 200)
    return f"{killed} killed, {len(load.failed)} requests lost and sent again; {len(users)} answers whole, {20} seated"


def worker_killed(site: OneServer, sink: Sink) -> str:
    site.rows(), sink.letters.clear()
    sink.delay = 0.02
    mails(400)
    kills = 0
    while not all_are(SENT):
        with site.worker() as worker:
            sink.busy.clear()
            wait_until(lambda: sink.busy.is_set() or all_are(SENT))
            time.sleep(random.uniform(0, 2))
            worker.send_signal(signal.SIGKILL)
            kills += 1
        if not OutgoingMail.objects.due().exists():
            end_leases()
    sink.delay = 0
    times = Counter(letter["Message-ID"] for letter in sink.letters)
    known = dict(OutgoingMail.objects.values_list("message_id", "attempts"))
    check("no mail is lost", set(times) == set(known))
    check("none went more often than the database knows", all(times[one] <= known[one] for one in known))
    twice = sum(1 for count in times.values() if count > 1)
    tried = sum(1 for attempts in known.values() if attempts > 1)
    check("at most one a kill", twice <= tried <= kills)
    return f"400 mails, {kills} kills: none lost, {tried} taken again, of which {twice} went a second time"


def smtp_refusing(site: OneServer, sink: Sink) -> str:
    site.rows(), sink.letters.clear()
    mails(20), mails(5, "gone.example")
    sink.refusals = {f"reader{one}@gone.example": "550 no such person" for one in range(5)}
    with site.worker():
        wait_until(lambda: all_are(SENT, FAILED))
    sink.refusals = {}
    check("the others have theirs", len(sink.letters) == 20)
    check("it is told on the desk", OutgoingMail.objects.filter(bounced=True, state=FAILED).count() == 5)
    return "20 sent; 5 given up at the first 550, marked as bounced with what the server said"


def smtp_greylisting(site: OneServer, sink: Sink) -> str:
    site.rows(), sink.letters.clear()
    mails(20)
    sink.refusals = {f"reader{one}@firm.example": "451 greylisted, come back" for one in range(20)}
    with site.worker():
        wait_until(
            lambda: OutgoingMail.objects.filter(attempts=1, error__contains="greylisted").count() == 20
        )
        sink.refusals = {}
        end_leases()
        wait_until(lambda: all_are(SENT))
    check("each went once", len(sink.letters) == 20)
    return "20 put off for a minute at the 451, then each sent once under its Message-ID"


def smtp_hanging(site: OneServer, sink: Sink) -> str:
    site.rows(), sink.letters.clear()
    mails(3, "hangs.example"), mails(50)
    sink.slow["hangs.example"] = 600
    with site.worker():
        seconds = wait_until(lambda: len(sink.letters) == 50)
        waiting = OutgoingMail.objects.filter(to__endswith="hangs.example", state=WAITING)
        check("the hanging ones wait", waiting.count() == 3)
        check("one is put off after its 30 seconds", waiting.filter(error__contains="imed out").exists())
    sink.slow.clear()
    return f"3 mails to a server that never answers: the 50 others were out after {seconds:.0f} s, 30 of it the limit"


def disk_full(site: OneServer, sink: Sink) -> str:
    """A disk of half a megabyte for uploads, there for one web server alone."""
    directory = site.here / "small"
    directory.mkdir()
    port = site.ports["small"] = free_port()
    gunicorn = (
        f"{sys.executable} -m gunicorn config.wsgi --bind 127.0.0.1:{port} --threads 4 --no-control-socket"
    )
    site.start(
        "small",
        ["unshare", "-m", "sh", "-c", f"mount -t tmpfs -o size=512k none {directory} && exec {gunicorn}"],
        cwd=settings.BASE_DIR,
        env={**site.environment("web"), "MEDIA_ROOT": str(directory), "SITE_URL": site.address("small")},
    )
    site.wait_for("small")
    company = Company.objects.latest("pk")
    lead = Representative.objects.filter(company=company).latest("pk")
    Representative.objects.filter(pk=lead.pk).update(role="lead")
    uploads = Path(f"/proc/{site.processes['small'].pid}/root{directory}")
    answers = []
    with signed_in(lead.user) as session:
        for summary in "It fits.", "It does not fit.":
            noise = BytesIO()
            Image.effect_noise((500, 500), 90).save(noise, "png")
            logo = {"logo": ("logo.png", noise.getvalue(), "image/png")}
            answers.append(change_firm(site.address("small"), session, company, files=logo, summary=summary))
            with suppress(OSError), (uploads / "filler").open("wb", buffering=0) as filler:
                while True:
                    filler.write(b"x" * 4096)
    (uploads / "filler").unlink()
    company.refresh_from_db()
    kept = {str(path.relative_to(uploads)) for path in uploads.rglob("*") if path.is_file()}
    elsewhere = requests.get(f"{site.address('small')}/companies/{company.slug}/", timeout=30)
    site.kill("small")
    check(
        "it is told in a sentence",
        answers[-1].status_code == 507 and "disk of this site is full" in answers[-1].text,
    )
    check("nothing of the form was kept", company.summary == "It fits.")
    check("no half file is left", kept == {str(company.logo.large), str(company.logo.small)})
    check("other pages are whole", elsewhere.status_code == 200)
    return "the second of two logos did not fit and got the 507; the first stays whole, pages answer"


def clock_wrong(site: OneServer, sink: Sink) -> str:
    site.rows(), sink.letters.clear()
    sink.delay = 0.02
    mails(300)
    work = [sys.executable, "manage.py", "work"]
    for name, clock in ("behind", "-1d"), ("ahead", "+1d"):
        faked = ["faketime", "-f", clock, *work]
        site.start(name, faked, cwd=settings.BASE_DIR, env=site.environment(name))
    with site.worker():
        wait_until(lambda: all_are(SENT))
    site.kill("behind"), site.kill("ahead")
    sink.delay = 0
    times = Counter(letter["Message-ID"] for letter in sink.letters)
    check("each went once", len(times) == 300 and set(times.values()) == {1})
    return "3 workers, one a day behind, one a day ahead: 300 mails, each once, each at the first try"


def two_deploys(site: OneServer, sink: Sink) -> str:
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE deployed")
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + "/deployed"
    began = time.monotonic()
    deploys = [
        subprocess.Popen(
            [sys.executable, "manage.py", "migrate", "-v0"],
            cwd=settings.BASE_DIR,
            env={**site.environment("web"), "DATABASE_URL": address},
        )
        for _ in range(2)
    ]
    codes = [deploy.wait(900) for deploy in deploys]
    check("both end well", codes == [0, 0])
    seconds = time.monotonic() - began
    return f"two migrated an empty database: one waited for the other, both ended well after {seconds:.0f} s"


FAULTS = {
    "postgres": (
        "Postgres stopped and started under load",
        "503 while it is away, no restart of ours",
        postgres_restarted,
    ),
    "connection": (
        "connections cut in the middle of acts",
        "each act whole or not at all",
        connection_lost,
    ),
    "web": (
        "web processes killed with -9 at random",
        "only what they were answering is lost",
        web_killed,
    ),
    "worker": (
        "the mail worker killed with -9 at random",
        "no mail lost; once more at most, and counted",
        worker_killed,
    ),
    "refusing": (
        "SMTP refuses addresses",
        "given up at once, told on the desk",
        smtp_refusing,
    ),
    "greylisting": (
        "SMTP puts off what it does not know",
        "sent later, once",
        smtp_greylisting,
    ),
    "hanging": (
        "SMTP hangs at one domain",
        "nobody else waits longer than one time limit",
        smtp_hanging,
    ),
    "disk": (
        "the disk for uploads full",
        "a sentence, no half file, other pages whole",
        disk_full,
    ),
    "clock": (
        "clocks of workers wrong by a day",
        "each mail once, none late",
        clock_wrong,
    ),
    "deploys": (
        "two deploys at once",
        "one waits for the other",
        two_deploys,
    ),
}


def main(names: list[str]) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    world(120, 20)
    sink = Sink()
    sink.open()
    site = OneServer(connection.settings_dict, sink.url)
    try:
        site.install("web")
        site.start_node("web", workers=2)
        site.wait_for("web")
        wait_until(lambda: len(site.web_processes()) == 2)
        for _ in range(20):  # both have their code and their connections
            requests.get(site.address("web"), timeout=60)
        print("| what was done | what must be | what was seen |")
        print("|---|---|---|")
        for name in names or FAULTS:
            done, expected, fault = FAULTS[name]
            print(f"| {done} | {expected} | {fault(site, sink)} |", flush=True)
    finally:
        site.close()
        sink.close()
        connection.close()
        HERE.cleanup()


if __name__ == "__main__":
    main(sys.argv[1:])
