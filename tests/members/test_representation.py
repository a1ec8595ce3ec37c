from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from clusters.errors import Refused
from meetings.needs import needs_of
from members import colleagues, companies, representation, take_over
from members.models import ColleagueInvitation, Company, OutgoingMail, Representative
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

from .at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(firm, member):
    return Representative.objects.get(user=member)


@pytest.fixture
def deputy(firm):
    return factories.RepresentativeFactory(company=firm, role="deputy", user__name="Dora Deputy")


def role_of(representative):
    representative.refresh_from_db()
    return representative.role if representative.state == "active" else representative.state


class TestRoles:
    def test_the_lead_is_handed_over(self, lead, deputy, member):
        representation.hand_over(deputy, by=member)
        representation.hand_over(deputy, by=member)
        assert (role_of(lead), role_of(deputy)) == ("deputy", "lead")

    def test_a_colleague_becomes_deputy_and_back(self, lead, member, firm):
        one = factories.RepresentativeFactory(company=firm, role="member")
        representation.set_deputy(one, True, by=member)
        assert role_of(one) == "deputy"
        representation.set_deputy(one, False, by=member)
        assert role_of(one) == "member"
        with pytest.raises(Refused, match="Hand the lead over first"):
            representation.set_deputy(lead, False, by=member)

    def test_when_the_lead_leaves_the_deputy_leads(self, lead, deputy, firm, member):
        factories.RepresentativeFactory(company=firm, role="member")
        representation.end(lead, by=member)
        assert (role_of(lead), role_of(deputy)) == ("ended", "lead")

    def test_only_the_lead_decides_but_everybody_may_leave(self, lead, deputy, member, as_member):
        as_deputy = client_of(deputy.user)
        assert as_deputy.post(f"/representatives/{lead.pk}/end/").status_code == 403
        assert as_deputy.post(f"/representatives/{deputy.pk}/lead/").status_code == 403
        as_deputy.post(f"/representatives/{deputy.pk}/end/")
        assert role_of(deputy) == "ended"

    def test_one_decides_about_ones_own_name(self, as_member, lead, client, firm):
        as_member.post(f"/representatives/{lead.pk}/about/", {"listed": "on", "job": "Founder"})
        assert "Founder" in text_of(client.get(firm.get_absolute_url()))
        as_member.post(f"/representatives/{lead.pk}/about/", {"job": "Founder"})
        assert "Founder" not in text_of(client.get(firm.get_absolute_url()))

    @pytest.mark.django_db(transaction=True)
    def test_two_leads_leaving_at_once_leave_no_firm_without_a_lead(self, lead, deputy, firm, member):
        at_once(
            lambda: representation.end(Representative.objects.get(pk=lead.pk), by=member),
            lambda: representation.hand_over(Representative.objects.get(pk=deputy.pk), by=member),
        )
        assert list(firm.representatives.active().values_list("role", flat=True)) == ["lead"]


class TestNobodyLeft:
    def test_the_firm_stays_and_the_coordinator_is_told_once(
        self, lead, firm, member, coordinator, other_coordinator
    ):
        representation.end(lead, by=member)
        representation.watch()
        representation.watch()
        firm.refresh_from_db()
        assert firm.unrepresented_since and firm in Company.objects.listed()
        [mail] = OutgoingMail.objects.filter(kind="unrepresented")
        assert mail.user == coordinator
        sentences = [need.sentence for need in needs_of(coordinator).shown]
        assert any("Nobody answers for one firm" in sentence for sentence in sentences)
        assert not any("Nobody answers" in need.sentence for need in needs_of(other_coordinator).shown)

    def test_the_desk_lists_it(self, lead, firm, member, as_coordinator):
        representation.end(lead, by=member)
        page = as_coordinator.get("/admin/members/company/?answered=no")
        assert firm.name in text_of(page)
        change = as_coordinator.get(reverse("admin:members_company_change", args=[firm.pk]))
        assert "Nobody answers for it" in text_of(change)

    def test_two_refused_mails_in_a_row_are_enough(self, lead, firm, member):
        self.mails(member, "failed", "sent", "failed")
        representation.watch()
        firm.refresh_from_db()
        assert firm.unrepresented_since is None
        self.mails(member, "failed")
        representation.watch()
        firm.refresh_from_db()
        assert firm.unrepresented_since

    def test_a_new_address_or_a_mail_that_arrives_ends_it(self, lead, firm, member):
        self.mails(member, "failed", "failed")
        representation.watch()
        member.email = "new@fellside.example"
        member.save()
        representation.watch()
        firm.refresh_from_db()
        assert firm.unrepresented_since is None

    def test_a_closed_account_does_not_answer(self, lead, firm, member):
        member.is_active = False
        member.save()
        representation.watch()
        firm.refresh_from_db()
        assert firm.unrepresented_since

    def test_firms_that_are_no_members_bother_nobody(self, coordinator, lancaster):
        factories.MembershipFactory(cluster=lancaster, state="applied")
        representation.watch()
        assert not OutgoingMail.objects.exists()

    @staticmethod
    def mails(user, *states):
        for state in states:
            factories.OutgoingMailFactory(to=user.email, user=user, state=state, bounced=state == "failed")


class TestInviting:
    @pytest.fixture
    def colleague(self):
        return factories.UserFactory(name="Cleo Colleague", email="cleo@fellside.example")

    @pytest.fixture
    def invitation(self, firm, lead, member):
        return colleagues.invite(firm, "Cleo@fellside.example", by=member)

    def link(self):
        text = OutgoingMail.objects.filter(kind="colleague").latest("pk").text
        return text[text.index("/colleagues/") :].split()[0]

    def test_the_link_makes_a_colleague_once(self, invitation, colleague, firm):
        client, link = client_of(colleague), self.link()
        assert "Yes, I act for Fellside Analytics" in text_of(client.get(link))
        assert not firm.representatives.filter(user=colleague).exists()  # looking does nothing
        client.post(f"{link}accept/")
        client.post(f"{link}accept/")
        assert firm.representatives.get(user=colleague).role == "member"
        assert "taken up already" in text_of(client.get(link))

    def test_works_for_nobody_else(self, invitation):
        stranger = factories.UserFactory()
        client, link = client_of(stranger), self.link()
        assert "sent to another address" in text_of(client.get(link))
        client.post(f"{link}accept/")
        assert not stranger.representations.exists()

    def test_needs_a_confirmed_address(self, invitation, colleague):
        EmailAddress.objects.filter(user=colleague).update(verified=False)
        with pytest.raises(Refused, match="another address"):
            colleagues.accept(invitation, colleague)

    def test_runs_out(self, invitation, colleague):
        later = timezone.now() + ColleagueInvitation.HOLDS + timedelta(minutes=1)
        with pytest.raises(Refused, match="has run out"):
            colleagues.accept(invitation, colleague, now=later)

    def test_can_be_taken_back(self, invitation, colleague, as_member):
        as_member.post(f"/colleagues/{invitation.pk}/withdraw/")
        with pytest.raises(Refused, match="taken this invitation back"):
            colleagues.accept(invitation, colleague)

    def test_asked_again_the_old_link_is_void(self, invitation, firm, member):
        old = self.link()
        later = timezone.now() + timedelta(days=1)
        assert colleagues.invite(firm, invitation.email, by=member, now=later) == invitation
        assert colleagues.read_token(old.split("/")[2]) is None
        assert ColleagueInvitation.objects.count() == 1

    def test_nobody_is_mailed_again_and_again(self, invitation, firm, member):
        """Neither by asking each minute, nor by taking it back in between."""
        for minutes in (2, 60, 300):
            colleagues.invite(
                firm, invitation.email, by=member, now=timezone.now() + timedelta(minutes=minutes)
            )
        colleagues.withdraw(invitation, by=member)
        with pytest.raises(Refused, match="back just now"):
            colleagues.invite(firm, invitation.email, by=member)
        assert OutgoingMail.objects.filter(kind="colleague").count() == 1

    def test_the_address_is_forgotten(self, invitation):
        colleagues.forget_old(timezone.now() + timedelta(days=59))
        assert ColleagueInvitation.objects.exists()
        colleagues.forget_old(timezone.now() + timedelta(days=61))
        assert not ColleagueInvitation.objects.exists()

    def test_a_double_click_mails_once(self, invitation, firm, member):
        colleagues.invite(firm, invitation.email, by=member)
        assert OutgoingMail.objects.filter(kind="colleague").count() == 1

    def test_not_without_end(self, firm, lead, member):
        for number in range(colleagues.MOST_OPEN):
            colleagues.invite(firm, f"one{number}@fellside.example", by=member)
        with pytest.raises(Refused, match="10 invitations are open"):
            colleagues.invite(firm, "more@fellside.example", by=member)

    def test_who_acts_for_another_firm_stays_there(self, invitation, colleague):
        factories.RepresentativeFactory(user=colleague, company__name="Other")
        with pytest.raises(Refused, match="You act for Other already"):
            colleagues.accept(invitation, colleague)

    @pytest.mark.parametrize(
        "email", ["", "no", "a@b\n.example", "x" * 300 + "@a.example", "a\x00@b.example"]
    )
    def test_a_wrong_address_gets_a_sentence(self, as_member, firm, lead, email):
        page = as_member.post(f"{firm.get_absolute_url()}people/invite/", {"email": email})
        assert page.context["form"].errors and not ColleagueInvitation.objects.exists()

    def test_not_by_a_colleague(self, firm, lead):
        person = factories.RepresentativeFactory(company=firm, role="member").user
        page = client_of(person).post(f"{firm.get_absolute_url()}people/invite/", {"email": "a@b.example"})
        assert page.status_code == 403 and not ColleagueInvitation.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_taken_up_twice_at_once_makes_one_colleague(self, invitation, colleague, firm):
        def accept():
            return colleagues.accept(ColleagueInvitation.objects.get(pk=invitation.pk), colleague)

        at_once(accept, accept)
        assert firm.representatives.filter(user=colleague).count() == 1


class TestTakingOver:
    @pytest.fixture
    def of_domain(self, firm):
        Company.objects.filter(pk=firm.pk).update(
            website="https://fellside.example", web_domain="fellside.example"
        )
        firm.refresh_from_db()
        return firm

    @pytest.fixture
    def worker(self):
        return factories.UserFactory(name="Wanda Worker", email="wanda@fellside.example")

    def test_a_coordinator_makes_them_the_lead(self, of_domain, worker, lead, coordinator, as_coordinator):
        client_of(worker).post(f"{of_domain.get_absolute_url()}take-over/")
        client_of(worker).post(f"{of_domain.get_absolute_url()}take-over/")
        asked = Representative.objects.get(user=worker)
        assert asked.state == "asked"
        assert {mail.user for mail in OutgoingMail.objects.all()} == {coordinator, lead.user}
        assert any("Somebody asks to act for a firm" in need.sentence for need in needs_of(coordinator).shown)
        as_coordinator.post(reverse("admin:members_representative_act", args=[asked.pk, "accept"]))
        assert (role_of(asked), role_of(lead)) == ("lead", "deputy")

    def test_the_lead_can_not_answer_for_the_coordinator(self, of_domain, worker, lead, as_member):
        asked = take_over.ask(worker, of_domain)
        assert as_member.post(f"/representatives/{asked.pk}/accept/").status_code == 404

    def test_asking_and_taking_back_does_not_mail_without_end(self, of_domain, worker, lead, coordinator):
        for _ in range(companies.MOST_REQUESTS):
            companies.take_back_request(take_over.ask(worker, of_domain))
        for ask in (take_over.ask, companies.ask_to_represent):
            with pytest.raises(Refused, match="often for one day"):
                ask(worker, of_domain)
        assert OutgoingMail.objects.filter(user=coordinator).count() == companies.MOST_REQUESTS

    @pytest.mark.django_db(transaction=True)
    def test_two_accepted_at_once_leave_one_lead(self, of_domain, worker, lead, coordinator):
        other = factories.UserFactory(email="walt@fellside.example")
        asked = [take_over.ask(person, of_domain) for person in (worker, other)]
        at_once(*(lambda one=one: companies.accept_representative(one, coordinator) for one in asked))
        assert of_domain.representatives.active().filter(role="lead").count() == 1

    def test_a_firm_without_anybody_is_answered_for_again(self, of_domain, worker, lead, member, coordinator):
        representation.end(lead, by=member)
        companies.accept_representative(take_over.ask(worker, of_domain), coordinator)
        of_domain.refresh_from_db()
        assert of_domain.unrepresented_since is None

    @pytest.mark.parametrize(
        ("email", "domain"),
        [
            ("wanda@other.example", "fellside.example"),
            ("wanda@notfellside.example", "fellside.example"),
            ("wanda@fellside.example.evil.example", "fellside.example"),
            ("wanda@gmail.com", "gmail.com"),
            ("wanda@github.io", "github.io"),
            ("wanda@fellside.example", ""),
        ],
    )
    def test_needs_an_address_of_the_firm_alone(self, firm, email, domain):
        Company.objects.filter(pk=firm.pk).update(web_domain=domain)
        firm.refresh_from_db()
        with pytest.raises(Refused, match="For this you need an email address"):
            take_over.ask(factories.UserFactory(email=email), firm)

    def test_needs_a_confirmed_address(self, of_domain):
        person = factories.UserFactory(email="wanda@fellside.example", verified=False)
        assert not take_over.may_take_over(person, of_domain)

    def test_is_offered_on_the_page(self, of_domain, worker):
        assert "Ask to lead it" in text_of(client_of(worker).get(of_domain.get_absolute_url()))
        stranger = client_of(factories.UserFactory())
        assert "Ask to lead it" not in text_of(stranger.get(of_domain.get_absolute_url()))
