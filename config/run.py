"""`make run`: everything the site needs on one machine, under one Ctrl-C.

Prepares the database, the demo and the static files, then runs the web server and the mail worker
until a signal comes or one of them ends. PORT and HOST in the environment say where it answers.
"""

import hashlib
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from config.postgres import CannotStart

BASE_DIR = Path(__file__).resolve().parent.parent
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_STOP = 35  # a little more than gunicorn gives to requests under way


class CannotRun(Exception):
    """The site can't run; the message is a sentence for people."""


class Stopped(Exception):
    """Somebody asked us to stop."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    environ.Env.read_env(BASE_DIR / ".env")
    host = os.environ.get("HOST", "127.0.0.1")
    port = os.environ.setdefault("PORT", "8000")
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        with listen(host, port) as listener:
            prepare()
            start(children, listener)
        return supervise(children, host, port)
    except Stopped:
        return 0
    except (CannotRun, CannotStart, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # already stopping
        end(children)


def _stop(number, frame) -> None:
    raise Stopped


def listen(host: str, port: str) -> socket.socket:
    """Taken before anything else, so that a taken port is said at once and not after the work."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotRun(f"PORT={port} is not a number from 1 to 65535.")
    try:
        return socket.create_server((host, int(port)), backlog=2048)
    except OSError as error:
        raise CannotRun(
            f"Can't use port {port} on {host}: {os.strerror(error.errno or 0)}. "
            f"Choose another: make run PORT={min(int(port) + 1, 65535)}"
        ) from error


def prepare() -> None:
    from config import checks

    print("Preparing the site…", flush=True)
    checks.refuse_unsafe_start()
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("build_assets")
    _collect_static_files()
    _load_demo_once()


def _collect_static_files() -> None:
    """Only when a file came, went or changed since the last time: compressing takes seconds."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    sources = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            file = os.stat(storage.path(path))
            sources.update(f"{storage.path(path)} {file.st_size} {file.st_mtime_ns}\n".encode())
    stamp = settings.VAR_DIR / "static.stamp"
    if not stamp.exists() or not settings.STATIC_ROOT.exists() or stamp.read_text() != sources.hexdigest():
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(sources.hexdigest())


def _load_demo_once() -> None:
    from django.conf import settings

    from clusters.models import Association

    if settings.DEMO and not Association.objects.exists():
        call_command("load_demo", stdout=io.StringIO())  # what it says, we say on every start


def start(children: dict[str, subprocess.Popen[bytes]], listener: socket.socket) -> None:
    web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{listener.fileno()}"]
    web += ["--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--threads", "4"]
    web += ["--log-level", "warning", "--no-control-socket"]
    worker = [sys.executable, "manage.py", "work"]
    # Sessions of their own: Ctrl-C reaches us alone, and we end them.
    children["web server"] = subprocess.Popen(
        web, cwd=BASE_DIR, pass_fds=[listener.fileno()], start_new_session=True
    )
    children["mail worker"] = subprocess.Popen(worker, cwd=BASE_DIR, start_new_session=True)


def supervise(children: dict[str, subprocess.Popen[bytes]], host: str, port: str) -> int:
    """Returns the exit code for when one of the children ends by itself: that is never right."""
    announced = False
    while all(child.poll() is None for child in children.values()):
        if not announced and _answers(host, port):
            _announce(port)
            announced = True
        time.sleep(0.1)
    for name, child in children.items():
        if child.poll() is not None:
            print(f"The {name} ended by itself (exit code {child.returncode}).", file=sys.stderr)
    return 1


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        child.terminate()
    for child in children.values():
        try:
            child.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _answers(host: str, port: str) -> bool:
    """Whether the home page comes, or a redirect to where it is."""
    from django.conf import settings

    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _announce(port: str) -> None:
    from django.conf import settings

    from clusters.models import Hostname
    from news.demo import sign_ins

    if not settings.DEMO:
        print(f"{settings.SITE_NAME} answers on port {port} for {settings.SITE_URL}.", flush=True)
        return
    print(f"\n{settings.SITE_NAME} is ready. Stop it with Ctrl-C.\n")
    print(f"  http://127.0.0.1:{port}/  all associations")
    for hostname in Hostname.objects.select_related("association").filter(name__endswith=".localhost"):
        print(f"  http://{hostname.name}:{port}/  {hostname.association.name}")
    print(f"  http://127.0.0.1:{port}/demo/mails/  the mails that would have gone out")
    print("\nLook around as you are, or sign in as")
    for role, email, password in sign_ins():
        print(f"  {role}: {email}, {password}")
    print(flush=True)


if __name__ == "__main__":
    sys.exit(main())
