import json
import logging
import subprocess
import sys

import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from clusters.logs import JsonLines, NumberRequests, WithRequest
from clusters.views import errors

log = logging.getLogger("tests")


@login_not_required
def broken(request, token):
    log.warning("It will break.")
    raise RuntimeError("on purpose")


@login_not_required
def fine(request):
    return HttpResponse("fine")


urlpatterns = [path("break/<str:token>/", broken), path("fine/", fine)]
handler500 = "clusters.views.errors.server_error"


@pytest.fixture
def lines(caplog):
    caplog.handler.addFilter(WithRequest())
    caplog.set_level(logging.INFO)

    def written():
        return [json.loads(JsonLines().format(record)) for record in caplog.records]

    return written


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_an_error_page_gives_the_number_under_which_the_logs_tell_of_it(lines):
    answer = Client(raise_request_exception=False).get("/break/secret-token/")
    number = answer["X-Request-ID"]
    assert f"give this number: <b>{number}</b>" in answer.content.decode()
    told = [line for line in lines() if line["request"] == number]
    assert "It will break." in [line["message"] for line in told]
    assert "on purpose" in "".join(line.get("error", "") for line in told)
    [request] = [line for line in told if line["logger"] == "requests"]
    assert (request["method"], request["route"], request["status"]) == ("GET", "/break/<str:token>/", 500)
    assert "secret-token" not in json.dumps([{**line, "error": ""} for line in lines()])


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slow", "every", "level"), [(-1, False, "WARNING"), (1000, True, "INFO"), (1000, False, None)]
)
def test_slow_requests_are_logged_and_all_if_asked(slow, every, level, lines):
    with override_settings(SLOW_REQUEST=slow, LOG_REQUESTS=every):
        Client().get("/fine/")
    assert [line["level"] for line in lines() if line["logger"] == "requests"] == ([level] if level else [])


def test_two_requests_have_two_numbers(rf):
    answer = NumberRequests(lambda request: HttpResponse())
    assert answer(rf.get("/"))["X-Request-ID"] != answer(rf.get("/"))["X-Request-ID"]


def test_postgres_gone_is_a_friendly_503(tmp_path):
    """In a process of its own, whose Postgres is not there."""
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "answer = Client(raise_request_exception=False, headers={'host': '127.0.0.1'}).get('/')\n"
        "print(answer.status_code, answer['Retry-After'], 'Back in a few minutes' in answer.content.decode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
            "LC_ALL": "C.UTF-8",
        },
    )
    assert done.stdout.split() == ["503", "30", "True"], done.stderr


def interruption(rf, session, happens) -> SessionInterrupted:
    """What Django's middleware says of a session that can't be saved because of what `happens` meanwhile."""

    def answer(request):
        request.session = session
        session["said"] = "something"
        happens()
        return HttpResponse()

    with pytest.raises(SessionInterrupted) as interrupted:
        SessionMiddleware(answer)(rf.get("/"))
    return interrupted.value


@pytest.mark.django_db(transaction=True)
def test_a_session_that_postgres_could_not_save_is_no_mistake_of_the_visitor(rf):
    """Django says "bad request" to it, as to one whose person signed out meanwhile."""

    def cut():
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    session, other = SessionStore(), connection.copy()
    session.create()
    error = interruption(rf, session, cut)
    other.close()
    assert errors.bad_request(rf.get("/"), error).status_code == 503
    connection.close()
    error = interruption(rf, session, SessionStore(session.session_key).delete)
    assert not errors.is_away(error)
