"""People on lists become representatives by their own yes, once, and nobody learns who has an account."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from members import invitations
from members.models import Invitation, OutgoingMail, Representative, User
from tests import factories
from tests.conftest import client_of

from .at_once import at_once


@pytest.fixture
def invitation(lancaster):
    company = factories.MembershipFactory(cluster=lancaster, company__name="Bay Software").company
    return factories.InvitationFactory(
        company=company, cluster=lancaster, email="ada@bay.example", name="Ada Lowe", role="lead"
    )


@pytest.fixture
def sent(invitation, coordinator):
    invitations.send([invitation], by=coordinator)
    invitation.refresh_from_db()
    return invitation


def accept(client, invitation):
    return client.post(f"{invitations.path_of(invitation)}accept/")


class TestSending:
    def test_mails_each_person_once(self, invitation, coordinator):
        assert invitations.send([invitation], by=coordinator) == 1
        assert invitations.send([invitation], by=coordinator) == 0
        mail = OutgoingMail.objects.get()
        assert mail.to == "ada@bay.example" and invitations.path_of(invitation) in mail.text

    def test_does_not_mail_who_has_signed_in_but_counts_the_same(self, invitation, coordinator):
        user = factories.UserFactory(email="ada@bay.example", last_login=timezone.now())
        assert invitations.send([invitation], by=coordinator) == 1
        assert not OutgoingMail.objects.exists()
        assert invitations.waiting_for(user).get() == invitation


class TestAnswering:
    def test_looking_changes_nothing(self, sent):
        page = Client().get(invitations.path_of(sent)).content.decode()
        assert "Do you act for Bay Software?" in page
        assert not User.objects.filter(email=sent.email).exists()

    def test_yes_makes_an_account_that_is_signed_in_and_acts_for_the_firm(self, sent):
        client = Client()
        answer = accept(client, sent)
        user = User.objects.get(email="ada@bay.example")
        assert answer.url == "/accounts/password/set/"
        assert client.get(answer.url).status_code == 200
        assert not user.has_usable_password()
        assert EmailAddress.objects.get(user=user).verified
        representative = user.representations.get()
        assert (representative.company, representative.role, representative.state) == (
            sent.company,
            "lead",
            "active",
        )

    def test_who_comes_second_does_not_lead(self, sent):
        lead = factories.RepresentativeFactory(company=sent.company)
        accept(Client(), sent)
        assert sent.company.representatives.active().filter(role="lead").get() == lead

    def test_no_forgets_the_address(self, sent):
        Client().post(f"{invitations.path_of(sent)}decline/")
        assert not Invitation.objects.exists() and not User.objects.filter(email=sent.email).exists()

    def test_an_account_is_not_opened_by_the_link(self, sent):
        user = factories.UserFactory(email=sent.email)
        page = Client().get(invitations.path_of(sent)).content.decode()
        assert "Sign in to answer" in page
        assert accept(Client(), sent).status_code == 200
        assert not user.representations.exists()
        assert accept(client_of(user), sent).url == "/me/"
        assert user.representations.get().company == sent.company

    def test_nobody_else_answers_it(self, sent, member):
        assert "somebody else" in accept(client_of(member), sent).content.decode()
        assert Representative.objects.filter(company=sent.company).count() == 0

    def test_it_runs_out_and_is_not_open_before_it_is_sent(self, invitation, coordinator):
        assert "run out" in accept(Client(), invitation).content.decode()
        Invitation.objects.update(sent_at=timezone.now() - invitations.OPEN_FOR)
        assert "run out" in accept(Client(), invitation).content.decode()
        assert not User.objects.filter(email=invitation.email).exists()

    def test_a_firm_that_has_a_lead_keeps_it(self, sent):
        factories.RepresentativeFactory(company=sent.company)
        Invitation.objects.update(role="member")
        accept(Client(), sent)
        assert Representative.objects.get(user__email=sent.email).role == "member"

    def test_a_second_yes_changes_nothing(self, sent):
        client = Client()
        accept(client, sent)
        assert "said yes already" in accept(client, sent).content.decode()
        assert Representative.objects.count() == 1

    def test_it_waits_on_the_page_of_who_has_an_account(self, sent):
        user = factories.UserFactory(email=sent.email)
        page = client_of(user).get("/me/").content.decode()
        assert "Do you act for Bay Software?" in page
        assert invitations.path_of(sent) in page


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_one_moment_make_one_account(sent):
    at_once(lambda: accept(Client(), sent), lambda: accept(Client(), sent))
    assert User.objects.filter(email=sent.email).count() == Representative.objects.count() == 1


def test_addresses_that_nobody_answered_for_are_forgotten(sent, lancaster):
    old = timezone.now() - timedelta(days=181)
    factories.InvitationFactory(company=sent.company, created_at=old)
    factories.InvitationFactory(company=sent.company, sent_at=old)
    factories.InvitationFactory(company=sent.company, sent_at=old, accepted_at=old)
    kept = factories.InvitationFactory(company=sent.company)
    invitations.forget_old()
    assert set(Invitation.objects.all()) == {sent, kept}
