"""Every address of the site, asked by everybody. A new address without a row here fails the suite.

The world: Lancaster & Morecambe with a member firm, Furness with another, and things in each state that somebody
may not see. A row says for each person what must come back: OK, to sign in first (SIGN_IN), ELSEWHERE (done, or
sent on), NOTHING (404), FORBIDDEN (403), or NOT_THAT_WAY (405).
"""

import html
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve, reverse
from zeal import zeal_ignore

from .access import clusters, meetings, members, news
from .access.answers import SIGN_IN
from .conftest import client_of

pytestmark = pytest.mark.django_db
ROWS = news.ROWS + meetings.ROWS + members.ROWS + clusters.ROWS


def addresses(patterns=None, namespace=""):
    """The names of all our addresses: those of the libraries and the desk are theirs to test (and test_scoping)."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name
        elif pattern.namespace != "admin" and str(pattern.pattern) != "accounts/":
            yield from addresses(pattern.url_patterns, pattern.namespace or namespace)


def test_every_address_has_a_row():
    assert set(addresses()) == {name for name, *_ in ROWS}


@pytest.fixture(scope="module")
def cookies(world) -> dict[str, dict[str, str]]:
    """With which each of the people is signed in."""
    name = settings.SESSION_COOKIE_NAME
    return {
        role: {name: client_of(user).cookies[name].value} if user else {}
        for role, user in world.people.items()
    }


@pytest.mark.parametrize(
    ("name", "args", "method", "expected"),
    ROWS,
    ids=[f"{name}-{method}-{n}" for n, (name, _, method, _) in enumerate(ROWS)],
)
def test_everybody_gets_what_is_theirs(name, args, method, expected, world, cookies):
    url = reverse(name, args=args(world))
    got = {}
    for role, user in world.people.items():
        client = Client()
        client.cookies.load(cookies[role])
        with transaction.atomic(), zeal_ignore():  # nine requests in a row look like a loop
            response = getattr(client, method)(url)
            transaction.set_rollback(True)
        page = response.getvalue()  # to its end, so that files are closed
        if response.get("Content-Type", "").startswith("text/html"):
            assert not unprotected_forms(page.decode(), url, bool(user)), role
        to_sign_in = response.status_code == 302 and response.url.startswith(reverse(settings.LOGIN_URL))
        got[role] = SIGN_IN if to_sign_in else response.status_code
    assert got == expected


# --- forms that another site makes a browser send -------------------------------------------------------------
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w{64}"')
# Taken without a token, wherever they come from; each says why where it stands.
FROM_ANYWHERE = {
    "clusters:appearance",
    "clusters:question-helpful",
    "clusters:csp-report",
    "members:unsubscribe",
}


def unprotected_forms(page: str, url: str, signed_in: bool) -> list[str]:
    """Forms for POST that go to another site or, of who is signed in, hold no token. Visitors' hold none."""
    found = []
    for tag, inside in FORM.findall(page):
        action = re.search(r'action="([^"]+)"', tag)
        target = urlsplit(urljoin(url, html.unescape(action[1]) if action else ""))
        if 'method="post"' not in tag.lower():
            continue
        if target.netloc:
            found.append(tag)
        elif resolve(target.path).view_name not in FROM_ANYWHERE:
            found += [tag] if bool(TOKEN.search(inside)) is not signed_in else []
    return found


def test_forms_without_a_token_are_found():
    held = f'<input type="hidden" name="csrfmiddlewaretoken" value="{"a" * 64}">'
    form = '<form method="post" action="{}">{}</form>'
    for signed_in, inside in ((True, held), (False, "")):
        assert not unprotected_forms(form.format("/me/", inside) + "<form></form>", "/", signed_in)
        assert unprotected_forms(form.format("/me/", inside), "/", not signed_in)
        for elsewhere in ("https://evil.example/", "//evil.example/"):
            assert unprotected_forms(form.format(elsewhere, inside), "/", signed_in)


def views(patterns=None, namespace=""):
    """Also those of the libraries and the desk."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name, pattern.callback
        else:
            yield from views(pattern.url_patterns, pattern.namespace or namespace)


def test_all_forms_are_checked_but_those_named_here():
    exempt = {name for name, view in views() if getattr(view, "csrf_exempt", False)}
    assert exempt == FROM_ANYWHERE
    assert "clusters.forgery.OwnForms" in settings.MIDDLEWARE


def test_no_act_is_done_for_another_site(world):
    """Whoever is signed in and whatever page of another site their browser has open."""
    for person in (None, world.people["operator"]):
        for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {}):
            client = Client(enforce_csrf_checks=True, headers=headers)
            if person:
                client.force_login(person)
            for name, args, method, _ in ROWS:
                if method == "post" and name not in FROM_ANYWHERE:
                    assert client.post(reverse(name, args=args(world))).status_code == 403, name
