"""The members' part of the desk: who answers applications, sees firms, appoints officers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clusters.bounded import BoundedPaginator
from clusters.models import Act
from members.models import Drive, Membership, Officer, OutgoingMail, User
from tests import factories
from tests.conftest import client_of

pytestmark = pytest.mark.django_db


def address(model, door, *args):
    return reverse(f"admin:members_{model}_{door}", args=args)


@pytest.fixture
def application(lancaster):
    representative = factories.RepresentativeFactory(company__name="Lune Valley Systems")
    return factories.MembershipFactory(company=representative.company, cluster=lancaster, state="applied")


class TestApplications:
    def act(self, client, application, name, data=None, **kwargs):
        return client.post(address("membership", "act", application.pk, name), data, **kwargs)

    def test_one_press_approves(self, as_coordinator, application, coordinator):
        page = as_coordinator.get(address("membership", "change", application.pk)).content.decode()
        assert address("membership", "act", application.pk, "approve") in page
        page = self.act(as_coordinator, application, "approve", follow=True).content.decode()
        assert "Lune Valley Systems is a member of Lancaster &amp; Morecambe." in page
        application.refresh_from_db()
        assert (application.state, application.decided_by) == ("active", coordinator)
        assert OutgoingMail.objects.get().kind == "welcome"
        assert address("membership", "act", application.pk, "approve") not in page

    def test_a_second_press_is_harmless(self, as_coordinator, application):
        self.act(as_coordinator, application, "approve")
        assert self.act(as_coordinator, application, "approve", follow=True).status_code == 200
        assert OutgoingMail.objects.count() == 1

    def test_approving_what_was_withdrawn_says_so(self, as_coordinator, application):
        Membership.objects.update(state="left", ended_at=timezone.now())
        page = self.act(as_coordinator, application, "approve", follow=True).content.decode()
        assert "Lune Valley Systems took its application back on" in page

    def test_rejecting_asks_for_the_sentence_first(self, as_coordinator, application):
        page = as_coordinator.get(address("membership", "act", application.pk, "reject")).content.decode()
        assert "It is mailed to the firm as you write it." in page
        page = self.act(as_coordinator, application, "reject", {"sentence": " "}).content.decode()
        assert "Tell the firm why, in a sentence." in page
        application.refresh_from_db()
        assert application.state == Membership.State.APPLIED

    def test_rejecting_mails_the_sentence(self, as_coordinator, application):
        self.act(as_coordinator, application, "reject", {"sentence": "Furness is nearer <you>."})
        application.refresh_from_db()
        assert (application.state, application.decision) == ("rejected", "Furness is nearer <you>.")
        mail = OutgoingMail.objects.get()
        assert "Furness is nearer <you>." in mail.text
        assert "Furness is nearer &lt;you&gt;." in mail.html

    @pytest.mark.parametrize("sentence", ["x" * 501, "a\0b"])
    def test_a_sentence_that_can_not_be_kept_is_said(self, as_coordinator, application, sentence):
        page = self.act(as_coordinator, application, "reject", {"sentence": sentence}).content.decode()
        assert "Nothing has been done yet." in page
        assert not OutgoingMail.objects.exists()

    def test_many_are_approved_from_the_list_which_says_how_many(
        self, as_coordinator, lancaster, application, firm
    ):
        second = factories.MembershipFactory(cluster=lancaster, state="applied")
        chosen = [application.pk, second.pk, firm.memberships.get().pk]
        page = as_coordinator.post(
            address("membership", "changelist"),
            {"action": "approve_all", "_selected_action": chosen},
            follow=True,
        ).content.decode()
        assert "2 firms are members now." in page
        assert Membership.objects.active().count() == 3
        assert Act.objects.filter(verb="approved").count() == 2

    def test_none_waiting_is_said(self, as_coordinator, firm):
        page = as_coordinator.post(
            address("membership", "changelist"),
            {"action": "approve_all", "_selected_action": [firm.memberships.get().pk]},
            follow=True,
        ).content.decode()
        assert "Nothing was waiting among these." in page

    def test_are_not_answered_by_others(
        self, application, as_other_coordinator, as_member, former_coordinator, client
    ):
        for one in (as_other_coordinator, as_member, client_of(former_coordinator), client):
            assert self.act(one, application, "approve").status_code in (302, 403, 404)
            one.post(
                address("membership", "changelist"),
                {"action": "approve_all", "_selected_action": [application.pk]},
            )
            assert self.act(one, application, "reject", {"sentence": "No."}).status_code in (302, 403, 404)
        application.refresh_from_db()
        assert application.state == Membership.State.APPLIED

    def test_state_and_firm_can_not_be_typed_in(self, as_coordinator, application, furness, firm):
        before = Membership.objects.values().get(pk=application.pk)
        as_coordinator.post(
            address("membership", "change", application.pk),
            {"state": "active", "cluster": furness.pk, "company": firm.pk, "joined_at_0": "2020-01-01"},
        )
        assert Membership.objects.values().get(pk=application.pk) == before

    def test_can_not_be_added_or_deleted(self, as_coordinator, application):
        assert as_coordinator.get(address("membership", "add")).status_code == 403
        assert (
            as_coordinator.post(address("membership", "delete", application.pk), {"post": "yes"}).status_code
            == 403
        )

    @pytest.mark.parametrize("number", [1, 3])
    def test_list_costs_the_same_for_few_and_many(
        self, as_coordinator, lancaster, django_assert_max_num_queries, number
    ):
        factories.MembershipFactory.create_batch(number, cluster=lancaster, state="applied")
        with django_assert_max_num_queries(16):
            as_coordinator.get(address("membership", "changelist"))


class TestFirms:
    def mend(self, client, firm, **changes):
        form = client.get(address("company", "change", firm.pk)).context["adminform"].form
        data = {name: form.initial.get(name) or "" for name in form.fields} | changes
        data |= {"representatives-TOTAL_FORMS": 0, "representatives-INITIAL_FORMS": 0}
        return client.post(address("company", "change", firm.pk), data)

    def test_coordinators_mend_their_own(self, as_coordinator, coordinator, firm, lancaster):
        response = self.mend(as_coordinator, firm, postcode="la14yw", website="www.fellside.example")
        assert response.status_code == 302
        firm.refresh_from_db()
        assert (firm.postcode, firm.website, firm.web_domain) == (
            "LA1 4YW",
            "https://www.fellside.example",
            "fellside.example",
        )
        assert (
            Act.objects.filter(actor=coordinator, cluster=lancaster, subject="Fellside Analytics").count()
            == 1
        )
        assert self.mend(as_coordinator, firm, town="Lancaster").status_code == 302

    def test_the_web_address_of_another_firm_is_refused(self, as_coordinator, firm):
        factories.CompanyFactory(name="Bay Software", website="https://bay.example")
        page = self.mend(as_coordinator, firm, website="www.bay.example").content.decode()
        assert "Bay Software has this web address." in page

    def test_are_let_go_when_they_leave(self, as_coordinator, firm):
        Membership.objects.update(state="left", ended_at=timezone.now())
        assert as_coordinator.get(address("company", "change", firm.pk)).status_code == 302

    def test_are_not_added_by_hand(self, as_operator):
        assert as_operator.get(address("company", "add")).status_code == 403

    def test_filter_by_cluster_offers_own_clusters_alone(self, as_officer, lancaster, furness, firm):
        elsewhere = factories.MembershipFactory().cluster
        page = as_officer.get(address("company", "changelist"), {"cluster": lancaster.pk}).content.decode()
        assert "Fellside Analytics" in page
        assert f"?cluster={furness.pk}" in page
        assert f"?cluster={elsewhere.pk}" not in page
        for forged in (furness.pk, elsewhere.pk, "x", "9" * 30):
            response = as_officer.get(address("company", "changelist"), {"cluster": forged})
            assert response.status_code in (200, 302)

    def test_representatives_can_not_be_slipped_in(self, as_coordinator, firm, coordinator):
        form = as_coordinator.get(address("company", "change", firm.pk)).context["adminform"].form
        data = {name: form.initial.get(name) or "" for name in form.fields}
        data |= {"representatives-TOTAL_FORMS": 1, "representatives-INITIAL_FORMS": 0}
        data |= {"representatives-0-user": coordinator.pk, "representatives-0-role": "lead"}
        as_coordinator.post(address("company", "change", firm.pk), data)
        assert not firm.representatives.exists()

    @pytest.mark.parametrize("query", ["_facets=True", "cluster=x", "cluster=%C2%B2", "cluster=" + "9" * 30])
    def test_the_filter_by_cluster_bears_anything(self, as_officer, lancaster, furness, firm, query):
        assert as_officer.get(address("company", "changelist") + f"?{query}").status_code == 200


class TestRepresentatives:
    @pytest.fixture
    def asking(self, firm):
        return factories.RepresentativeFactory(
            company=firm, role="member", state="asked", user__name="Ellen Thwaite"
        )

    def act(self, client, asking, name, **kwargs):
        return client.post(address("representative", "act", asking.pk, name), **kwargs)

    def test_are_accepted_by_a_coordinator(self, as_coordinator, asking):
        page = self.act(as_coordinator, asking, "accept", follow=True).content.decode()
        assert "Ellen Thwaite acts for Fellside Analytics now" in page
        asking.refresh_from_db()
        assert (asking.state, asking.role) == ("active", "lead")

    def test_are_refused_after_a_question(self, as_coordinator, asking):
        page = as_coordinator.get(address("representative", "act", asking.pk, "refuse")).content.decode()
        assert "can&#x27;t ask for this firm again" in page
        self.act(as_coordinator, asking, "refuse")
        asking.refresh_from_db()
        assert asking.state == "refused"

    def test_are_not_answered_by_others(self, asking, as_other_coordinator, as_member, former_coordinator):
        for client in (as_other_coordinator, as_member, client_of(former_coordinator)):
            assert self.act(client, asking, "accept").status_code in (302, 403, 404)
        asking.refresh_from_db()
        assert asking.state == "asked"


class TestOfficers:
    def form(self, user, **fields):
        return {
            "user": user.pk,
            "office": "coordinator",
            "association": "",
            "cluster": "",
            "start": "2026-01-01",
        } | fields

    def test_are_appointed_by_the_association(self, as_officer, member, furness):
        response = as_officer.post(address("officer", "add"), self.form(member, cluster=furness.pk))
        assert response.status_code == 302
        term = Officer.objects.get(user=member, cluster=furness)
        assert Act.objects.get(verb="appointed").subject == str(term)

    def test_are_not_appointed_by_coordinators(
        self, as_coordinator, coordinator, member, lancaster, association
    ):
        for where in ({"cluster": lancaster.pk}, {"association": association.pk}):
            assert (
                as_coordinator.post(address("officer", "add"), self.form(member, **where)).status_code == 403
            )
        own = coordinator.offices.get()
        as_coordinator.post(
            address("officer", "change", own.pk),
            self.form(coordinator, association=association.pk, end="2099-01-01"),
        )
        own.refresh_from_db()
        assert own.end is None
        assert Officer.objects.count() == 1

    def test_are_seen_by_coordinators(
        self, as_coordinator, coordinator, former_coordinator, other_coordinator
    ):
        page = as_coordinator.get(address("officer", "changelist")).content.decode()
        assert coordinator.name in page
        assert former_coordinator.name in page
        assert other_coordinator.name not in page

    def test_are_not_appointed_beyond_the_own_association(self, as_officer, officer, member):
        """Also not in a cluster of another association which one coordinates."""
        elsewhere = factories.OfficerFactory(user=officer).cluster
        for where in ({"cluster": elsewhere.pk}, {"association": elsewhere.association_id}):
            page = as_officer.post(address("officer", "add"), self.form(member, **where)).content.decode()
            assert "Select a valid choice" in page
        own_term = officer.offices.get(cluster=elsewhere)
        as_officer.post(
            address("officer", "change", own_term.pk), {"office": "chairman", "start": "2020-01-01"}
        )
        own_term.refresh_from_db()
        assert own_term.office == "coordinator"

    def test_strangers_are_not_found_to_appoint(self, as_officer, furness):
        stranger = factories.RepresentativeFactory().user
        page = as_officer.post(
            address("officer", "add"), self.form(stranger, cluster=furness.pk)
        ).content.decode()
        assert "Select a valid choice" in page

    def test_end_their_term(self, as_officer, coordinator):
        term = coordinator.offices.get()
        as_officer.post(
            address("officer", "change", term.pk),
            {"office": "coordinator", "start": "2020-01-01", "end": "2021-01-01"},
        )
        assert not User.objects.get(pk=coordinator.pk).is_staff

    def test_of_one_place_only(self, as_officer, member, furness, association):
        page = as_officer.post(
            address("officer", "add"), self.form(member, cluster=furness.pk, association=association.pk)
        ).content.decode()
        assert "Choose an association or a cluster, not both." in page


class TestPeople:
    def test_are_read_by_coordinators_and_changed_by_the_operator(self, as_coordinator, as_operator, member):
        change = address("user", "change", member.pk)
        assert member.email in as_coordinator.get(change).content.decode()
        data = {"name": "Renamed", "is_active": "on", "is_superuser": "on", "email": "x@y.example"}
        data |= {"representations-TOTAL_FORMS": 0, "representations-INITIAL_FORMS": 0}
        assert as_coordinator.post(change, data).status_code == 403
        as_operator.post(change, data)
        changed = User.objects.get(pk=member.pk)
        assert (changed.name, changed.email, changed.is_superuser) == ("Renamed", member.email, False)

    def test_of_other_clusters_are_not_there(self, as_coordinator, other_coordinator):
        assert as_coordinator.get(address("user", "change", other_coordinator.pk)).status_code == 302

    def test_of_firms_that_left_are_let_go(self, as_coordinator, member):
        Membership.objects.update(state="left", ended_at=timezone.now())
        assert as_coordinator.get(address("user", "change", member.pk)).status_code == 302

    def test_have_no_passwords_here(self, as_operator, member):
        page = as_operator.get(address("user", "change", member.pk))
        assert "password" not in page.context["adminform"].form.fields
        assert member.password not in page.content.decode()


class TestDrives:
    def form(self, organiser, **fields):
        return {
            organiser._meta.model_name: organiser.pk,
            "name": "250 by the summer",
            "slug": "250",
            "summary": "",
            "start": "2026-01-01",
            "end": "2026-12-31",
            "targets-TOTAL_FORMS": 1,
            "targets-INITIAL_FORMS": 0,
            "targets-0-kind": "new-members",
            "targets-0-number": "250",
        } | fields

    def test_are_made_by_the_association(self, as_officer, association):
        assert as_officer.post(address("drive", "add"), self.form(association)).status_code == 302
        drive = Drive.objects.get()
        assert (drive.state, drive.targets.get().number) == ("running", 250)

    def test_of_a_cluster_are_made_by_its_coordinator_and_of_others_not(
        self, as_coordinator, association, lancaster, furness
    ):
        for strange in (association, furness):
            page = as_coordinator.post(address("drive", "add"), self.form(strange))
            assert "Select a valid choice" in page.content.decode()
        assert as_coordinator.post(address("drive", "add"), self.form(lancaster)).status_code == 302
        assert Drive.objects.get().organiser == lancaster

    def test_meetings_of_other_kinds_say_which(self, as_officer, association):
        form = self.form(association, **{"targets-0-kind": "meetings"})
        page = as_officer.post(address("drive", "add"), form).content.decode()
        assert "Say what these meetings are called, in the plural." in page
        assert "Tick the kinds that count." in page
        form |= {"targets-0-name": "open days", "targets-0-meeting_kinds": ["public", "trade"]}
        assert as_officer.post(address("drive", "add"), form).status_code == 302
        assert Drive.objects.get().targets.get().meeting_kinds == ["public", "trade"]

    def test_are_closed_at_their_end_and_then_only_read(self, as_officer, association):
        today = timezone.localdate()
        drive = factories.DriveFactory(
            association=association, start=today - timedelta(days=30), end=today - timedelta(days=1)
        )
        act = address("drive", "act", drive.pk, "close")
        assert "nothing changes them" in as_officer.get(act).content.decode()
        assert "Its figures stay as they are." in as_officer.post(act, follow=True).content.decode()
        drive.refresh_from_db()
        assert drive.state == Drive.State.CLOSED
        change = address("drive", "change", drive.pk)
        assert 'name="_save"' not in as_officer.get(change).content.decode()
        assert as_officer.post(change, self.form(association)).status_code == 403

    def test_that_run_can_not_be_closed(self, as_officer, association):
        drive = factories.DriveFactory(association=association)
        page = as_officer.post(address("drive", "act", drive.pk, "close"), follow=True).content.decode()
        assert "To end it early, put its last day earlier." in page

    def test_do_not_close_by_typing(self, as_officer, association):
        as_officer.post(address("drive", "add"), self.form(association, state="closed"))
        assert Drive.objects.get().state == Drive.State.RUNNING

    def test_say_what_is_wrong(self, as_officer, association):
        wrong = {"end": "2025-01-01", "targets-0-number": "0"}
        page = as_officer.post(address("drive", "add"), self.form(association, **wrong)).content.decode()
        assert "The last day is before the first." in page
        assert not Drive.objects.exists()


def test_a_very_long_list_offers_its_years_once_it_is_narrowed(as_operator, lancaster, monkeypatch):
    for year in (2024, 2025):
        moment = datetime(year, 6, 1, tzinfo=UTC)
        factories.MembershipFactory(cluster=lancaster, applied_at=moment)
    years = "applied_at__year=2024"
    list_page = "/admin/members/membership/"
    assert years in as_operator.get(list_page).content.decode()
    monkeypatch.setattr(BoundedPaginator, "most", 1)
    page = as_operator.get(list_page).content.decode()
    assert years not in page and "The first 1 of more: search or filter" in page
    assert "applied_at__month=6" in as_operator.get(f"{list_page}?{years}").content.decode()
