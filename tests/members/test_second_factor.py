"""Officers prove twice who they are: asked first, then held to it, and nobody else is."""

from datetime import UTC, datetime

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import MiddlewareNotUsed
from django.urls import reverse

from members.second_factor import AskOfficers

from ..conftest import client_of

pytestmark = pytest.mark.django_db

DESK = reverse("admin:index")
TWO_STEP = reverse("mfa_index")


@pytest.fixture(autouse=True)
def two_weeks(settings):
    settings.SECOND_FACTOR_DAYS = 14


@pytest.fixture
def clock():
    with time_machine.travel(datetime(2026, 11, 2, 9, tzinfo=UTC), tick=False) as clock:
        yield clock


def two_weeks_later(clock, user):
    """The first visit in office, then the day after the time is over, signed in anew."""
    client_of(user).get(DESK)
    clock.move_to(datetime(2026, 11, 17, 9, tzinfo=UTC))
    return client_of(user)


def test_an_officer_is_told_the_day_and_goes_on_until_then(coordinator, clock):
    client = client_of(coordinator)
    client.get(DESK)
    assert "by 16 November" in client.get(DESK).content.decode()
    clock.move_to(datetime(2026, 11, 16, 20, tzinfo=UTC))
    assert client_of(coordinator).get(DESK).status_code == 200


@pytest.mark.parametrize("url", [DESK, reverse("members:me"), reverse("news:home")])
def test_after_that_day_only_the_account_opens(coordinator, clock, url):
    client = two_weeks_later(clock, coordinator)
    for ask in (client.get, client.post):
        answer = ask(url)
        assert (answer.status_code, answer.url) == (302, TWO_STEP)
    page = client.get(TWO_STEP)
    assert page.status_code == 200
    assert "needs two-step sign-in now" in page.content.decode()
    assert client.post(reverse("account_logout")).status_code == 302


@pytest.mark.parametrize("type_", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
def test_an_app_or_a_passkey_opens_all_again(coordinator, clock, type_):
    client = two_weeks_later(clock, coordinator)
    if type_ == Authenticator.Type.TOTP:
        TOTP.activate(coordinator, generate_totp_secret())
    else:
        Authenticator.objects.create(user=coordinator, type=type_, data={"name": "Phone", "credential": {}})
    page = client.get(DESK)
    assert page.status_code == 200
    assert "two-step sign-in by" not in page.content.decode()


def test_recovery_codes_alone_are_no_proof(coordinator, clock):
    client = two_weeks_later(clock, coordinator)
    Authenticator.objects.create(user=coordinator, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert client.get(DESK).status_code == 302


def test_members_are_not_asked(member, clock):
    client = two_weeks_later(clock, member)
    assert client.get(reverse("members:me")).status_code == 200
    member.refresh_from_db()
    assert member.second_factor_by is None


def test_who_comes_into_office_is_asked_within_minutes(member, lancaster, clock):
    client = client_of(member)
    client.get(reverse("members:me"))
    member.offices.create(cluster=lancaster, office="coordinator", start="2026-11-01")
    clock.shift(11 * 60)
    client.get(reverse("members:me"))
    member.refresh_from_db()
    assert str(member.second_factor_by) == "2026-11-16"


def test_a_settled_session_costs_nothing_more(coordinator, clock, django_assert_num_queries):
    TOTP.activate(coordinator, generate_totp_secret())
    client = client_of(coordinator)
    client.get(reverse("clusters:privacy"))
    with django_assert_num_queries(3):  # the session, the person, the site
        client.get(reverse("clusters:robots"))


def test_the_demo_does_not_ask(settings):
    settings.SECOND_FACTOR_DAYS = None
    with pytest.raises(MiddlewareNotUsed):
        AskOfficers(lambda request: None)
