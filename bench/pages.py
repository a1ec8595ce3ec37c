"""How fast the public pages are, as ratios to a bare Django view of the same bytes under the same server.

    .venv/bin/python -m bench.pages [seconds a round] [words in the names of pages …]

Three servers run at the same time (gunicorn, 2 workers of 4 threads): the site, the site that keeps no pages, and the
bare view. They are asked in turn, page by page and round by round, so a machine that speeds up or slows down does so
for all. Once in each round the site is asked while somebody commits a changed answer to a meeting 20 times a second.
Needs wrk (Debian: apt-get install wrk) and content: the demo (make run once), or whatever DATABASE_URL names.
"""
# ruff: noqa: E402 (the settings come first)

import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from meetings.models import Registration

ROUNDS = 5
SECONDS = 1
CONNECTIONS = 8
TRIES = 6
WRITES = 20  # a second
TICKS = os.sysconf("SC_CLK_TCK")
PAGES = {
    "Home": "/",
    "An association": "/associations/lcict/",
    "Clusters": "/clusters/",
    "Finder": "/clusters/?q=LA1+4YW",
    "A cluster": "/clusters/lancaster/",
    "Meetings": "/meetings/",
    "A meeting": r"/meetings/\d+/",  # the first on the list
    "Companies": "/companies/",
    "Companies, a search": "/companies/?q=backups",
    "A company": r"/companies/[\w-]+/",
    "Presentations, a search": "/presentations/?q=backups",
    "FAQ": "/faq/",
    "News": "/news/",
    "Supporters": "/supporters/",
    "Calendar": "/clusters/lancaster/calendar.ics",
}
LISTS = {"A meeting": "/meetings/", "A company": "/companies/"}  # where an address is taken from


class Server:
    def __init__(self, name: str, module: str, port: int, first: str, **environment: str):
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "gunicorn", module, "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, "--threads", "4", "--no-control-socket", "--log-level", "error"],
            env={**os.environ, "LOG_LEVEL": "ERROR", **environment},
        )
        fetch(self.url + first)
        self.seconds_to_first_page = time.perf_counter() - began

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def computing(self) -> list[float]:
        """Seconds of computing, user and system, since the start: of each worker."""
        seconds = []
        for pid in self.workers():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            seconds.append((int(fields[11]) + int(fields[12])) / TICKS)
        return seconds

    def memory(self, kind: str) -> float:
        """MB of the larger worker: "Rss", or "Pss", where a page that n processes share counts as 1/n."""
        sizes = []
        for pid in self.workers():
            told = Path(f"/proc/{pid}/smaps_rollup").read_text()
            sizes.append(int(re.search(rf"^{kind}:\s+(\d+)", told, re.MULTILINE)[1]) / 1024)
        return max(sizes)


@contextmanager
def running(*about, **environment: str) -> Iterator[Server]:
    server = Server(*about, **environment)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)


def fetch(url: str) -> tuple[bytes, str]:
    """The page and its ETag, once the server answers at all."""
    for _ in range(3000):
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read(), answer.headers.get("ETag", "")
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"{url} does not answer.")


class Round(NamedTuple):
    rate: float  # requests a second
    p99: float  # milliseconds
    computing: float  # milliseconds of the server's processes for a request


def ask(server: Server, path: str, seconds: int, *headers: str) -> Round:
    """Connections stay with the worker that took them: where one took most, it is another worker's round, not a
    page's, and they are made anew.
    """
    for _ in range(TRIES):
        said, shares = said_by_wrk(server, path, seconds, *headers)
        if min(shares) > max(shares) / 2:
            break
    return read(said, sum(shares))


def said_by_wrk(server: Server, path: str, seconds: int, *headers: str) -> tuple[str, list[float]]:
    """And what each worker computed for it, in seconds."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    command += [word for header in headers for word in ("-H", header)]
    before = server.computing()
    said = subprocess.run([*command, server.url + path], capture_output=True, text=True, check=True).stdout
    shares = [after - was for after, was in zip(server.computing(), before, strict=True)]
    if "Non-2xx" in said:
        raise SystemExit(f"{server.name}: {path} did not always answer well:\n{said}")
    return said, shares


def read(said: str, computing: float) -> Round:
    number = int(re.search(r"(\d+) requests in", said)[1])
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    return Round(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        p99=float(p99) * {"us": 0.001, "ms": 1, "s": 1000}[unit],
        computing=computing * 1000 / number,
    )


@contextmanager
def others_write() -> Iterator[None]:
    """Somebody changes an answer all the time; in the end it is as it was."""
    answers = Registration.objects.filter(pk=Registration.objects.order_by("pk").values("pk")[:1])
    before, done = answers.get().changed_at, threading.Event()

    def write():
        while not done.wait(1 / WRITES):
            answers.update(changed_at=timezone.now())
        answers.update(changed_at=before)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        done.set()
        writer.join()


def measure(site: Server, anew: Server, bare: Server, path: str, seconds: int) -> tuple[int, dict]:
    """Bytes of the page; {kind: its rounds}."""
    body, etag = fetch(site.url + path)
    fetch(site.url + path)
    fetch(anew.url + path)
    rounds: dict[str, list[Round]] = {"kept": [], "written": [], "known": [], "anew": [], "bare": []}
    for _ in range(ROUNDS):
        rounds["kept"].append(ask(site, path, seconds))
        if etag:
            rounds["known"].append(ask(site, path, seconds, f"If-None-Match: {etag}"))
        rounds["bare"].append(ask(bare, f"/{len(body)}", seconds))
        with others_write():
            rounds["written"].append(ask(site, path, seconds))
        rounds["anew"].append(ask(anew, path, seconds))
    return len(body), rounds


def middle(rounds: list[Round], field: str) -> float:
    return statistics.median(getattr(one, field) for one in rounds)


def ratio(ours: list[Round], theirs: list[Round], field: str) -> float:
    """The median of what each round had, for the machine may have been another's in between."""
    return statistics.median(
        getattr(one, field) / getattr(other, field) for one, other in zip(ours, theirs, strict=True)
    )


HEAD = """
Requests a second and p99 at {connections} connections, medians of {rounds} rounds; the ratios are those of a round.
"304" is its computing as a share of that of the bare view's 200; "written to": kept pages while answers are changed.

| page | KB | bare view | kept | ratio | p99, ms | 304 | written to | ratio | p99, ms | made anew | ratio | p99, ms |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def row(name: str, size: int, rounds: dict) -> str:
    kept, known, written, anew, bare = (rounds[kind] for kind in ("kept", "known", "written", "anew", "bare"))
    share = f"{ratio(known, bare, 'computing'):.0%}" if known else "–"
    return (
        f"| {name} | {size / 1024:.0f} | {middle(bare, 'rate'):.0f} "
        f"| {middle(kept, 'rate'):.0f} | {ratio(kept, bare, 'rate'):.0%} | {middle(kept, 'p99'):.1f} | {share} "
        f"| {middle(written, 'rate'):.0f} | {ratio(written, bare, 'rate'):.0%} | {middle(written, 'p99'):.1f} "
        f"| {middle(anew, 'rate'):.0f} | {ratio(anew, bare, 'rate'):.1%} | {middle(anew, 'p99'):.0f} |"
    )


def tell_of_servers(servers: list[Server]) -> None:
    print(
        "\n| server | start to first page, s | memory of a worker after it, MB: PSS | RSS |\n|---|---:|---:|---:|"
    )
    for server in servers:
        figures = f"{server.memory('Pss'):.0f} | {server.memory('Rss'):.0f}"
        print(f"| {server.name} | {server.seconds_to_first_page:.1f} | {figures} |")


def address(site: Server, name: str) -> str:
    if name not in LISTS:
        return PAGES[name]
    html = fetch(site.url + LISTS[name])[0].decode()
    return re.search(rf'href="({PAGES[name]})"', html)[1]


def main(arguments: list[str]) -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing; on Debian, as root: apt-get install wrk")
    seconds = next((int(word) for word in arguments if word.isdecimal()), SECONDS)
    words = [word.lower() for word in arguments if not word.isdecimal()]
    names = [name for name in PAGES if not words or any(word in name.lower() for word in words)]
    with (
        running("the site", "config.wsgi", 8911, "/") as site,
        running("the site, pages made anew", "bench.unlimited", 8912, "/", VISITORS_PAGES_MB="0") as anew,
        running("bare view", "bench.bare", 8913, "/1") as bare,
    ):
        print(HEAD.format(connections=CONNECTIONS, rounds=ROUNDS))
        for name in names:
            size, rounds = measure(site, anew, bare, address(site, name), seconds)
            print(row(name, size, rounds), flush=True)
        tell_of_servers([site, anew, bare])


if __name__ == "__main__":
    main(sys.argv[1:])
