"""Every address of the site, asked by everybody. A new address without a row here fails the suite.

The world: Lancaster & Morecambe with a member firm, Furness with another, and things in each state that somebody
may not see. A row says for each person what must come back: OK, to sign in first (SIGN_IN), ELSEWHERE (done, or
sent on), NOTHING (404), FORBIDDEN (403), or NOT_THAT_WAY (405).
"""

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from zeal import zeal_ignore

from .access import clusters, meetings, members, news
from .access.answers import SIGN_IN
from .conftest import client_of

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


@pytest.mark.parametrize(
    ("name", "args", "method", "expected"),
    ROWS,
    ids=[f"{name}-{method}-{n}" for n, (name, _, method, _) in enumerate(ROWS)],
)
def test_everybody_gets_what_is_theirs(name, args, method, expected, world):
    url = reverse(name, args=args(world))
    got = {}
    for role, user in world.people.items():
        client = client_of(user) if user else Client()
        with transaction.atomic(), zeal_ignore():  # nine requests in a row look like a loop
            response = getattr(client, method)(url)
            transaction.set_rollback(True)
        response.getvalue()  # to its end, so that files are closed
        to_sign_in = response.status_code == 302 and response.url.startswith(reverse(settings.LOGIN_URL))
        got[role] = SIGN_IN if to_sign_in else response.status_code
    assert got == expected
