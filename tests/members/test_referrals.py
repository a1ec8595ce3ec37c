"""Bring a neighbour: who came by a member's link is counted, and the member thanked, once. Nobody else learns of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members import memberships, referrals
from members.models import OutgoingMail, Referral, ReferralLink
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

from .at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(member):
    return referrals.link_of(member)


@pytest.fixture
def newcomer(db):
    return factories.RepresentativeFactory(company__name="Lune Valley Systems", company__postcode="LA1 4YW")


def thanks():
    return list(OutgoingMail.objects.filter(kind="neighbour_joined"))


def come(newcomer, cluster, code):
    return memberships.apply_to_all(newcomer.company, [cluster], by=newcomer.user, referral=code)[0]


def test_the_referrer_is_thanked_once_when_the_firm_has_joined(
    link, newcomer, lancaster, furness, member, coordinator
):
    first = come(newcomer, lancaster, link.code)
    second = come(newcomer, furness, link.code)
    assert not thanks()
    for _ in range(2):
        memberships.approve(first, by=coordinator)
        memberships.approve(second, by=coordinator)
    [mail] = thanks()
    assert mail.user == member
    assert mail.subject == "Lune Valley Systems has joined: thank you"
    assert Referral.objects.visible_to(member).joined().count() == 1


def test_the_thanks_speak_of_the_running_drive(link, newcomer, lancaster):
    lancaster.joining = "open"
    lancaster.save()
    drive = factories.DriveFactory(association=lancaster.association, name="250 by March")
    come(newcomer, lancaster, link.code)
    [mail] = thanks()
    assert "“250 by March”" in mail.text and drive.get_absolute_url() in mail.text


@pytest.mark.parametrize("code", ["", "forged", "x" * 500])
def test_a_link_that_is_nobodys_is_ignored(code, newcomer, lancaster):
    come(newcomer, lancaster, code)
    assert not Referral.objects.exists()


def test_nobody_refers_themselves_or_a_firm_of_their_own(newcomer, lancaster):
    own = referrals.link_of(newcomer.user)
    colleague = factories.RepresentativeFactory(company=newcomer.company, role="member", state="asked").user
    come(newcomer, lancaster, own.code)
    come(newcomer, lancaster, referrals.link_of(colleague).code)
    assert not Referral.objects.exists()


def test_who_acts_for_the_firm_by_the_time_it_joins_is_not_thanked(
    link, newcomer, lancaster, coordinator, member
):
    application = come(newcomer, lancaster, link.code)
    factories.RepresentativeFactory(company=newcomer.company, user=member, role="member")
    memberships.approve(application, by=coordinator)
    assert not thanks()
    assert not Referral.objects.joined().exists()


def test_a_firm_that_was_a_member_is_nobodys_find(link, newcomer, lancaster, furness):
    factories.MembershipFactory(
        company=newcomer.company, cluster=furness, state="left", ended_at=timezone.now() - timedelta(days=9)
    )
    come(newcomer, lancaster, link.code)
    assert not Referral.objects.exists()


def test_the_first_link_counts(link, newcomer, lancaster, furness):
    come(newcomer, lancaster, link.code)
    come(newcomer, furness, referrals.link_of(factories.UserFactory()).code)
    assert Referral.objects.get().referrer == link.user


@pytest.mark.django_db(transaction=True)
def test_two_clusters_that_say_yes_at_once_thank_once(link, newcomer, lancaster, furness, coordinator):
    waiting = [come(newcomer, cluster, link.code) for cluster in (lancaster, furness)]
    got = at_once(*[lambda one=one: memberships.approve(one, by=coordinator) for one in waiting])
    assert not any(isinstance(one, Exception) for one in got)
    assert len(thanks()) == 1


class TestOnThePages:
    def test_a_link_is_made_by_pressing_and_stays_the_same(self, as_member, member):
        page = as_member.get(reverse("members:me"))
        assert "Make my link" in text_of(page)
        assert not ReferralLink.objects.exists()
        for _ in range(2):
            as_member.post(reverse("members:referral-link-make"))
        link = ReferralLink.objects.get()
        assert f"/join/?from={link.code}" in as_member.get(reverse("members:me")).content.decode()

    def test_ones_own_page_says_how_many_joined(self, as_member, link, newcomer, lancaster, coordinator):
        memberships.approve(come(newcomer, lancaster, link.code), by=coordinator)
        assert "1 firm joined by it so far." in text_of(as_member.get(reverse("members:me")))

    def test_joining_by_the_link_from_the_first_page_to_the_last(
        self, client, link, newcomer, lancaster, member
    ):
        address = f"{reverse('members:join')}?cluster=lancaster&from={link.code}"
        page = client.get(address)
        words = page.content.decode()
        assert "A member thinks your firm would fit in." in words
        assert member.name not in words and member.email not in words
        assert f"from%3D{link.code}" in words
        assert not client.cookies.get("session")
        arriving = client_of(newcomer.user)
        arriving.get(address)
        arriving.post(reverse("members:join-clusters"), {"clusters": [lancaster.pk], "message": ""})
        assert Referral.objects.get().referrer == member

    @pytest.mark.parametrize("code", ["nobody", "%00", "'%22<b>", "x" * 5000, "🌼"])
    def test_a_strange_code_is_no_trouble(self, client, code, newcomer):
        page = client.get(f"{reverse('members:join')}?from={code}")
        assert page.status_code == 200
        assert "A member thinks" not in page.content.decode()
        assert client_of(newcomer.user).get(f"{reverse('members:join')}?from={code}").status_code == 302

    def test_nobody_else_sees_who_brought_whom(
        self, client, as_coordinator, as_officer, link, newcomer, lancaster, member, coordinator
    ):
        drive = factories.TargetFactory(drive__association=lancaster.association).drive
        membership = come(newcomer, lancaster, link.code)
        memberships.approve(membership, by=coordinator)
        assert "1 of the new firms came by such a link." in text_of(client.get(drive.get_absolute_url()))
        for visitor in (client, as_coordinator, as_officer):
            rows = f"{drive.get_absolute_url()}{drive.targets.get().pk}/"
            for address in (drive.get_absolute_url(), rows):
                assert member.name not in text_of(visitor.get(address))
        change = reverse("admin:members_membership_change", args=[membership.pk])
        assert member.name not in text_of(as_coordinator.get(change))
