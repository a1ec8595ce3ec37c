"""Each start is a process of its own, as in production."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from config.checks import demo_people_stay_in_the_demo
from news.demo import sign_ins
from tests import factories

PRODUCTION = {
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "clusters.example.org",
    "SITE_URL": "https://clusters.example.org",
    "EMAIL_URL": "smtp+tls://mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "clusters@example.org",
    "TRUSTED_PROXY_COUNT": "1",
    "DATABASE_URL": "postgres://nobody@db.invalid/nothing",
}


def load_the_server(**changes: str) -> subprocess.CompletedProcess[str]:
    """Import what gunicorn imports, with the settings of production and `changes` to them."""
    return subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        env={"PATH": os.environ["PATH"], **PRODUCTION, **changes},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_when_everything_is_set():
    started = load_the_server()
    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set: sessions could be forged."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short: sessions could be forged."),
        ({"SECRET_KEY_FALLBACKS": "short"}, "One of SECRET_KEY_FALLBACKS is too short"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS lets anyone choose the hostname in the links we send."),
        ({"EMAIL_URL": ""}, "EMAIL_URL does not name a mail server"),
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL does not name a mail server"),
        ({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL is not set"),
        ({"SITE_URL": ""}, "SITE_URL is not an https:// address"),
        ({"SITE_URL": "http://clusters.example.org"}, "SITE_URL is not an https:// address"),
        ({"DEBUG": "true"}, "DEBUG is on while the site answers to clusters.example.org"),
        (
            {"SECRET_KEY": "", "ALLOWED_HOSTS": "", "EMAIL_URL": ""},
            "The demo can't be served at clusters.example.org",
        ),
    ],
    ids=lambda value: (
        " ".join(f"{name}={setting}" for name, setting in value.items()) if isinstance(value, dict) else ""
    ),
)
def test_an_unsafe_start_is_refused_with_a_sentence(changes, sentence):
    refused = load_the_server(**changes)
    assert refused.returncode != 0
    assert sentence in refused.stderr


def test_all_that_is_missing_is_said_at_once():
    refused = load_the_server(EMAIL_URL="", DEFAULT_FROM_EMAIL="")
    assert "EMAIL_URL" in refused.stderr
    assert "DEFAULT_FROM_EMAIL" in refused.stderr


@pytest.mark.django_db
def test_a_person_of_the_demo_keeps_production_from_migrating_until_the_password_is_another(settings):
    _, email, password = sign_ins()[0]
    person = factories.UserFactory(email=email, password=password)
    assert demo_people_stay_in_the_demo(databases=["default"]) == []
    settings.DEMO = False
    assert [error.id for error in demo_people_stay_in_the_demo(databases=["default"])] == ["config.E008"]
    person.set_password("a password of their own")
    person.save()
    assert demo_people_stay_in_the_demo(databases=["default"]) == []
