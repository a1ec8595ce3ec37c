"""Whoever takes the directory page by page, guesses passwords or sends forms again and again: slowed, and counted."""

import logging

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters import limits, tallies
from members.models import Officer
from tests import factories
from tests.conftest import client_of
from tests.factories import PASSWORD
from tests.pages import text_of

pytestmark = pytest.mark.django_db
KNOWN = "ann.at@firm.example"
LISTS = reverse("members:company-list")


@pytest.fixture
def few(monkeypatch, settings):
    """A directory that lets forty pages through, nothing of which is kept."""
    monkeypatch.setattr(limits, "PAGES_AN_HOUR", 40)
    settings.VISITORS_PAGES_BYTES = 0


def read(client, number: int, **kwargs) -> list[int]:
    return [client.get(LISTS, {"page": page}, **kwargs).status_code for page in range(number)]


class TestDirectory:
    def test_is_open_to_people_and_shuts_for_whoever_takes_it_all(self, few, firm):
        found = read(Client(), 70)
        assert found[:59] == [200] * 59 and set(found[60:]) == {429}
        stopped = Client().get(firm.get_absolute_url())
        assert stopped.status_code == 429 and stopped["Retry-After"] == "600"
        assert "opens for you again in a while" in text_of(stopped)

    def test_does_not_believe_who_says_to_come_from_elsewhere(self, few):
        found = [
            Client().get(LISTS, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
            for number in range(70)
        ]
        assert found[-1] == 429

    def test_knows_other_processes_counts(self, few):
        read(Client(), 40)
        limits.forget()  # another process
        assert set(read(Client(), 25)[20:]) == {429}

    def test_counts_each_person_alone(self, few, member):
        read(Client(), 70)
        assert read(client_of(member), 1) == [200]

    def test_opens_again(self, few, time_machine):
        time_machine.move_to("2026-05-01 10:10", tick=False)
        assert read(Client(), 70)[-1] == 429
        limits.forget()  # the minute is over; clocks that only rise don't travel
        time_machine.move_to("2026-05-01 11:10", tick=False)
        assert set(read(Client(), 30)) == {200}

    def test_hardly_asks_the_database(self, django_assert_num_queries, rf, client):
        request = rf.get(LISTS)
        request.user = type("Visitor", (), {"is_authenticated": False})
        with django_assert_num_queries(0):
            for _ in range(limits.PAGES_AT_ONCE - 1):
                assert limits.may_read_on(limits.reader_of(request))


def test_a_right_password_in_between_does_not_start_the_count_anew():
    user = factories.UserFactory(email=KNOWN)
    user.emailaddress_set.update_or_create(email=KNOWN, defaults={"verified": True, "primary": True})

    def sign_in(password: str) -> Client:
        client = Client()
        client.post(reverse("account_login"), {"login": KNOWN, "password": password})
        return client

    for number in range(4):
        sign_in(f"wrong {number}")
    sign_in(PASSWORD)
    for number in range(6):
        sign_in(f"wrong again {number}")
    assert sign_in(PASSWORD).get(reverse("members:me")).status_code == 302


def test_a_failed_sign_in_is_logged_without_the_address_and_counted(caplog):
    factories.UserFactory(email=KNOWN)
    with caplog.at_level(logging.WARNING, logger="accounts"):
        for address in (KNOWN, KNOWN.upper(), "bob@firm.example"):
            Client().post(reverse("account_login"), {"login": address, "password": "wrong"})
    told = [record.account for record in caplog.records]
    assert told[0] == told[1] != told[2]
    assert "firm.example" not in caplog.text
    today = tallies.by_day(["failed-sign-in"], timezone.localdate())
    assert today["failed-sign-in"][0] == 3


class TestOperatorsPage:
    url = reverse("members:site-figures")

    def test_tells_what_was_slowed_and_how_many_came(self, as_operator, lancaster):
        tallies.add("slowed:guest")
        tallies.add("slowed:guest")
        factories.OutgoingMailFactory(state="waiting")
        factories.ReportFactory(cluster=lancaster)
        words = text_of(as_operator.get(self.url))
        assert "Coming as a guest 2 2" in words
        assert "1 complaint of a firm" in words and "1 mail to be sent" in words
        assert "How the site is doing" in text_of(as_operator.get(reverse("admin:index")))

    def test_is_the_operators_alone(self, as_officer, as_member):
        assert as_officer.get(self.url).status_code == 404
        assert as_member.get(self.url).status_code == 404
        assert "How the site is doing" not in text_of(as_officer.get(reverse("admin:index")))

    def test_takes_as_many_queries_for_many(self, as_operator, django_assert_max_num_queries):
        for _ in range(3):
            factories.OutgoingMailFactory()
            factories.UserFactory()
        with django_assert_max_num_queries(20):
            as_operator.get(self.url)


# --- who is known, nobody learns -----------------------------------------------------------------------
def seen_of(client, url: str, data: dict, *addresses: str) -> tuple:
    answer = client.post(url, data)
    after = client.get(answer.url) if answer.status_code == 302 else answer
    words = text_of(after)
    for address in addresses:
        words = words.replace(address, "ADDRESS")
    return answer.status_code, answer.get("Location"), words, sorted(client.cookies)


def test_coming_as_a_guest_tells_nobody_who_is_known(lancaster, member):
    """Somebody with an account, a guest who has been here before, one who is coming, and a stranger."""
    meeting = factories.MeetingFactory(cluster=lancaster, state="published", openness="public")
    past = factories.MeetingFactory(cluster=lancaster, state="held")
    factories.RegistrationFactory(
        meeting=past, user=None, name="A", email="again@guest.example", state="attended"
    )
    factories.RegistrationFactory(meeting=meeting, user=None, name="B", email="coming@guest.example")
    url = reverse("meetings:guest", args=[meeting.pk])
    known = [member.email, "again@guest.example", "coming@guest.example", "stranger@guest.example"]
    seen = [seen_of(Client(), url, {"name": "Jo", "email": email}, email) for email in known]
    assert seen[0][0] == 200 and len(set(map(str, seen))) == 1


def test_inviting_a_colleague_tells_nobody_who_is_known(member, firm):
    url = reverse("members:company-invite", args=[firm.slug])
    factories.UserFactory(email=KNOWN)
    seen = []
    for email in (KNOWN, "stranger@firm.example"):
        with transaction.atomic():
            seen.append(
                seen_of(client_of(member), url, {"email": email, "name": "Jo", "role": "member"}, email)
            )
            transaction.set_rollback(True)
    assert str(seen[0]) == str(seen[1])
    assert not Officer.objects.filter(user__email=KNOWN).exists()
