"""Forms are taken from our own pages, and from nobody else's."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
OURS = "http://testserver"


@pytest.fixture
def path(member):
    return reverse("meetings:private-calendar-make")


def browser(user=None, **headers) -> Client:
    client = Client(enforce_csrf_checks=True, headers=headers)
    if user:
        client.force_login(user)
    return client


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://testserver",
        "http://testserver:8000",
        "http://testserver.evil.example",
        "http://a.testserver",
        "null",
        "",
    ],
)
def test_what_another_site_makes_a_browser_send_is_refused(origin, member, path):
    refused = browser(member, origin=origin).post(path)
    assert refused.status_code == 403
    assert "Please send that again" in refused.content.decode()
    assert browser(origin=origin).post(reverse("account_login")).status_code == 403


def test_what_comes_from_our_own_page_needs_no_token(member, path):
    assert (
        browser(member, origin=OURS).post(path).status_code == 302
    )  # past the check: it names no kind of mail
    assert browser(origin=OURS).post(reverse("account_login")).status_code == 200  # says what is missing


def test_a_person_whose_browser_names_no_origin_has_the_token(member, path):
    client = browser(member)
    assert client.post(path).status_code == 403
    client.get(reverse("members:me"))
    assert (
        client.post(path, {"csrfmiddlewaretoken": client.cookies["csrf"].value}).status_code == 302
    )  # past the check: it names no kind of mail


@pytest.mark.parametrize("name", ["account_login", "account_signup", "members:join"])
def test_forms_for_visitors_hold_no_token_and_set_no_cookie(name, client):
    page = client.get(reverse(name), follow=True)
    assert b"csrfmiddlewaretoken" not in page.content
    assert not client.cookies
