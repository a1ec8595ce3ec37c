"""What a visitor waits for on a site where nobody has been for a while: the rule on small ones, not the exception.

    .venv/bin/python -m bench.quiet [seconds]

Each page is asked for once, then nobody comes for so many seconds (61, if nothing is said: another minute), then each
is asked for once more, in turn with a server that keeps no pages. Needs the demo, or what DATABASE_URL names.
"""

import statistics
import sys
import time

from bench.pages import PAGES, Server, address, fetch, running

SECONDS = 61
HEAD = """
| page | after {seconds} s, ms | made anew, ms | times |
|---|---:|---:|---:|"""


def milliseconds(server: Server, path: str) -> float:
    began = time.perf_counter()
    fetch(server.url + path)
    return (time.perf_counter() - began) * 1000


def main(arguments: list[str]) -> None:
    seconds = next((int(word) for word in arguments if word.isdecimal()), SECONDS)
    with (
        running("the site", "config.wsgi", 8911, "/") as site,
        running("the site, pages made anew", "bench.unlimited", 8912, "/", VISITORS_PAGES_MB="0") as anew,
    ):
        paths = {name: address(site, name) for name in PAGES}
        for _ in range(8):  # until each process has made each page
            for path in paths.values():
                fetch(site.url + path)
                fetch(anew.url + path)
        time.sleep(seconds)
        print(HEAD.format(seconds=seconds))
        times = []
        for name, path in paths.items():
            kept, made = milliseconds(site, path), milliseconds(anew, path)
            times.append(made / kept)
            print(f"| {name} | {kept:.1f} | {made:.1f} | {made / kept:.0f} |", flush=True)
        print(f"\nThe median of the times: {statistics.median(times):.0f}.")


if __name__ == "__main__":
    main(sys.argv[1:])
