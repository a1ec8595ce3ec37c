"""Coordinators write to their members: tried on oneself, sent once, kept in an archive."""

import pytest
from django.urls import reverse

from clusters.errors import Refused
from clusters.models import Act
from members.models import MailChoice, OutgoingMail
from news import letters
from news.models import Letter
from tests import factories
from tests.conftest import client_of
from tests.members.at_once import at_once


@pytest.fixture
def letter(lancaster, coordinator):
    return factories.LetterFactory(
        cluster=lancaster,
        author=coordinator,
        subject="A room for May",
        body="Who has **one**?\n\n{{ person }}",
    )


def act(client, letter, name):
    return client.post(reverse("admin:news_letter_act", args=[letter.pk, name]), follow=True)


def mails(kind="letter"):
    return list(OutgoingMail.objects.filter(kind=kind).order_by("pk"))


def test_goes_once_to_those_who_act_for_member_firms(as_coordinator, letter, member, firm, furness):
    colleague = factories.RepresentativeFactory(company=firm).user
    factories.RepresentativeFactory(company=firm, state="ended")
    factories.RepresentativeFactory(company=factories.MembershipFactory(cluster=furness).company)
    for _ in range(2):
        act(as_coordinator, letter, "send")
    assert {mail.user for mail in mails()} == {member, colleague} and len(mails()) == 2
    letter.refresh_from_db()
    assert (letter.state, letter.mails) == (Letter.State.SENT, 2)
    assert Act.objects.filter(verb="sent the letter").count() == 1


def test_reads_as_it_was_written_in_text_and_html(letter, member, coordinator):
    letters.send(letter, by=coordinator)
    [mail] = mails()
    assert "Who has **one**?" in mail.text and "<strong>one</strong>" in mail.html
    assert "{{ person }}" in mail.text  # nothing is put in
    assert coordinator.name in mail.text and letter.get_absolute_url() in mail.text
    assert mail.unsubscribe_url and mail.unsubscribe_url in mail.text
    assert mail.reply_to == letter.cluster.reply_address


@pytest.mark.parametrize(
    "subject", ["Hello\r\nBcc: all@example.org", "Hello\n\nBody", "<script>alert(1)</script>"]
)
def test_a_subject_smuggles_nothing_in(letter, member, coordinator, subject):
    Letter.objects.update(subject=subject, body="<script>alert(1)</script>\n\n[x](javascript:alert(1))")
    letters.send(Letter.objects.get(), by=coordinator)
    [mail] = mails()
    assert "\n" not in mail.subject and "\r" not in mail.subject
    assert "<script>" not in mail.html and "javascript:" not in mail.html.replace("](javascript:", "")


def test_who_does_not_want_letters_gets_none(letter, member, coordinator):
    MailChoice.objects.refuse(member, MailChoice.Kind.LETTERS)
    assert letters.send(letter, by=coordinator) == 0
    assert not mails()


def test_the_link_at_its_foot_stops_them_without_a_sign_in_once_or_twice(client, letter, member, coordinator):
    letters.send(letter, by=coordinator)
    [mail] = mails()
    path = mail.unsubscribe_url.partition("8000")[2] or "/" + mail.unsubscribe_url.split("/", 3)[3]
    for _ in range(2):
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailChoice.objects.of(member)[MailChoice.Kind.LETTERS] == MailChoice.How.NEVER


def test_a_test_goes_to_oneself_and_once_for_the_same_words(as_coordinator, letter, coordinator, member):
    assert "Nobody else gets it" in act(as_coordinator, letter, "test").text
    assert "already" in act(as_coordinator, letter, "test").text
    assert [mail.user for mail in mails("letter-test")] == [coordinator] and not mails()
    Letter.objects.update(body="Other words.")
    act(as_coordinator, letter, "test")
    assert len(mails("letter-test")) == 2


def test_the_desk_asks_first_and_says_how_many(as_coordinator, letter, member):
    page = as_coordinator.get(reverse("admin:news_letter_act", args=[letter.pk, "send"]))
    assert "the one person who acts for a member firm" in page.text and not mails()
    page = as_coordinator.get(reverse("admin:news_letter_change", args=[letter.pk]))
    assert "<strong>one</strong>" in page.text


def test_what_was_sent_stays_as_it_was(as_coordinator, letter, member, coordinator):
    letters.send(letter, by=coordinator)
    url = reverse("admin:news_letter_change", args=[letter.pk])
    as_coordinator.post(url, {"cluster": letter.cluster_id, "subject": "Changed", "body": "Changed"})
    letter.refresh_from_db()
    assert letter.subject == "A room for May" and "act/send" not in as_coordinator.get(url).text


def test_without_members_there_is_nobody_to_write_to(letter, coordinator):
    with pytest.raises(Refused, match="nobody to write to"):
        letters.send(letter, by=coordinator)


def test_officers_write_to_the_association_and_coordinators_do_not(
    as_coordinator, as_officer, association, officer, member, furness
):
    other = factories.RepresentativeFactory(company=factories.MembershipFactory(cluster=furness).company).user
    url = reverse("admin:news_letter_add")
    form = {"association": association.pk, "subject": "To all", "body": "Hello."}
    as_coordinator.post(url, form)
    assert not Letter.objects.exists()
    as_officer.post(url, form)
    letters.send(Letter.objects.get(), by=officer)
    assert {mail.user for mail in mails()} == {member, other}


@pytest.mark.parametrize("number", [1, 3])
def test_the_archive_is_for_the_members_alone(
    lancaster, furness, member, number, django_assert_max_num_queries
):
    factories.LetterFactory.create_batch(number, cluster=lancaster, state="sent", subject="To Lancaster")
    factories.LetterFactory(association=lancaster.association, state="sent", subject="To all")
    factories.LetterFactory(cluster=furness, state="sent", subject="Secret of Furness")
    factories.LetterFactory(cluster=lancaster, subject="Secret draft")
    reader = client_of(member)
    with django_assert_max_num_queries(6):
        page = reader.get("/letters/")
    assert "To all" in page.text and page.text.count("To Lancaster") == number and "Secret" not in page.text


@pytest.mark.django_db(transaction=True)
def test_two_tabs_send_one_letter(lancaster, member, coordinator):
    factories.LetterFactory(cluster=lancaster)
    both = [Letter.objects.get() for _ in range(2)]
    assert at_once(*(lambda one=one: letters.send(one, by=coordinator) for one in both)) == [1, 1]
    assert len(mails()) == 1 and Act.objects.filter(verb="sent the letter").count() == 1
