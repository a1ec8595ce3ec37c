from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.errors import Refused
from clusters.models import Act, Cluster
from meetings.models import Meeting
from members import memberships
from members.models import Membership, Officer, OutgoingMail
from tests import factories

from .at_once import at_once


@pytest.fixture
def newcomer(db):
    return factories.RepresentativeFactory(company__name="Lune Valley Systems", user__name="Ellen Thwaite")


@pytest.fixture
def application(newcomer, lancaster, coordinator):
    return memberships.apply(newcomer.company, lancaster, by=newcomer.user, message="We make things.")


def mails(kind):
    return list(OutgoingMail.objects.filter(kind=kind).order_by("pk"))


class TestApplying:
    def test_waits_for_the_coordinator(self, application, newcomer):
        assert application.state == Membership.State.APPLIED
        assert application.applied_by == newcomer.user
        assert application.message == "We make things."
        assert application.joined_at is None

    def test_mails_the_coordinator_with_the_page_that_approves(self, application, coordinator):
        [mail] = mails("application")
        assert mail.user == coordinator
        assert mail.subject == "Lune Valley Systems would like to join Lancaster & Morecambe"
        assert f"/admin/members/membership/{application.pk}/change/" in mail.text
        assert "We make things." in mail.text
        assert f"/admin/members/membership/{application.pk}/change/" in mail.html

    def test_mails_nobody_else(self, application, other_coordinator, former_coordinator, officer):
        assert OutgoingMail.objects.count() == 1

    def test_is_in_the_trail(self, application, newcomer, lancaster):
        act = Act.objects.get()
        assert (act.actor, act.verb, act.cluster) == (newcomer.user, "applied for", lancaster)

    def test_a_second_time_gives_the_same_and_mails_nobody(self, application, newcomer, lancaster):
        again = memberships.apply(newcomer.company, lancaster, by=newcomer.user)
        assert again == application
        assert len(mails("application")) == 1
        assert Act.objects.count() == 1

    def test_an_active_member_stays_one(self, firm, member, lancaster):
        assert memberships.apply(firm, lancaster, by=member).state == Membership.State.ACTIVE
        assert Membership.objects.count() == 1

    def test_an_open_cluster_takes_firms_at_once(self, newcomer, lancaster):
        Cluster.objects.update(joining=Cluster.Joining.OPEN)
        membership = memberships.apply(newcomer.company, lancaster, by=newcomer.user)
        assert membership.state == Membership.State.ACTIVE
        assert membership.joined_at
        assert [mail.user for mail in mails("welcome")] == [newcomer.user]
        assert not mails("application")

    def test_a_resting_cluster_takes_nobody(self, newcomer, lancaster):
        Cluster.objects.update(state=Cluster.State.RESTING)
        with pytest.raises(Refused, match="is resting and takes no new firms"):
            memberships.apply(newcomer.company, lancaster, by=newcomer.user)
        assert not Membership.objects.exists()

    def test_a_rejected_firm_may_apply_again(self, application, newcomer, lancaster, coordinator):
        memberships.reject(application, by=coordinator, sentence="Come in spring.")
        again = memberships.apply(newcomer.company, lancaster, by=newcomer.user)
        assert again != application
        assert again.state == Membership.State.APPLIED

    def test_markup_and_strange_letters_arrive_as_typed(self, lancaster, coordinator):
        strange = factories.RepresentativeFactory(company__name="<script>alert(1)</script> שלום 🚀")
        memberships.apply(strange.company, lancaster, by=strange.user, message="<b>x</b> & y")
        [mail] = mails("application")
        assert "<script>" not in mail.html
        assert "<script>alert(1)</script> שלום 🚀" in mail.text
        assert "<b>x</b> & y" in mail.text
        assert "&lt;b&gt;x&lt;/b&gt;" in mail.html


class TestApproving:
    def test_makes_a_member(self, application, coordinator):
        now = timezone.now()
        membership = memberships.approve(application, by=coordinator, now=now)
        assert membership.state == Membership.State.ACTIVE
        assert membership.joined_at == now
        assert membership.decided_by == coordinator

    def test_welcomes_those_who_act_for_the_firm(self, application, newcomer, coordinator):
        colleague = factories.RepresentativeFactory(company=newcomer.company, role="member").user
        factories.RepresentativeFactory(company=newcomer.company, state="asked")
        factories.RepresentativeFactory(company=newcomer.company, state="ended")
        memberships.approve(application, by=coordinator)
        assert {mail.user for mail in mails("welcome")} == {newcomer.user, colleague}

    def test_welcome_has_next_meeting_calendar_and_coordinator(self, application, coordinator, lancaster):
        soon = factories.MeetingFactory(cluster=lancaster, title="Robots at work")
        factories.MeetingFactory(
            cluster=lancaster, title="A year off", starts_at=timezone.now() + timedelta(days=300)
        )
        memberships.approve(application, by=coordinator)
        [mail] = mails("welcome")
        for part in (mail.text, mail.html):
            assert "Robots at work" in part
            assert soon.get_absolute_url() in part
            assert "/clusters/lancaster/calendar.ics" in part
            assert coordinator.name in part
            assert "A year off" not in part

    def test_welcome_tells_nothing_of_drafts(self, application, coordinator, lancaster):
        factories.MeetingFactory(cluster=lancaster, title="Still secret", state=Meeting.State.DRAFT)
        memberships.approve(application, by=coordinator)
        [mail] = mails("welcome")
        assert "Still secret" not in mail.text + mail.html
        assert "has no date yet" in mail.text

    def test_twice_welcomes_once(self, application, coordinator):
        memberships.approve(application, by=coordinator)
        memberships.approve(application, by=coordinator)
        assert len(mails("welcome")) == 1
        assert Act.objects.filter(verb="approved").count() == 1

    def test_after_a_withdrawal_says_so(self, application, newcomer, coordinator):
        memberships.leave(application, by=newcomer.user)
        with pytest.raises(Refused, match="took its application back on"):
            memberships.approve(application, by=coordinator)

    def test_after_a_rejection_says_so(self, application, coordinator):
        memberships.reject(application, by=coordinator, sentence="No room.")
        with pytest.raises(Refused, match="was turned down on"):
            memberships.approve(application, by=coordinator)

    def test_of_a_firm_that_left_says_so(self, application, newcomer, coordinator):
        memberships.approve(application, by=coordinator)
        memberships.leave(application, by=newcomer.user)
        with pytest.raises(Refused, match="left Lancaster & Morecambe on"):
            memberships.approve(application, by=coordinator)


class TestRejecting:
    def test_tells_the_firm_in_the_coordinators_words(self, application, newcomer, coordinator):
        membership = memberships.reject(application, by=coordinator, sentence=" Furness is nearer to you. ")
        assert membership.state == Membership.State.REJECTED
        assert membership.decision == "Furness is nearer to you."
        [mail] = mails("rejected")
        assert mail.user == newcomer.user
        assert "Furness is nearer to you." in mail.text
        assert Act.objects.get(verb="rejected").note == "Furness is nearer to you."

    def test_needs_a_sentence(self, application, coordinator):
        with pytest.raises(Refused, match="why in a sentence"):
            memberships.reject(application, by=coordinator, sentence="  ")

    def test_twice_mails_once(self, application, coordinator):
        memberships.reject(application, by=coordinator, sentence="No room.")
        memberships.reject(application, by=coordinator, sentence="Never.")
        application.refresh_from_db()
        assert application.decision == "No room."
        assert len(mails("rejected")) == 1

    def test_a_member_can_not_be_rejected(self, application, coordinator):
        memberships.approve(application, by=coordinator)
        with pytest.raises(Refused, match="is a member of Lancaster & Morecambe already"):
            memberships.reject(application, by=coordinator, sentence="No.")


class TestLeaving:
    def test_ends_the_membership(self, application, newcomer, coordinator):
        memberships.approve(application, by=coordinator)
        membership = memberships.leave(application, by=newcomer.user)
        assert membership.state == Membership.State.LEFT
        assert membership.ended_at
        assert Act.objects.filter(verb="ended", actor=newcomer.user).count() == 1

    def test_twice_is_once(self, application, newcomer):
        first = memberships.leave(application, by=newcomer.user)
        second = memberships.leave(application, by=newcomer.user)
        assert first.ended_at == second.ended_at
        assert Act.objects.filter(verb="withdrew").count() == 1

    def test_a_rejected_application_can_not_be_left(self, application, newcomer, coordinator):
        memberships.reject(application, by=coordinator, sentence="No room.")
        with pytest.raises(Refused, match="turned down"):
            memberships.leave(application, by=newcomer.user)

    def test_joining_again_needs_no_second_look(self, application, newcomer, lancaster, coordinator):
        memberships.approve(application, by=coordinator)
        memberships.leave(application, by=newcomer.user)
        again = memberships.apply(newcomer.company, lancaster, by=newcomer.user)
        assert again.state == Membership.State.ACTIVE
        assert again != application
        assert len(mails("application")) == 1

    def test_a_withdrawn_application_is_taken_up_again_and_mails_nobody_twice(
        self, application, newcomer, lancaster
    ):
        memberships.leave(application, by=newcomer.user)
        again = memberships.apply(newcomer.company, lancaster, by=newcomer.user, message="After all.")
        assert again == application
        assert (again.state, again.message, again.ended_at) == (Membership.State.APPLIED, "After all.", None)
        assert len(mails("application")) == 1

    def test_a_firm_rejected_after_it_left_is_looked_at(self, application, newcomer, lancaster, coordinator):
        memberships.approve(application, by=coordinator)
        memberships.leave(application, by=newcomer.user)
        factories.MembershipFactory(
            company=newcomer.company,
            cluster=lancaster,
            state="rejected",
            applied_at=timezone.now(),
            joined_at=None,
        )
        again = memberships.apply(newcomer.company, lancaster, by=newcomer.user)
        assert again.state == Membership.State.APPLIED


class TestAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_two_tabs_apply_once(self, newcomer, lancaster, coordinator):
        def apply():
            return memberships.apply(newcomer.company, lancaster, by=newcomer.user)

        one, other = at_once(apply, apply)
        assert one == other
        assert Membership.objects.count() == 1
        assert len(mails("application")) == 1

    def test_two_approvals_welcome_once(self, application, coordinator, officer):
        results = at_once(
            lambda: memberships.approve(application, by=coordinator),
            lambda: memberships.approve(application, by=officer),
        )
        assert [result.state for result in results] == ["active", "active"]
        assert len(mails("welcome")) == 1

    def test_approval_and_withdrawal_come_to_one_end(self, application, newcomer, coordinator):
        approved, withdrawn = at_once(
            lambda: memberships.approve(application, by=coordinator),
            lambda: memberships.leave(application, by=newcomer.user),
        )
        application.refresh_from_db()
        assert application.state == Membership.State.LEFT
        assert withdrawn == application
        assert isinstance(approved, Refused) or approved == application

    def test_approval_and_rejection_have_one_winner(self, application, coordinator, officer):
        results = at_once(
            lambda: memberships.approve(application, by=coordinator),
            lambda: memberships.reject(application, by=officer, sentence="No room."),
        )
        assert sum(isinstance(result, Refused) for result in results) == 1
        assert len(mails("welcome")) + len(mails("rejected")) == 1


class TestCoordinatorsOf:
    def test_are_the_clusters_own(
        self, lancaster, coordinator, other_coordinator, former_coordinator, officer
    ):
        factories.OfficerFactory(cluster=lancaster, office=Officer.Office.TREASURER)
        assert memberships.coordinators_of(lancaster) == [coordinator]

    def test_are_other_officers_of_the_cluster_where_it_has_no_coordinator(self, lancaster, officer):
        chairman = factories.OfficerFactory(cluster=lancaster, office=Officer.Office.CHAIRMAN).user
        assert memberships.coordinators_of(lancaster) == [chairman]

    def test_are_the_associations_officers_where_it_has_nobody(self, lancaster, officer, former_coordinator):
        assert memberships.coordinators_of(lancaster) == [officer]

    def test_each_is_named_once(self, lancaster, coordinator):
        factories.OfficerFactory(cluster=lancaster, user=coordinator, start=timezone.localdate())
        assert memberships.coordinators_of(lancaster) == [coordinator]

    def test_closed_accounts_are_left_out(self, lancaster, coordinator, officer):
        coordinator.is_active = False
        coordinator.save()
        assert memberships.coordinators_of(lancaster) == [officer]


class TestLapsing:
    def test_who_asked_is_told_once_and_may_ask_again(self, application, newcomer, lancaster):
        later = timezone.now() + timedelta(days=366)
        for _ in range(2):
            memberships.let_lapse(memberships.unanswered(later))
        application.refresh_from_db()
        assert (application.state, application.message) == (Membership.State.LEFT, "")
        [mail] = mails("application-lapsed")
        assert mail.user == newcomer.user
        assert "A year ago Lune Valley Systems asked to join Lancaster & Morecambe" in mail.text
        again = memberships.apply(newcomer.company, lancaster, by=newcomer.user)
        assert again.state == Membership.State.APPLIED

    def test_not_before_a_year_is_over(self, application):
        assert not memberships.unanswered(timezone.now() + timedelta(days=364))


class TestEnding:
    def test_the_firm_is_told_why_and_its_return_is_looked_at(self, firm, member, lancaster, coordinator):
        membership = Membership.objects.get()
        for _ in range(2):
            memberships.end(membership, by=coordinator, sentence="You have closed, I hear.")
        membership.refresh_from_db()
        assert (membership.state, membership.decided_by) == (Membership.State.LEFT, coordinator)
        [mail] = mails("membership-ended")
        assert mail.user == member
        assert "You have closed, I hear." in mail.text
        assert Act.objects.get(verb="ended").note == "You have closed, I hear."
        again = memberships.apply(firm, lancaster, by=member)
        assert again.state == Membership.State.APPLIED

    def test_only_members_can_be_ended_and_only_with_a_sentence(self, application, coordinator, firm):
        with pytest.raises(Refused):
            memberships.end(application, by=coordinator, sentence="No.")
        with pytest.raises(Refused, match="Tell the firm why"):
            memberships.end(Membership.objects.get(company=firm), by=coordinator, sentence=" ")
        assert not mails("membership-ended")

    def test_is_a_button_that_asks_first(self, firm, member, as_coordinator):
        path = f"/admin/members/membership/{firm.memberships.get().pk}/act/end/"
        assert "can apply again" in as_coordinator.get(path).content.decode()
        as_coordinator.post(path, {"sentence": "You have closed."})
        assert firm.memberships.get().state == Membership.State.LEFT
