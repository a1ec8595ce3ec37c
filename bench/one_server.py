"""A Postgres of its own, and the web server and workers of production on it, for a bench that breaks them.

To be imported before what needs Django's settings.
"""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import django
import psutil
from django.conf import settings

from config import postgres

HERE = tempfile.TemporaryDirectory(prefix="faults-")
DATA = Path(HERE.name).resolve() / "postgres"
os.environ["DATABASE_URL"] = postgres.ensure_running(DATA)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

django.setup()

from members.models import OutgoingMail  # noqa: E402 - models need the set-up
from tests.machines import Machines, free_port, search_path  # noqa: E402


class OneServer(Machines):
    """As `docs/operations.md` sets it up: a web server with two processes, and workers."""

    def environment(self, name: str) -> dict[str, str]:
        self.ports.setdefault("web", free_port())
        return {
            "PATH": search_path(),
            "VAR_DIR": str(self.here / "web"),
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": self.address("web"),
            "DEFAULT_FROM_EMAIL": "clusters@site.example",
            "EMAIL_URL": self.mail_url,
            "DATABASE_URL": os.environ["DATABASE_URL"],
            "LOG_LEVEL": "WARNING",
        }

    def web_processes(self) -> list[psutil.Process]:
        return psutil.Process(self.processes["web"].pid).children()

    def rows(self) -> None:
        """What one fault left behind is no matter of the next."""
        OutgoingMail.objects.all().delete()

    @contextmanager
    def worker(self, name: str = "worker"):
        self.start_worker(name)
        try:
            yield self.processes[name]
        finally:
            self.kill(name)
