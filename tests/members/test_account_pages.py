"""Signing up, in, and looking after the account: allauth's pages in our look and words."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import Authenticator as Passkey
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

FOR_ALL = [
    "account_login",
    "account_signup",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_inactive",
]
FOR_MEMBERS = [
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "usersessions_list",
]
WITH_SECOND_STEP = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_list_webauthn",
]


def read(client, name: str, *args) -> str:
    """The page, after what holds for all of them was checked."""
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, response.get("Location")
    page = response.content.decode()
    assert len(re.findall("<h1", page)) == 1
    assert not re.search(r"\sstyle=|<style", page)
    for attributes in re.findall(r"<script([^>]*)>", page):
        assert "src=" in attributes or 'type="application/json"' in attributes
    return page


def title(page: str) -> str:
    return re.search(r"<title>(.*) - ", page)[1]


@pytest.fixture
def as_sure_member(client, member):
    """Has given the password just now, so that nothing is asked twice."""
    client.force_login(member)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def with_second_step(as_sure_member, member):
    TOTP.activate(member, generate_totp_secret())
    RecoveryCodes.activate(member)
    return as_sure_member


@pytest.mark.django_db
@pytest.mark.parametrize("name", FOR_ALL)
def test_page_for_all_is_in_the_look(client, name):
    assert '<html lang="en-GB"' in read(client, name)


@pytest.mark.parametrize("name", FOR_MEMBERS)
def test_page_for_members_is_in_the_look(as_sure_member, name):
    read(as_sure_member, name)


@pytest.mark.parametrize("name", WITH_SECOND_STEP)
def test_page_of_the_second_step_is_in_the_look(with_second_step, name):
    read(with_second_step, name)


def test_pages_of_a_passkey_are_in_the_look(as_sure_member, member):
    key = Authenticator.objects.create(
        user=member, type=Passkey.Type.WEBAUTHN, data={"name": "Office laptop", "credential": {}}
    )
    assert "Office laptop" in read(as_sure_member, "mfa_list_webauthn")
    read(as_sure_member, "mfa_edit_webauthn", key.pk)
    assert "Office laptop" in read(as_sure_member, "mfa_remove_webauthn", key.pk)


def test_every_page_has_a_title_of_its_own(as_sure_member):
    visitor = Client()
    titles = [
        title(read(visitor, name)) for name in ("account_login", "account_signup", "account_reset_password")
    ]
    titles += [title(read(as_sure_member, name)) for name in FOR_MEMBERS]
    assert len(set(titles)) == len(titles)


@pytest.mark.django_db
def test_honeypot_is_hidden_by_class(client, settings):
    page = read(client, "account_signup")
    name = settings.ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD
    assert (
        f'<div class="visually-hidden" aria-hidden="true"><input type="text" name="{name}" tabindex="-1"'
        in page
    )


@pytest.mark.django_db
def test_mistakes_are_summed_up_and_said_at_their_fields(client):
    page = client.post(reverse("account_signup"), {}).content.decode()
    assert title(page).startswith("Error: ")
    assert page.count('role="alert"') == 1
    assert '<a href="#id_email">' in page
    assert 'aria-describedby="id_email_error"' in page
    assert 'id="id_email_error" class="invalid-feedback"' in page


@pytest.mark.django_db
def test_wrong_password_is_said_once(client):
    page = client.post(
        reverse("account_login"), {"login": "nobody@example.org", "password": "four words of mine"}
    ).content.decode()
    assert page.count("or have a code mailed to you") == 1


def test_code_page_names_the_address_it_was_sent_to(client, member):
    page = client.post(
        reverse("account_request_login_code"), {"email": member.email}, follow=True
    ).content.decode()
    assert "Type the code from your email" in page
    assert f"<b>{member.email}</b>" in page


@pytest.mark.django_db
def test_spent_link_says_what_to_do(client):
    assert "no longer works" in read(client, "account_reset_password_from_key", "1", "abc-def")


@pytest.mark.django_db
def test_who_tried_too_often_learns_how_long_and_what_else_there_is(client):
    for _ in range(7):
        page = client.post(
            reverse("account_login"), {"login": "nobody@example.org", "password": "four words of mine"}
        )
    assert "Wait five minutes, or have a code mailed to you." in page.content.decode()
