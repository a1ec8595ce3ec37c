from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clusters.models import Cluster
from meetings.models import Meeting
from members.models import MailChoice, Membership, Officer, OutgoingMail, Representative
from members.views.me import greeting
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

pytestmark = pytest.mark.django_db

URL = "/me/"


def html_of(client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def person():
    return factories.UserFactory(name="Ellen Thwaite")


@pytest.fixture
def as_person(person):
    return client_of(person)


class TestMyPage:
    def test_needs_an_account(self, client):
        assert client.get(URL).url == f"{reverse('account_login')}?next=/me/"

    @pytest.mark.parametrize(
        ("hour", "words"),
        [
            (0, "Good morning"),
            (11, "Good morning"),
            (12, "Good afternoon"),
            (17, "Good afternoon"),
            (18, "Good evening"),
        ],
    )
    def test_greets_by_the_clock(self, hour, words):
        assert greeting(hour) == words

    def test_of_a_person_without_a_firm_leads_to_joining(self, as_person):
        html = html_of(as_person)
        assert ', <span class="text-break">Ellen</span>' in html
        assert "Tell us about your firm" in html
        assert reverse("members:join-company") in html
        assert "My clusters" not in html

    def test_of_a_firm_without_a_cluster_leads_to_the_clusters(self, as_person, person):
        factories.RepresentativeFactory(user=person)
        html = html_of(as_person)
        assert "Choose your clusters" in html
        assert "No cluster yet. Every member started here." in html

    def test_of_who_asked_to_act_for_a_firm_says_so(self, as_person, person, firm):
        factories.RepresentativeFactory(user=person, company=firm, state="asked")
        html = html_of(as_person)
        assert "You asked to act for Fellside Analytics" in html
        assert "Tell us about your firm" not in html
        assert "Lancaster &amp; Morecambe" not in html

    def test_of_a_member_shows_clusters_calendar_and_firm(self, as_member):
        html = html_of(as_member)
        assert "Member since 10 January 2024" in html or "Member since Wednesday 10 January 2024" in html
        assert "/clusters/lancaster/calendar.ics" in html
        assert "Fellside Analytics" in html
        assert "Waiting for you" not in html

    def test_of_an_applicant_shows_the_application(self, as_person, person, lancaster):
        representative = factories.RepresentativeFactory(user=person)
        factories.MembershipFactory(company=representative.company, cluster=lancaster, state="applied")
        html = html_of(as_person)
        assert "Lancaster &amp; Morecambe looks at your application" in html
        assert "calendar.ics" not in html

    def test_shows_the_sentence_of_a_rejection(self, as_person, person, lancaster):
        representative = factories.RepresentativeFactory(user=person)
        factories.MembershipFactory(
            company=representative.company,
            cluster=lancaster,
            state="rejected",
            joined_at=None,
            ended_at=timezone.now(),
            decision="Come in <spring>.",
        )
        html = html_of(as_person)
        assert "Come in &lt;spring&gt;." in html
        assert "Apply again" in html

    def test_forgets_what_ended_long_ago(self, as_person, person, lancaster):
        representative = factories.RepresentativeFactory(user=person)
        factories.MembershipFactory(
            company=representative.company,
            cluster=lancaster,
            state="left",
            ended_at=timezone.now() - timedelta(days=61),
        )
        assert "Join again" not in html_of(as_person)

    def test_of_a_coordinator_counts_what_waits_and_leads_to_the_desk(
        self, as_coordinator, lancaster, furness
    ):
        factories.MembershipFactory.create_batch(2, cluster=lancaster, state="applied")
        factories.MembershipFactory.create_batch(3, cluster=furness, state="applied")
        html = html_of(as_coordinator)
        assert "2 firms would like to join Lancaster &amp; Morecambe" in html
        assert "Furness" not in html
        assert reverse("admin:index") in html

    def test_of_a_former_coordinator_leads_to_no_desk(self, former_coordinator, lancaster):
        factories.MembershipFactory(cluster=lancaster, state="applied")
        html = html_of(client_of(former_coordinator))
        assert "would like to join" not in html
        assert reverse("admin:index") not in html

    def test_offers_the_choice_of_mails(self, as_member, member):
        assert "Agendas come to" in html_of(as_member)
        MailChoice.objects.refuse(member, MailChoice.Kind.AGENDAS)
        html = html_of(as_member)
        assert "Agendas come to" not in html
        assert f'href="{reverse("members:my-mail")}"' in html

    def test_links_the_account_pages(self, as_member):
        html = html_of(as_member)
        for name in ("account_email", "account_change_password", "mfa_index", "usersessions_list"):
            assert f'href="{reverse(name)}"' in html

    def test_escapes_what_people_typed(self, person, as_person):
        representative = factories.RepresentativeFactory(
            user=person, company__name="<script>alert(1)</script>", company__summary="<b>שלום</b> 🚀"
        )
        factories.RepresentativeFactory(
            company=representative.company, state="asked", user__name="<i>x</i>" * 12
        )
        html = html_of(as_person)
        assert "<script>alert" not in html
        assert "<b>שלום" not in html
        assert "<i>x" not in html

    @pytest.mark.parametrize("number", [1, 3])
    def test_costs_the_same_for_little_and_much(
        self, as_member, firm, member, association, django_assert_num_queries, number
    ):
        factories.OfficerFactory(user=member, association=association)
        for cluster in factories.ClusterFactory.create_batch(number, association=association):
            factories.MembershipFactory(company=firm, cluster=cluster)
            factories.MembershipFactory(cluster=cluster, state="applied")
            meeting = factories.MeetingFactory(cluster=cluster, venue=factories.VenueFactory(cluster=cluster))
            factories.DutyFactory(meeting=meeting, company=firm)
            factories.PresentationFactory(meeting=meeting, company=firm, state="expected")
        factories.RepresentativeFactory.create_batch(number, company=firm, state="asked")
        with django_assert_num_queries(16):
            as_member.get(URL)


class TestMyTurns:
    def test_what_waits_for_an_answer_or_a_title_is_said_first(self, as_member, firm, lancaster):
        offered = factories.DutyFactory(
            meeting=factories.MeetingFactory(cluster=lancaster, state="draft"), company=firm, state="offered"
        )
        agreed = factories.DutyFactory(meeting=factories.MeetingFactory(cluster=lancaster), company=firm)
        factories.AgendaItemFactory(
            meeting=agreed.meeting, kind="showcase", title="The chair's showcase", company=firm
        )
        words = text_of(as_member.get(URL))
        assert "Could Fellside Analytics chair on" in words
        assert "Name your 20-minute showcase" in words
        assert f"is asked to chair, {offered.meeting.organiser}" in words
        agreed.meeting.agenda.update(title="Maps of mud")
        assert "Name your 20-minute showcase" not in text_of(as_member.get(URL))

    def test_a_colleague_sees_them_and_is_not_asked(self, firm, lancaster):
        colleague = factories.RepresentativeFactory(company=firm, role="member").user
        factories.DutyFactory(
            meeting=factories.MeetingFactory(cluster=lancaster), company=firm, state="offered"
        )
        words = text_of(client_of(colleague).get(URL))
        assert "is asked to chair" in words and "Could Fellside Analytics chair" not in words


class TestMyMeetings:
    def test_are_those_of_my_clusters_and_their_association(self, as_member, lancaster, furness, association):
        factories.MeetingFactory(cluster=lancaster, title="Robots at work")
        factories.MeetingFactory(association=association, title="Training for all")
        factories.MeetingFactory(cluster=furness, title="Not ours")
        factories.MeetingFactory(cluster=lancaster, title="Still secret", state=Meeting.State.DRAFT)
        factories.MeetingFactory(cluster=lancaster, title="Called off", state=Meeting.State.CANCELLED)
        html = html_of(as_member)
        assert "Robots at work" in html
        assert "Training for all" in html
        for hidden in ("Not ours", "Still secret", "Called off"):
            assert hidden not in html

    def test_for_members_only_are_shown_to_members(self, as_member, lancaster):
        factories.MeetingFactory(cluster=lancaster, title="Among us", openness=Meeting.Openness.MEMBERS)
        assert "Among us" in html_of(as_member)

    def test_are_not_shown_to_applicants(self, as_person, person, lancaster):
        representative = factories.RepresentativeFactory(user=person)
        factories.MembershipFactory(company=representative.company, cluster=lancaster, state="applied")
        factories.MeetingFactory(cluster=lancaster, title="Among us", openness=Meeting.Openness.MEMBERS)
        assert "Among us" not in html_of(as_person)

    def test_say_when_it_is_ones_turn(self, as_member, firm, lancaster):
        now = timezone.now()
        factories.MeetingFactory(
            cluster=lancaster, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1.1)
        )
        meeting = factories.MeetingFactory(cluster=lancaster)
        factories.DutyFactory(meeting=meeting, company=firm)
        html = html_of(as_member)
        assert (
            f"You chair on {meeting.starts_at:%A} {meeting.starts_at.day} {meeting.starts_at:%B %Y}." in html
        )
        assert "You chair</span>" in html

    def test_keep_others_turns_and_unsettled_ones_out(self, as_member, firm, lancaster):
        meeting = factories.MeetingFactory(cluster=lancaster)
        factories.DutyFactory(meeting=meeting)
        factories.DutyFactory(meeting=meeting, company=firm, role="host", state="proposed")
        html = html_of(as_member)
        assert "You chair</span>" not in html
        assert "You host</span>" not in html


class TestLeavingAndJoiningAgain:
    def leave(self, client, membership, **kwargs):
        return client.post(reverse("members:membership-leave", args=[membership.pk]), **kwargs)

    @pytest.fixture
    def membership(self, firm):
        return firm.memberships.get()

    def test_leaving_is_one_click_and_can_be_undone(self, as_member, membership):
        html = self.leave(as_member, membership, follow=True).content.decode()
        assert "Fellside Analytics has left Lancaster &amp; Morecambe." in html
        membership.refresh_from_db()
        assert membership.state == Membership.State.LEFT
        rejoin = reverse("members:membership-rejoin", args=[membership.pk])
        assert f'action="{rejoin}"' in html
        html = as_member.post(rejoin, follow=True).content.decode()
        assert "Fellside Analytics is a member of Lancaster &amp; Morecambe." in html
        assert Membership.objects.active().count() == 1

    def test_an_application_can_be_taken_back(self, as_member, firm, furness):
        application = factories.MembershipFactory(company=firm, cluster=furness, state="applied")
        html = self.leave(as_member, application, follow=True).content.decode()
        assert "Fellside Analytics has taken back its application to Furness." in html
        assert "Withdrawn on" in html

    def test_leaving_twice_in_two_tabs_is_kind(self, as_member, membership):
        self.leave(as_member, membership)
        assert self.leave(as_member, membership, follow=True).status_code == 200

    def test_needs_post(self, as_member, membership):
        assert as_member.get(reverse("members:membership-leave", args=[membership.pk])).status_code == 405
        assert as_member.get(reverse("members:membership-rejoin", args=[membership.pk])).status_code == 405

    def test_is_not_for_visitors(self, client, membership):
        assert self.leave(client, membership).url.startswith(reverse("account_login"))

    @pytest.mark.parametrize("act", ["leave", "rejoin"])
    def test_is_not_for_strangers_members_of_other_firms_and_coordinators(
        self, as_person, as_coordinator, as_other_coordinator, as_operator, membership, lancaster, act
    ):
        neighbour = factories.MembershipFactory(cluster=lancaster).company
        as_neighbour = client_of(factories.RepresentativeFactory(company=neighbour).user)
        as_asked = client_of(factories.RepresentativeFactory(company=membership.company, state="asked").user)
        for client in (as_person, as_neighbour, as_asked, as_coordinator, as_other_coordinator, as_operator):
            assert client.post(reverse(f"members:membership-{act}", args=[membership.pk])).status_code == 403
        membership.refresh_from_db()
        assert membership.state == Membership.State.ACTIVE

    def test_an_application_of_another_firm_is_not_there_at_all(self, as_member, lancaster):
        other = factories.MembershipFactory(cluster=lancaster, state="applied")
        assert self.leave(as_member, other).status_code == 404

    def test_a_resting_cluster_says_why_not(self, as_member, membership, lancaster):
        self.leave(as_member, membership)
        Cluster.objects.update(state=Cluster.State.RESTING)
        url = reverse("members:membership-rejoin", args=[membership.pk])
        assert "is resting" in as_member.post(url, follow=True).content.decode()

    def test_applying_again_after_a_rejection_asks_the_coordinator(
        self, as_member, firm, furness, other_coordinator
    ):
        rejected = factories.MembershipFactory(
            company=firm, cluster=furness, state="rejected", joined_at=None, ended_at=timezone.now()
        )
        html = as_member.post(
            reverse("members:membership-rejoin", args=[rejected.pk]), follow=True
        ).content.decode()
        assert "has applied to Furness" in html
        assert OutgoingMail.objects.get().user == other_coordinator

    def test_a_rejected_application_can_not_be_left(self, as_member, firm, furness):
        rejected = factories.MembershipFactory(
            company=firm, cluster=furness, state="rejected", joined_at=None, ended_at=timezone.now()
        )
        assert "turned down" in self.leave(as_member, rejected, follow=True).content.decode()


class TestColleaguesAsking:
    @pytest.fixture
    def asking(self, firm, person):
        return factories.RepresentativeFactory(company=firm, user=person, role="member", state="asked")

    def answer(self, client, asking, word, **kwargs):
        return client.post(reverse(f"members:representative-{word}", args=[asking.pk]), **kwargs)

    def test_are_shown_to_the_lead_alone(self, as_member, asking, firm, as_coordinator):
        deputy = factories.RepresentativeFactory(company=firm, role="deputy").user
        assert "Ellen Thwaite asks to act for Fellside Analytics" in html_of(as_member)
        for client in (client_of(deputy), as_coordinator):
            assert "asks to act" not in html_of(client)

    @pytest.mark.parametrize(
        ("word", "state", "sentence"),
        [("accept", "active", "acts for Fellside Analytics now"), ("refuse", "refused", "does not act for")],
    )
    def test_get_an_answer(self, as_member, asking, word, state, sentence):
        html = self.answer(as_member, asking, word, follow=True).content.decode()
        assert f"Ellen Thwaite {sentence}" in html
        asking.refresh_from_db()
        assert asking.state == state

    @pytest.mark.parametrize("word", ["accept", "refuse"])
    def test_are_not_answered_by_others(self, asking, firm, lancaster, as_person, as_coordinator, word):
        deputy = factories.RepresentativeFactory(company=firm, role="deputy").user
        for client in (client_of(deputy), as_person, as_coordinator):
            assert self.answer(client, asking, word).status_code == 403
        stranger = factories.RepresentativeFactory().user
        assert self.answer(client_of(stranger), asking, word).status_code == 404
        asking.refresh_from_db()
        assert asking.state == Representative.State.ASKED

    @pytest.mark.parametrize("word", ["accept", "refuse"])
    def test_too_late_is_said(self, as_member, asking, word):
        Representative.objects.filter(pk=asking.pk).update(state="ended")
        assert "does not ask to act" in self.answer(as_member, asking, word, follow=True).content.decode()

    @pytest.mark.parametrize("word", ["accept", "refuse", "take-back"])
    def test_acts_are_post_only(self, as_member, asking, word):
        assert as_member.get(reverse(f"members:representative-{word}", args=[asking.pk])).status_code == 405

    def test_can_take_it_back(self, as_person, asking):
        response = self.answer(as_person, asking, "take-back", follow=True)
        assert "You no longer ask to act for Fellside Analytics." in response.content.decode()
        assert response.redirect_chain[-1][0] == reverse("members:join-company")

    def test_can_not_take_back_what_was_granted(self, as_person, asking):
        Representative.objects.filter(pk=asking.pk).update(state="active")
        assert (
            "has said yes already"
            in self.answer(as_person, asking, "take-back", follow=True).content.decode()
        )

    def test_nobody_takes_back_for_another(self, as_member, asking):
        assert self.answer(as_member, asking, "take-back").status_code == 404


def test_an_office_that_ended_yesterday_gives_nothing(lancaster):
    officer = factories.OfficerFactory(
        cluster=lancaster, office=Officer.Office.CHAIRMAN, end=timezone.localdate() - timedelta(days=1)
    )
    assert "The coordinators’ desk" not in html_of(client_of(officer.user))


def test_my_page_wears_the_brand_of_my_association(as_member, association):
    assert f'data-region="{association.slug}"' in as_member.get("/me/").content.decode()


def test_my_page_is_neutral_for_a_firm_in_two_associations(as_member, firm):
    factories.MembershipFactory(company=firm)
    assert "data-region" not in as_member.get("/me/").content.decode()
