"""What answers tell browsers; and what Mozilla's Observatory would say of it."""

import json
import logging
import os
import re
import subprocess
import sys

import pytest
from csp.constants import NONCE
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from clusters.headers import SayWhatMayRun
from tests.config.test_checks import PRODUCTION
from tests.conftest import environment

HALF_A_YEAR = 15_768_000  # seconds
OPEN_IN_PRODUCTION = """
import json, sys
import config.wsgi
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.test import Client
client = Client(headers={"host": "clusters.example.org", "x-forwarded-proto": "https"})
pages = {}
for path in sys.argv[1:]:
    answer = client.get(path)
    cookies = [cookie.OutputString() for cookie in answer.cookies.values()]
    pages[path] = [answer.status_code, dict(answer.items()), cookies, answer.content.decode()]
redirect = Client(headers={"host": "clusters.example.org"}).get("/")
print(json.dumps([pages, redirect.status_code, redirect["Location"]]))
"""


def directives_of(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: values for name, *values in parts}


def observatory(headers: dict, cookies: list[str], page: str) -> dict[str, int]:
    """The modifiers of MDN's HTTP Observatory (developer.mozilla.org/en-US/observatory/docs/tests_and_scoring), in so
    far as they can be got here; the base is 100."""
    policy = directives_of(headers["Content-Security-Policy"])
    unsafe = {value for values in policy.values() for value in values if "unsafe-" in value}
    hsts = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    scripts = re.findall(r'<script[^>]*\ssrc="([^"]*)"', page)
    private = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    safe_cookies = all("Secure" in c and "HttpOnly" in c and "SameSite" in c for c in cookies)
    return {
        "content-security-policy": -20 if unsafe else 10 if policy["default-src"] == ["'none'"] else 5,
        "cookies": 0 if not cookies else 5 if safe_cookies else -20,
        "cross-origin-resource-sharing": -50 if "Access-Control-Allow-Origin" in headers else 0,
        "referrer-policy": 5 if headers.get("Referrer-Policy") in private else -5,
        "strict-transport-security": 0 if hsts and int(hsts[1]) >= HALF_A_YEAR else -20,
        "subresource-integrity": 0 if all(s.startswith("/") and s[1] != "/" for s in scripts) else -50,
        "x-content-type-options": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "x-frame-options": 5 if policy.get("frame-ancestors") == ["'none'"] else -20,
        "cross-origin-resource-policy": 10
        if headers.get("Cross-Origin-Resource-Policy") == "same-origin"
        else 0,
    }


@pytest.mark.django_db
def test_observatory_gives_home_and_sign_in_at_least_a_hundred(sink):
    paths = [reverse("news:home"), reverse("account_login")]
    ran = subprocess.run(
        [sys.executable, "-c", OPEN_IN_PRODUCTION, *paths],
        env={**PRODUCTION, "PATH": os.environ["PATH"], "DATABASE_URL": environment(sink)["DATABASE_URL"]},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    pages, status, location = json.loads(ran.stdout.splitlines()[-1])
    assert (status, location) == (301, "https://clusters.example.org/")
    for path in paths:
        status, headers, cookies, page = pages[path]
        assert status == 200
        assert "upgrade-insecure-requests" in headers["Content-Security-Policy"]
        modifiers = observatory(headers, cookies, page)
        assert min(modifiers.values()) >= 0, modifiers
        assert 100 + sum(modifiers.values()) >= 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/no-such-page/", "/static/css/tokens.css", "/admin/", "/accounts/login/"]
)
def test_every_answer_says_the_policies(client, path):
    answer = client.get(path)
    answer.getvalue()
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.django_db
def test_http_is_not_upgraded_where_there_is_no_https(client):
    """The demo answers by HTTP alone."""
    assert "upgrade-insecure-requests" not in client.get("/")["Content-Security-Policy"]


def answered(request, **said):
    """What the middleware makes of an answer of which a view has said this."""
    response = HttpResponse()
    vars(response).update(said)
    return SayWhatMayRun(lambda request: response)(request)["Content-Security-Policy"]


def test_what_may_run_is_what_django_csp_says(rf):
    usual = answered(rf.get("/"))
    asked = CSPMiddleware(lambda request: HttpResponse())(rf.get("/"))["Content-Security-Policy"]
    assert directives_of(usual) == directives_of(asked)
    assert directives_of(usual)["default-src"] == ["'none'"]


def test_a_view_that_asks_for_another_policy_gets_it(rf):
    policy = answered(rf.get("/"), _csp_replace={"img-src": ["https://elsewhere.example"]})
    assert directives_of(policy)["img-src"] == ["https://elsewhere.example"]


def test_a_nonce_that_a_page_used_stands_in_its_policy_alone(rf):
    nonces = []

    def view(request):
        nonces.append(str(request.csp_nonce))
        response = HttpResponse()
        response._csp_update = {"script-src": [NONCE]}
        return response

    middleware = SayWhatMayRun(view)
    for _ in range(2):
        policy = directives_of(middleware(rf.get("/"))["Content-Security-Policy"])
        assert policy["script-src"] == ["'self'", f"'nonce-{nonces[-1]}'"]
    assert nonces[0] != nonces[1]


def report(client, **facts):
    body = {
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/a?name=Ann",
        "document-uri": "https://clusters.example.org/turns/secret-token/?a=ann@example.org",
        **facts,
    }
    return client.post(
        reverse("clusters:csp-report"),
        json.dumps({"csp-report": body}),
        content_type="application/csp-report",
    )


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.WARNING, "clusters.views.reports")
    return lambda: [r.getMessage() for r in caplog.records if r.name == "clusters.views.reports"]


@pytest.mark.django_db
def test_report_is_logged_without_what_may_be_personal(client, told):
    assert report(client).status_code == 204
    assert told() == ["Browsers stopped evil.example for script-src-elem on /turns/<str:token>/"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"effective-directive": "made\nup"},
        {"effective-directive": "no-such-src"},
        {"effective-directive": ""},
        {"document-uri": "http://[half"},
        {"blocked-uri": "x" * 9000},
    ],
)
def test_what_is_no_report_of_a_browser_is_not_logged(client, told, facts):
    assert report(client, **facts).status_code == 204
    assert told() == []


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"", b"\0", b"[]", b"1", b'{"csp-report": 1}', b"[" * 8000, b"\xff"])
def test_nonsense_is_answered_like_a_report(client, told, body):
    answer = client.post(reverse("clusters:csp-report"), body, content_type="application/csp-report")
    assert (answer.status_code, told()) == (204, [])


@pytest.mark.django_db
def test_one_sender_fills_no_log(client, told):
    for _ in range(25):
        assert report(client).status_code == 204
    assert len(told()) == 20


@pytest.mark.django_db
def test_security_txt_says_where_to_tell(client, settings):
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    assert lines[0] == "Contact: mailto:security@example.org"
    assert re.fullmatch(r"Expires: \d{4}-\d\d-\d\dT00:00:00[+-]\d\d:\d\d", lines[1])
