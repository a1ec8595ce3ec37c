"""How fast the public pages are, as ratios to a bare Django view of the same bytes under the same server.

    .venv/bin/python -m bench.pages [seconds a round]

Both servers run at the same time (gunicorn, 2 workers of 4 threads), and the two are asked in turn, page by page and
round by round, so a machine that speeds up or slows down does so for both. Needs wrk (Debian: apt-get install wrk)
and the demo content (make run once). Prints the table of the README.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

ROUNDS = 5
CONNECTIONS = 8
SITE, BARE = 8911, 8912
PAGES = {
    "Home": "/",
    "An association": "/associations/lcict/",
    "Clusters": "/clusters/",
    "Finder": "/clusters/?q=LA1+4YW",
    "A cluster": "/clusters/lancaster/",
    "Meetings": "/meetings/",
    "A meeting": None,
    "FAQ": "/faq/",
    "News": "/news/",
    "Supporters": "/supporters/",
    "Calendar": "/clusters/lancaster/calendar.ics",
}


@contextmanager
def server(module: str, port: int):
    command = [sys.executable, "-m", "gunicorn", module, "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    process = subprocess.Popen(
        [*command, "--threads", "4", "--no-control-socket", "--log-level", "error"], env={**os.environ}
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def fetch(url: str) -> bytes:
    """The page, once the server answers at all."""
    for _ in range(100):
        try:
            return urllib.request.urlopen(url, timeout=30).read()
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer.")


def rate(url: str, seconds: int) -> float:
    """Requests a second."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} did not always answer 200:\n{said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def measure(url: str, seconds: int) -> tuple[int, float, float, float]:
    """Bytes of the page; median requests a second of the page and of the bare view; median of their ratios."""
    size = len(fetch(url))
    bare = f"http://127.0.0.1:{BARE}/{size}"
    fetch(bare)
    rounds = [(rate(url, seconds), rate(bare, seconds)) for _ in range(ROUNDS)]
    ours, theirs = zip(*rounds, strict=True)
    ratio = statistics.median(one / other for one, other in rounds)
    return size, statistics.median(ours), statistics.median(theirs), ratio


def main() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing; on Debian, as root: apt-get install wrk")
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with server("config.wsgi", SITE), server("bench.bare", BARE):
        site = f"http://127.0.0.1:{SITE}"
        meetings = fetch(f"{site}/meetings/").decode()
        pages = {**PAGES, "A meeting": re.search(r'href="(/meetings/\d+/)"', meetings)[1]}
        print("| page | KB | requests/s | bare view | ratio |")
        print("|---|---|---|---|---|")
        for name, path in pages.items():
            size, ours, theirs, ratio = measure(site + path, seconds)
            print(f"| {name} | {size / 1024:.0f} | {ours:.0f} | {theirs:.0f} | {ratio:.1%} |", flush=True)


if __name__ == "__main__":
    main()
