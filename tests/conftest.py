"""People to test with. `lancaster` is the cluster everything is about; `furness` is somebody else's."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone, translation
from django.utils.translation import trans_real
from xdist.scheduler import LoadScopeScheduling

from clusters import languages, limits
from members.models import Officer

from . import factories
from .access.world import places_and_people, world_of
from .pseudo import PseudoLanguage
from .sink import Sink

# Modules whose data takes long to make: one process runs all of one.
TOGETHER = {"tests/test_plans.py", "tests/news/test_demo.py"}


class Scheduling(LoadScopeScheduling):
    """Each test goes to whichever process is free. (Marks of xdist_group are lost with pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)


def client_of(user) -> Client:
    """Signed in, with the password given once more just now."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


@pytest.fixture(autouse=True)
def nobody_has_read_anything():
    """What a process counts of the pages people open outlives a test."""
    limits.forget()


@pytest.fixture
def association(db):
    return factories.AssociationFactory(
        name="Lancashire & Cumbria ICT Clusters", slug="lcict", name_lines="Lancashire & Cumbria|ICT Clusters"
    )


@pytest.fixture
def lancaster(association):
    return factories.ClusterFactory(association=association, name="Lancaster & Morecambe", slug="lancaster")


@pytest.fixture
def furness(association):
    return factories.ClusterFactory(association=association, name="Furness", slug="furness", town="Barrow")


@pytest.fixture
def firm(lancaster):
    """A member firm of Lancaster & Morecambe."""
    return factories.MembershipFactory(cluster=lancaster, company__name="Fellside Analytics").company


@pytest.fixture
def member(firm):
    """The lead representative of `firm`."""
    return factories.RepresentativeFactory(company=firm, user__name="Priya Nair").user


@pytest.fixture
def coordinator(lancaster):
    return factories.OfficerFactory(cluster=lancaster, user__name="Ruth Ackroyd").user


@pytest.fixture
def other_coordinator(furness):
    return factories.OfficerFactory(cluster=furness, user__name="Neil Postle").user


@pytest.fixture
def former_coordinator(lancaster):
    """Held the office of `lancaster` until yesterday."""
    return factories.OfficerFactory(cluster=lancaster, end=timezone.localdate() - timedelta(days=1)).user


@pytest.fixture
def officer(association):
    """Secretary of the association."""
    return factories.OfficerFactory(association=association, office=Officer.Office.SECRETARY).user


@pytest.fixture
def operator(db):
    return factories.UserFactory(name="Operator", is_superuser=True)


@pytest.fixture
def welsh(settings, monkeypatch):
    """The site is in a second language as well: one made up (tests/pseudo.py), by the code of Welsh."""
    place = settings.MIDDLEWARE.index("django.middleware.common.CommonMiddleware")
    locale = "django.middleware.locale.LocaleMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], locale, *settings.MIDDLEWARE[place:]]
    settings.LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
    monkeypatch.setitem(trans_real._translations, "cy", PseudoLanguage("cy"))
    languages.wanted.cache_clear()
    with translation.override("en-gb"):
        yield "cy"
    languages.wanted.cache_clear()


@pytest.fixture
def media_of_our_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def world(request, django_db_setup, django_db_blocker, tmp_path_factory):
    """What tests/access speaks of, made once for the tests of a module: what they do to it is rolled back.

    Such a module says that its tests use the database, and none of them commits.
    """
    refuse_what_commits(request)
    media = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        yield world_of(*places_and_people())
        transaction.set_rollback(True)


def refuse_what_commits(request):
    """One that is not marked would leave what it does to the next; one that commits would take the world with it."""
    for item in request.session.items:
        if getattr(item, "module", None) is request.module:
            marked = item.get_closest_marker("django_db")
            assert marked or "world" not in item.fixturenames, f"Mark {item.name} for the database."
            assert not (marked and marked.kwargs.get("transaction")), (
                f"{item.name} must not commit: see world."
            )


@pytest.fixture
def as_member(member):
    return client_of(member)


@pytest.fixture
def as_coordinator(coordinator):
    return client_of(coordinator)


@pytest.fixture
def as_other_coordinator(other_coordinator):
    return client_of(other_coordinator)


@pytest.fixture
def as_officer(officer):
    return client_of(officer)


@pytest.fixture
def as_operator(operator):
    return client_of(operator)


@pytest.fixture
def sink():
    """A real mail server."""
    sink = Sink()
    sink.open()
    yield sink
    sink.close()


@pytest.fixture
def start_worker(sink, tmp_path):
    """Starts workers as production would; they end with the test."""
    workers = []

    def start():
        with (tmp_path / f"worker-{len(workers)}.log").open("w") as log:
            worker = subprocess.Popen(
                [sys.executable, "manage.py", "work"],
                cwd=settings.BASE_DIR,
                env=environment(sink),
                stderr=log,
            )
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def environment(sink) -> dict:
    """A worker's, on the tests' database."""
    database = urlsplit(settings.DATABASE_URL)
    path = f"{database.path.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "long-enough-and-only-for-the-worker-of-these-tests-0123456789",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1:8000",
        "DEFAULT_FROM_EMAIL": "clusters@site.example",
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "EMAIL_URL": sink.url,
        "DATABASE_URL": database._replace(path=path).geturl(),
    }
