"""What keeps an account its owner's: limits, answers that tell nothing, and asking again before dangerous acts."""

import re
import statistics
import time

import pytest
import time_machine
from django.conf import settings as real_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from members.models import Officer, OutgoingMail
from tests import factories
from tests.factories import PASSWORD

LOGIN = "account_login"
KNOWN, UNKNOWN = "ann.at@firm.example", "bob.at@firm.example"
# From another address than a moment ago, if the header were believed.
ELSEWHERE = [{"X-Forwarded-For": f"203.0.113.{n}"} for n in range(40)]


@pytest.fixture
def owner(db):
    user = factories.UserFactory(email=KNOWN)
    user.emailaddress_set.update_or_create(email=KNOWN, defaults={"verified": True, "primary": True})
    return user


def signed_in(client) -> bool:
    return client.get(reverse("members:me")).status_code == 200


def sign_in(client, password: str, **kwargs):
    return client.post(reverse(LOGIN), {"login": KNOWN, "password": password}, **kwargs)


def test_limits_are_kept_where_all_processes_see_them():
    assert real_settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")


def test_tenth_wrong_password_finds_the_door_shut_and_its_owner_inside(owner):
    inside = Client()
    assert sign_in(inside, PASSWORD).status_code == 302
    for n in range(10):
        sign_in(Client(), f"wrong {n}", headers=ELSEWHERE[n])
    late = Client()
    sign_in(late, PASSWORD, headers=ELSEWHERE[11])
    assert not signed_in(late)
    assert signed_in(inside)


def test_nor_does_another_name_of_the_site_open_it(owner, association):
    """From addresses of the internet that are really others, at the host names of associations."""
    hosts = ["testserver", "lcict.localhost", "mersey.localhost"]
    for name in hosts[1:]:
        factories.HostnameFactory(association=association, name=name)
    for n in range(9):
        client = Client(REMOTE_ADDR=f"203.0.113.{n}", HTTP_HOST=hosts[n % 3])
        client.post(reverse(LOGIN), {"login": KNOWN.upper() if n % 2 else KNOWN, "password": f"wrong {n}"})
    for host in hosts:
        late = Client(REMOTE_ADDR="203.0.113.99", HTTP_HOST=host)
        sign_in(late, PASSWORD)
        assert not signed_in(late)


def test_limit_counts_for_those_who_are_unknown_as_well(owner):
    """Or it would tell who is known."""
    answers = {}
    for address in (KNOWN, UNKNOWN):
        for n in range(8):
            page = Client().post(reverse(LOGIN), {"login": address, "password": f"wrong {n}"})
        answers[address] = words_of(page)
    assert answers[KNOWN] == answers[UNKNOWN]


def test_twenty_requests_bring_at_most_five_reset_mails(owner):
    for n in range(20):
        with time_machine.travel(time.time() + 61 * n, tick=False):
            Client().post(reverse("account_reset_password"), {"email": KNOWN}, headers=ELSEWHERE[n])
    assert 1 <= OutgoingMail.objects.filter(to=KNOWN).count() <= 5


FORMS = {
    "account_login": lambda email: {"login": email, "password": "wrong"},
    "account_request_login_code": lambda email: {"email": email},
    "account_reset_password": lambda email: {"email": email},
    "account_signup": lambda email: {"name": "Ann", "email": email, "password1": "four words of mine"},
}


def words_of(answer) -> str:
    """What a person sees of a page, without the address they typed."""
    page = answer.content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return page.replace(KNOWN, "ADDRESS").replace(UNKNOWN, "ADDRESS")


@pytest.mark.parametrize("name", FORMS)
def test_answer_is_the_same_whether_an_address_is_known(name, owner):
    seen = []
    for email in (KNOWN, UNKNOWN):
        client = Client()
        answer = client.post(reverse(name), FORMS[name](email))
        after = client.get(answer.url) if answer.status_code == 302 else answer
        cookies = sorted(client.cookies)
        seen.append((answer.status_code, answer.get("Location"), words_of(after), cookies))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", FORMS)
def test_answer_takes_as_long_whether_an_address_is_known(name, owner, settings):
    """Medians of alternating tries, in time of computing, so that what else the machine does counts for nothing.

    Passwords are hashed as in production, which is the slow part.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    owner.set_password(PASSWORD)
    owner.save()
    took = {KNOWN: [], UNKNOWN: []}
    for number in range(7):
        for email in took:
            cache.clear()
            address = email if email == KNOWN else f"{number}.{email}"  # who signs up is known from then on
            start = time.thread_time()
            Client().post(reverse(name), FORMS[name](address))
            took[email].append(time.thread_time() - start)
    known, unknown = (statistics.median(times) for times in took.values())
    assert max(known, unknown) < 1.6 * min(known, unknown) or abs(known - unknown) < 0.04, (known, unknown)


class TestAskedAgain:
    """Signed in long ago on a computer that somebody else sits at now."""

    @pytest.fixture
    def left_open(self, officer):
        client = Client()
        client.force_login(officer)
        return client

    @pytest.mark.parametrize("name", ["admin:members_export_add", "admin:members_officer_add"])
    def test_before_the_page(self, left_open, name):
        answer = left_open.get(reverse(name))
        assert answer.url == f"{reverse('account_reauthenticate')}?next={reverse(name).replace('/', '%2F')}"
        back = left_open.post(answer.url, {"password": PASSWORD})
        assert back.url == reverse(name)
        assert left_open.get(back.url).status_code == 200

    def test_before_somebody_is_appointed(self, left_open, officer, lancaster, member):
        before = Officer.objects.count()
        form = {"user": member.pk, "office": "coordinator", "cluster": lancaster.pk, "start": "2026-01-01"}
        left_open.post(reverse("admin:members_officer_add"), form)
        assert Officer.objects.count() == before
        term = Officer.objects.get(user=officer)
        change = reverse("admin:members_officer_change", args=[term.pk])
        assert "reauthenticate" in left_open.post(change, {"start": "2020-01-01"}).url

    def test_before_a_file_of_all_data(self, left_open, officer, association):
        export = factories.ExportFactory(by=officer, cluster=None, association=association)
        answer = left_open.get(reverse("admin:members_export_download", args=[export.pk]))
        assert "reauthenticate" in answer.url

    def test_before_another_address(self, left_open, officer):
        answer = left_open.post(
            reverse("account_email"), {"action_add": "", "email": "thief@elsewhere.example"}
        )
        assert "reauthenticate" in answer.url
        assert not officer.emailaddress_set.filter(email="thief@elsewhere.example").exists()

    def test_with_the_right_password_alone(self, left_open):
        page = left_open.post(reverse("account_reauthenticate"), {"password": "wrong"})
        assert page.status_code == 200
        assert "reauthenticate" in left_open.get(reverse("admin:members_export_add")).url


def test_a_stolen_session_is_ended_from_another(owner):
    stolen, own = Client(), Client()
    for client in (stolen, own):
        sign_in(client, PASSWORD)
    assert signed_in(stolen)
    own.post(reverse("usersessions_list"))
    assert not signed_in(stolen) and signed_in(own)
    assert Session.objects.filter(session_key=own.session.session_key).exists()


def test_new_password_ends_the_other_sessions(owner):
    stolen, own = Client(), Client()
    for client in (stolen, own):
        sign_in(client, PASSWORD)
    new = {
        "oldpassword": PASSWORD,
        "password1": "some other words of mine",
        "password2": "some other words of mine",
    }
    assert own.post(reverse("account_change_password"), new).status_code == 302
    assert not signed_in(stolen) and signed_in(own)


ABROAD = [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "https:evil.example",
    "javascript:alert(1)", "http:///evil.example", "\t//evil.example", "/\t/evil.example", "https://testserver@evil.example",
]  # fmt: skip


@pytest.mark.parametrize("there", ABROAD)
def test_next_leads_nowhere_else(there, owner, lancaster):
    question = factories.QuestionFactory(cluster=lancaster)
    visitor = Client()
    answers = [
        visitor.post(reverse("clusters:appearance"), {"theme": "dark", "next": there}),
        visitor.post(
            reverse("clusters:question-helpful", args=[question.pk]), {"helpful": "yes", "next": there}
        ),
        visitor.post(reverse(LOGIN), {"login": KNOWN, "password": PASSWORD, "next": there}),
        visitor.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": there}),
        visitor.post(reverse("account_logout"), {"next": there}),
    ]
    for answer in answers:
        assert answer.status_code == 302
        assert re.match(r"/(?![/\\])", answer.url) and "evil" not in answer.url, answer.url


class TestMailedCode:
    def ask(self) -> tuple[Client, str]:
        client = Client()
        client.post(reverse("account_request_login_code"), {"email": KNOWN})
        mail = OutgoingMail.objects.filter(to=KNOWN).latest("pk")
        return client, re.search(r"^[A-Z0-9-]{6,}$", mail.text, re.MULTILINE)[0]

    def enter(self, client: Client, code: str):
        return client.post(reverse("account_confirm_login_code"), {"code": code})

    def test_signs_in_once(self, owner):
        client, code = self.ask()
        self.enter(client, code)
        assert signed_in(client)
        client.post(reverse("account_logout"))
        self.enter(client, code)
        assert not signed_in(client)

    def test_is_gone_after_three_wrong_ones(self, owner):
        client, code = self.ask()
        for number in range(3):
            self.enter(client, f"WRONG{number}")
        self.enter(client, code)
        assert not signed_in(client)

    def test_is_worth_nothing_in_another_browser(self, owner):
        _, code = self.ask()
        elsewhere = Client()
        elsewhere.post(reverse("account_request_login_code"), {"email": UNKNOWN})
        self.enter(elsewhere, code)
        assert not signed_in(elsewhere)

    def test_runs_out_after_fifteen_minutes(self, owner):
        client, code = self.ask()
        with time_machine.travel(time.time() + 901, tick=False):
            self.enter(client, code)
            assert not signed_in(client)

    def test_no_more_than_a_handful_is_mailed(self, owner):
        for number in range(12):
            Client().post(reverse("account_request_login_code"), {"email": KNOWN}, headers=ELSEWHERE[number])
        assert OutgoingMail.objects.filter(to=KNOWN).count() <= 5
