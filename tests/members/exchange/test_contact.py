"""Writing to the coordinator: what arrives where, and what keeps machines and mischief out."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from members.models import OutgoingMail
from members.outbox import forget_old
from members.postman import message
from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db

CLUSTER, ASSOCIATION = "/clusters/lancaster/contact/", "/associations/lcict/contact/"
WORDS = {"name": "Anna Ashworth", "email": "anna@firm.example", "message": "May I come once?"}


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def send(client, url=CLUSTER, *, after=timedelta(seconds=10), headers=None, **data):
    """As a person does: open the page, read and type, send."""
    with time_machine.travel(timezone.now() - after, tick=False):
        opened = re.search(r'name="opened" value="([^"]+)"', client.get(url).content.decode())[1]
    return client.post(url, {**WORDS, "opened": opened, "fax": "", **data}, headers=headers)


def mails():
    return OutgoingMail.objects.filter(kind="contact")


def test_it_goes_to_each_coordinator_with_the_sender_to_answer_to(client, coordinator, officer, lancaster):
    second = factories.OfficerFactory(cluster=lancaster).user
    answer = send(client)
    assert "It is on its way" in text_of(answer)
    assert {mail.to for mail in mails()} == {coordinator.email, second.email}
    mail = mails().first()
    assert (mail.reply_to, mail.subject) == (
        "anna@firm.example",
        "Anna Ashworth writes to Lancaster & Morecambe",
    )
    assert "May I come once?" in mail.text and "Nobody has checked that name and address" in mail.text


def test_without_a_coordinator_the_association_reads_it(client, lancaster, officer):
    send(client)
    assert mails().get().to == officer.email


def test_without_anybody_it_goes_to_the_office(client, lancaster):
    send(client)
    assert mails().get().to == lancaster.association.contact_email


def test_an_association_is_written_to_as_well(client, lancaster, officer, coordinator):
    send(client, ASSOCIATION)
    assert mails().get().to == officer.email


def test_a_resting_cluster_can_be_woken_by_it(client, lancaster, coordinator):
    type(lancaster).objects.update(state="resting")
    assert CLUSTER in client.get("/clusters/lancaster/").content.decode()
    send(client)
    assert mails().exists()


@pytest.mark.parametrize(
    "url", ["/clusters/lancaster/", "/clusters/lancaster/faq/", CLUSTER, ASSOCIATION, "/faq/"]
)
def test_no_page_shows_an_address(client, url, coordinator, officer, lancaster):
    page = client.get(url).content.decode()
    for address in (coordinator.email, officer.email, lancaster.association.contact_email, "mailto:"):
        assert address not in page


def test_who_is_signed_in_writes_under_their_own_name_and_gets_a_copy(as_member, member, coordinator):
    send(as_member, name="Somebody Else", email="victim@elsewhere.example")
    mail = mails().get()
    assert (mail.reply_to, "Priya Nair" in mail.subject) == (member.email, True)
    assert OutgoingMail.objects.get(kind="contact-copy").to == member.email


def test_nobody_is_mailed_a_copy_whose_address_a_visitor_typed(client, coordinator):
    send(client, email="victim@elsewhere.example")
    assert not OutgoingMail.objects.filter(to="victim@elsewhere.example").exists()


# --- machines -----------------------------------------------------------------------------------------
def test_what_fills_in_the_field_nobody_sees_reads_the_same_and_sends_nothing(client, coordinator):
    assert text_of(send(client, fax="https://spam.example")) == text_of(send(client))
    assert mails().count() == 1


def test_so_does_a_machine_that_is_fast_and_blunt(client, coordinator):
    answer = client.post(CLUSTER, {"fax": "1", "message": "Buy"})
    assert "It is on its way" in text_of(answer)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("seconds", [1, 3 * 24 * 60 * 60])
def test_too_fast_and_too_late_ask_to_send_once_more_with_the_words_kept(client, coordinator, seconds):
    answer = send(client, after=timedelta(seconds=seconds))
    assert "send it once more" in text_of(answer) and "May I come once?" in answer.content.decode()
    assert not OutgoingMail.objects.exists()


def test_a_forged_time_is_none(client, coordinator):
    send(client, opened="opened:1uXXXX:forged")
    assert not OutgoingMail.objects.exists()


def test_one_sender_writes_a_few_times_an_hour(client, coordinator):
    for _ in range(5):
        answer = send(client)
    assert "That was often for one hour" in text_of(answer)
    assert mails().count() == 4
    send(client, email="another@firm.example")
    assert mails().count() == 5


def test_one_machine_writes_a_few_more_under_many_names(client, coordinator):
    for number in range(12):
        send(client, email=f"{number}@firm.example")
    assert mails().count() == 10


def test_it_gets_no_further_by_naming_other_machines_it_would_have_come_from(client, coordinator):
    for number in range(12):
        send(client, email=f"{number}@firm.example", headers={"x-forwarded-for": f"203.0.113.{number}"})
    assert mails().count() == 10


def test_behind_a_proxy_the_address_that_the_proxy_saw_counts(client, coordinator, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(12):
        forged = f"198.51.100.{number}, 203.0.113.7"
        send(client, email=f"{number}@firm.example", headers={"x-forwarded-for": forged})
    assert mails().count() == 10
    send(client, email="honest@firm.example", headers={"x-forwarded-for": "203.0.113.8"})
    assert mails().count() == 11


# --- mischief -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "data",
    [
        {"name": "Anna\r\nBcc: all@members.example"},
        {"name": "Anna\nSubject: Free money"},
        {"email": "anna@firm.example\r\nBcc: all@members.example"},
        {"email": "anna@firm.example, all@members.example"},
        {"name": "Anna\0"},
        {"message": "x" * 3001},
        {"name": "x" * 101},
        {"email": "anna"},
        {"message": ""},
    ],
    ids=range(9),
)
def test_header_injection_and_nonsense_come_back_with_a_sentence(client, coordinator, data):
    answer = send(client, **data)
    assert answer.status_code == 200
    assert "another look" in text_of(answer)
    assert not OutgoingMail.objects.exists()


def test_even_a_hostile_name_leaves_one_subject_and_one_recipient(client, coordinator):
    send(client, name='Anna "x" <all@members.example>, =?utf-8?q?Bcc?= 🐑')
    sent = message(mails().get()).message()
    assert sent.get_all("To") == [coordinator.email]
    assert sent.get_all("Bcc") is None and sent.get_all("Reply-To") == ["anna@firm.example"]
    assert len(sent.get_all("Subject")) == 1 and "\n" not in str(sent["Subject"]).replace("\n ", "")


def test_script_arrives_as_text(client, coordinator):
    answer = send(client, message="<script>alert(1)</script>")
    assert "<script>alert" not in answer.content.decode()
    assert "&lt;script&gt;" in mails().get().html


def test_name_and_address_are_forgotten_after_three_months(client, coordinator):
    send(client)
    mails().update(state="sent", created_at=timezone.now() - timedelta(days=91))
    forget_old()
    mail = mails().get()
    assert "Anna" not in mail.subject + mail.text + mail.html + mail.reply_to
