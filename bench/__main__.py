"""All measurements by one command, printed as the tables of docs/performance.md.

    .venv/bin/python -m bench [names …]

Each name is a module beside this one (`pages`, `search`, `growth` …), which says what it measures and what it needs.
Without names: those that take minutes alone.
"""

import importlib.metadata
import os
import pkgutil
import platform
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
NOT_MEASURING = {"__main__", "bare", "one_server", "unlimited"}
QUICK = ["pages", "registration", "enumeration"]


def names() -> list[str]:
    return sorted(
        module.name for module in pkgutil.iter_modules([str(HERE)]) if module.name not in NOT_MEASURING
    )


def heading() -> str:
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    load = " ".join(f"{figure:.1f}" for figure in os.getloadavg())
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("Django", "gunicorn")]
    return (
        f"# Measured on {datetime.now().astimezone():%-d %B %Y}\n"
        f"{os.cpu_count()} cores of {processor[1] if processor else platform.processor()}, load before {load}; "
        f"Python {platform.python_version()}, {', '.join(versions)}, Postgres {postgres()}."
    )


def postgres() -> str:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return cursor.fetchone()[0].split()[0]


def main(asked: list[str]) -> int:
    unknown = set(asked) - set(names())
    if unknown:
        print(f"Not known: {', '.join(sorted(unknown))}. There are {', '.join(names())}.", file=sys.stderr)
        return 2
    print(heading(), flush=True)
    failed = []
    for name in asked or QUICK:
        print(f"\n## bench.{name}", flush=True)
        # A process of its own: some have settings or a database of their own.
        environment = {name: word for name, word in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], env=environment).returncode:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}.", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
