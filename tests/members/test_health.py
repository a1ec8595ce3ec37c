import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as real_settings
from django.test import Client
from django.utils import timezone

from members.models import OutgoingMail, WorkerBeat
from tests import factories


@pytest.fixture
def worker(db):
    return WorkerBeat.objects.create(name="here:1")


def test_all_is_well_while_a_worker_is_seen(worker, client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "ok": True,
        "database": True,
        "clock_seconds_ahead": 0,
        "worker_seen_seconds_ago": 0,
        "oldest_waiting_mail_seconds": None,
    }
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_without_a_worker_it_is_not_well(db, client):
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["worker_seen_seconds_ago"] is None


def test_a_worker_not_seen_for_long_does_not_count(worker, client):
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(minutes=3))
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["worker_seen_seconds_ago"] == 180


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_machine_whose_clock_is_wrong_is_not_well(hours, worker, client, time_machine):
    """The worker is seen by the database's clock, and this machine's says something else."""
    time_machine.move_to(timezone.now() + timedelta(hours=hours))
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["clock_seconds_ahead"] == 3600 * hours
    assert response.json()["worker_seen_seconds_ago"] == 0


def test_it_says_how_long_the_oldest_mail_waits(worker, client):
    factories.OutgoingMailFactory(created_at=timezone.now() - timedelta(hours=1))
    factories.OutgoingMailFactory()
    factories.OutgoingMailFactory(
        state=OutgoingMail.State.SENT, created_at=timezone.now() - timedelta(days=1)
    )
    assert client.get("/healthz").json()["oldest_waiting_mail_seconds"] == 3600


def test_a_probe_needs_neither_name_nor_tls_nor_many_queries(worker, settings, django_assert_num_queries):
    settings.SECURE_SSL_REDIRECT = True
    with django_assert_num_queries(3):
        assert Client(HTTP_HOST="10.0.0.7:8000").get("/healthz").status_code == 200


def test_it_is_only_read(worker, client):
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


def test_without_a_database_it_says_so():
    program = (
        "import django; django.setup(); from django.test import Client;"
        "response = Client().get('/healthz'); print(response.status_code, response.content.decode())"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
    }
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=real_settings.BASE_DIR,
        capture_output=True,
        check=True,
    ).stdout.decode()
    status, _, body = answer.partition(" ")
    assert status == "503"
    assert json.loads(body) == {"ok": False, "database": False}
