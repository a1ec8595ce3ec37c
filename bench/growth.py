"""What a country of clusters costs: each page, desk list and job at the size of the demo and with 50,000 firms.

    .venv/bin/python -m bench.growth [firms] [words in the names of what is asked …]

Makes two databases beside the site's own, growth_demo and growth_country_<firms>, which take minutes to fill and are
kept for the next run (drop them when done). A process for each asks for the same things in turn, round by round, so a
machine that speeds up or slows down does so for both. Pages are made anew each time; jobs are done and taken back.
What is measured is the computing of that process, and the time it waits for Postgres.
"""
# ruff: noqa: E402 (the settings come first)

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["VISITORS_PAGES_MB"] = "0"  # no page is kept

import django

django.setup()

from django.conf import settings
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from meetings.models import Meeting
from members.models import User
from news import demo
from news.models import Article
from news.retention import RULES

FIRMS = 50_000
ROUNDS = 15
WARM = 2  # rounds before those that count
LEAST_ROUNDS = 3
SECONDS = 3  # for each thing asked for, or a little more
AIM, AIM_OF_SEARCH = 1.3, 1.5
WORD, RARE, TYPO = "backups", "lune valley", "anlytics"
SEARCHES = ("directory", "archive", "finder")
NOTHING = 2  # milliseconds: less is not felt, whatever the ratio
VISITOR, MEMBER, COORDINATOR, OFFICER, OPERATOR = "", *(email for _, email, _ in demo.sign_ins())


# --- what is asked: {name: [kind, …]}, with the addresses of the demo, which both databases have -----------
def asked() -> dict[str, list[str]]:
    return {**visitors(), **searches(), **of_people(), **of_the_desk(), **of_the_worker()}


def visitors() -> dict[str, list[str]]:
    held = Meeting.objects.filter(state="held", cluster__slug="lancaster").order_by("starts_at").first()
    coming = Meeting.objects.filter(cluster__slug="lancaster").announced().upcoming().first()
    article = Article.objects.published().order_by("published_at").first()
    pages = {
        "front page": "/",
        "front page of an association": "/associations/lcict/",
        "clusters": "/clusters/",
        "a cluster": "/clusters/lancaster/",
        "FAQ": "/faq/",
        "FAQ of an association": "/associations/lcict/faq/",
        "FAQ of a cluster": "/clusters/lancaster/faq/",
        "supporters": "/supporters/",
        "meetings": "/meetings/",
        "meetings of an association": "/meetings/?association=lcict",
        "meetings of a cluster": "/meetings/?cluster=lancaster",
        "meetings that were": "/meetings/past/",
        "a meeting ahead": f"/meetings/{coming.pk}/",
        "a meeting that was": f"/meetings/{held.pk}/",
        "news": "/news/",
        "news, page 5": "/news/?page=5",
        "news of a cluster": "/news/?cluster=lancaster",
        "news of a theme": "/news/?theme=technology",
        "an article": article.get_absolute_url(),
        "a firm": "/companies/lune-valley-systems/",
        "a drive": "/drives/250-new-members/",
        "join": "/join/",
        "ask a question": "/faq/ask/",
        "contact": "/clusters/lancaster/contact/",
        "Atom": "/news/atom/",
        "RSS of a cluster": "/news/rss/?cluster=lancaster",
        "calendar of a cluster": "/clusters/lancaster/calendar.ics",
        "calendar of an association": "/associations/lcict/calendar.ics",
        "sitemap": "/sitemap.xml",
        **{f"sitemap of {name}": f"/sitemap-{name}.xml" for name in ("clusters", "meetings", "articles")},
    }
    return {name: ["page", VISITOR, path] for name, path in pages.items()}


def searches() -> dict[str, list[str]]:
    pages = {
        "finder: postcode": "/clusters/?q=LA1+4YW",
        "finder: town": "/clusters/?q=Carlisle",
        "directory": "/companies/",
        "directory, page 2": "/companies/?page=2",
        "directory: of a cluster": "/companies/?cluster=lancaster",
        "directory: a word": f"/companies/?q={WORD}",
        "directory: a rare word": f"/companies/?q={RARE}",
        "directory: a typing error": f"/companies/?q={TYPO}",
        "archive": "/presentations/",
        "archive, page 2": "/presentations/?page=2",
        "archive: of a cluster": "/presentations/?cluster=lancaster",
        "archive: a word": f"/presentations/?q={WORD}",
        "archive: a rare word": f"/presentations/?q={RARE}",
        "archive: a typing error": f"/presentations/?q={TYPO}",
    }
    return {name: ["page", VISITOR, path] for name, path in pages.items()}


def of_people() -> dict[str, list[str]]:
    coming = Meeting.objects.filter(cluster__slug="lancaster").announced().upcoming().first()
    of_member = {
        "my page": "/me/",
        "my turns": "/me/turns/",
        "a firm, as a member": "/companies/lune-valley-systems/",
        "directory, as a member": "/companies/",
        "a cluster, as a member": "/clusters/lancaster/",
        "a meeting, as a member": f"/meetings/{coming.pk}/",
        "archive, as a member": "/presentations/",
        "front page, as a member": "/",
        "opportunities": "/opportunities/",
        "introductions": "/introductions/",
    }
    of_office = {
        "report": "/reports/",
        "desk": "/admin/",
        "check-in": f"/meetings/{coming.pk}/check-in/",
        "going": "/clusters/lancaster/going/",
    }
    return {
        **{name: ["page", MEMBER, path] for name, path in of_member.items()},
        **{f"{name} of a coordinator": ["page", COORDINATOR, path] for name, path in of_office.items()},
        "desk of an officer": ["page", OFFICER, "/admin/"],
        "desk of the operator": ["page", OPERATOR, "/admin/"],
    }


def of_the_desk() -> dict[str, list[str]]:
    """Each list, the search in it, what it can be narrowed to, its form for a new row, and one of the demo's rows."""
    found = {}
    for model, desk in admin.site._registry.items():
        if model._meta.app_label not in ("clusters", "members", "meetings", "news"):
            continue
        name, path = model._meta.verbose_name, f"admin:{model._meta.app_label}_{model._meta.model_name}"
        first = model._default_manager.order_by("pk").first()
        for who, user in (("coordinator", COORDINATOR), ("operator", OPERATOR)):
            url = reverse(f"{path}_changelist")
            found[f"desk, {who}: {name}, list"] = ["page", user, url]
            if desk.search_fields:
                found[f"desk, {who}: {name}, search"] = ["page", user, f"{url}?q={WORD}"]
            if who == "operator":
                found[f"desk, {who}: {name}, new"] = ["page", user, reverse(f"{path}_add")]
                if first:
                    found[f"desk, {who}: {name}, a row"] = [
                        "page",
                        user,
                        reverse(f"{path}_change", args=[first.pk]),
                    ]
    return found


def of_the_worker() -> dict[str, list[str]]:
    jobs = [*settings.WORKER_JOBS, *settings.WORKER_CHORES]
    return {
        **{f"worker: {job}": ["job", job] for job in jobs},
        **{f"kept too long: {rule.what}": ["rule", str(number)] for number, rule in enumerate(RULES)},
    }


# --- one process for each database ---------------------------------------------------------------------
class Counted:
    """Queries, the time they took, and how much of it was spent waiting and not computing here."""

    def __init__(self):
        self.number, self.seconds, self.waited = 0, 0.0, 0.0

    def __call__(self, execute, *args):
        begun, computed = time.perf_counter(), time.process_time()
        try:
            return execute(*args)
        finally:
            took = time.perf_counter() - begun
            self.number += 1
            self.seconds += took
            self.waited += took - (time.process_time() - computed)


class Answers:
    def __init__(self):
        self.clients = {}

    def of(self, what: list[str]) -> dict:
        """Milliseconds, those in Postgres, the number of queries, and a page's bytes and status."""
        counted = Counted()
        ask = getattr(self, what[0])
        client = self.client(what[1]) if what[0] == "page" else None
        with connection.execute_wrapper(counted):
            begun = time.process_time()
            said = ask(*what[1:]) if client is None else ask(client, what[2])
            took = time.process_time() - begun + counted.waited
        return {"ms": took * 1000, "sql": counted.seconds * 1000, "queries": counted.number, **said}

    def page(self, client: Client, path: str) -> dict:
        response = client.get(path)
        return {"bytes": len(response.getvalue()), "status": response.status_code}

    def questions(self) -> dict:
        return {"questions": asked()}

    def job(self, name: str) -> dict:
        with transaction.atomic():
            import_string(name)()
            transaction.set_rollback(True)
        return {}

    def rule(self, number: str) -> dict:
        return {"rows": RULES[int(number)].rows(timezone.now()).count()}

    def client(self, email: str) -> Client:
        if email not in self.clients:
            self.clients[email] = client = Client(SERVER_NAME="127.0.0.1")
            if email:
                client.force_login(User.objects.get(email=email))
        return self.clients[email]


def serve() -> None:
    """Answers to questions, a line of JSON each."""
    said, sys.stdout = sys.stdout, sys.stderr
    answers = Answers()
    for line in sys.stdin:
        try:
            answer = answers.of(json.loads(line))
        except Exception as error:
            connection.close()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=said, flush=True)


class Size:
    """A database of some size, and the process that asks it."""

    def __init__(self, name: str):
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.growth", "--serve"],
            env=environment(name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: list[str]) -> dict:
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def environment(database: str) -> dict[str, str]:
    url = re.sub(r"[^/]+$", database, settings.DATABASE_URL)
    return {**os.environ, "DATABASE_URL": url}


# --- the two databases -----------------------------------------------------------------------------------
def made(firms: int) -> list[str]:
    """The names of the two, filled if they were not there."""
    demo_sized, country = "growth_demo", f"growth_country_{firms}"
    if not is_there(demo_sized):
        create(demo_sized)
        for command in (["migrate", "-v0"], ["createcachetable"], ["load_demo"]):
            manage(demo_sized, *command)
        manage(demo_sized, "shell", "-c", CATCH_UP)
    if not is_there(country):
        create(country, template=demo_sized)
        manage(country, "load_scale", "--firms", str(firms))
        manage(country, "shell", "-c", CATCH_UP)
    return [demo_sized, country]


# What a worker would have done long ago, and the mails it would have sent.
CATCH_UP = """
from django.db import connection
from clusters.to_check import is_much_left
from members.management.commands.work import run_jobs
from members.models import OutgoingMail
from news.retention import RULES
from django.utils import timezone
while run_jobs() and is_much_left():
    pass
run_jobs()  # the rest
OutgoingMail.objects.due().update(state="sent", sent_at=timezone.now())
connection.cursor().execute("VACUUM ANALYZE")
"""


def is_there(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone()[0] == 1


def create(name: str, template: str = "template0") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def manage(database: str, *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], env=environment(database), check=True)


# --- the table -------------------------------------------------------------------------------------------
def main(arguments: list[str] | None = None) -> None:
    arguments = sys.argv[1:] if arguments is None else arguments
    firms = next((int(word) for word in arguments if word.isdecimal()), FIRMS)
    words = [word for word in arguments if not word.isdecimal()]
    sizes = [Size(name) for name in made(firms)]
    questions = {
        name: what
        for name, what in sizes[0].ask(["questions"])["questions"].items()
        if not words or any(word in name for word in words)
    }
    print(f"| {'asked for':44} | queries | demo, ms | {firms:,} firms, ms | in Postgres | growth |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, what in questions.items():
        print(line(name, list(rounds(what, sizes))), flush=True)


def rounds(what: list[str], sizes: list[Size]) -> Iterator[list[dict]]:
    """Both are asked in turn; fewer times where it takes long."""
    begun = time.perf_counter()
    for number in range(WARM + ROUNDS):
        answers = [size.ask(what) for size in sizes]
        if number >= WARM:
            yield answers
        if number >= WARM + LEAST_ROUNDS and time.perf_counter() - begun > SECONDS:
            return


def line(name: str, rounds: list[list[dict]]) -> str:
    """Of the table. The times are the quickest of all rounds, which others on the machine disturbed least."""
    small, large = zip(*rounds, strict=True)
    wrong = next((one for one in rounds[0] if "error" in one or one.get("status", 200) != 200), None)
    if wrong:
        return f"| {name:44} | {wrong} |"
    before, after, in_postgres = (
        min(one[figure] for one in answers)
        for answers, figure in ((small, "ms"), (large, "ms"), (large, "sql"))
    )
    growth = after / before
    aim = AIM_OF_SEARCH if name.startswith(SEARCHES) else AIM
    mark = " over" if growth > aim and after - before > NOTHING else ""
    queries = f"{small[-1]['queries']}, {large[-1]['queries']}"
    return f"| {name:44} | {queries:>7} | {before:7.1f} | {after:7.1f} | {in_postgres:7.1f} | {growth:5.2f}{mark} |"


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["--serve"] else main()
