"""The steps of joining in the browser, without JavaScript."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from clusters.models import Cluster
from members.models import Company, Membership, OutgoingMail, Representative
from tests import factories
from tests.conftest import client_of

pytestmark = pytest.mark.django_db

FIRM = {
    "name": "Lune Valley Systems",
    "website": "lunevalley.example",
    "postcode": "la14yw",
    "size": "2-9",
    "legal_form": "",
    "summary": "Software for farms.",
    "expertise": "web shops, Python,, web shops",
}


@pytest.fixture
def person():
    return factories.UserFactory(name="Ellen Thwaite")


@pytest.fixture
def as_person(person):
    return client_of(person)


@pytest.fixture
def lead():
    """Of a firm in no cluster yet, with a postcode in Lancaster."""
    return factories.RepresentativeFactory(
        company__name="Lune Valley Systems", company__postcode="LA1 4YW"
    ).user


@pytest.fixture
def as_lead(lead):
    return client_of(lead)


def page(response) -> str:
    return response.content.decode()


class TestFirstPage:
    def test_tells_a_visitor_what_happens(self, client):
        html = page(client.get(reverse("members:join")))
        assert "Join free" in html
        assert f'href="{reverse("account_signup")}?next=%2Fjoin%2F"' in html

    def test_keeps_the_cluster_one_came_from(self, client, lancaster):
        response = client.get(reverse("members:join"), {"cluster": "lancaster"})
        assert "Join Lancaster &amp; Morecambe" in page(response)
        [next_page] = parse_qs(response.context["next"])["next"]
        assert next_page == "/join/?cluster=lancaster"

    @pytest.mark.parametrize("slug", ["nowhere", "", "<script>", "\0", "x" * 300])
    def test_does_without_a_cluster_nobody_knows(self, client, slug):
        assert "Join free" in page(client.get(reverse("members:join"), {"cluster": slug}))

    def test_leads_who_is_signed_in_to_the_firm(self, as_person):
        assert as_person.get(reverse("members:join")).url == reverse("members:join-company")

    def test_leads_who_acts_for_a_firm_to_the_clusters(self, as_lead):
        assert as_lead.get(reverse("members:join")).url == reverse("members:join-clusters")

    @pytest.mark.parametrize("signed_in", [False, True])
    def test_says_that_a_cluster_rests(self, client, as_lead, lancaster, furness, signed_in):
        Cluster.objects.filter(pk=lancaster.pk).update(state=Cluster.State.RESTING)
        one = as_lead if signed_in else client
        html = page(one.get(reverse("members:join"), {"cluster": "lancaster"}, follow=True))
        assert "Lancaster &amp; Morecambe is resting and takes no new firms at the moment." in html

    @pytest.mark.parametrize(
        ("state", "words"), [("active", "is a member of"), ("applied", "has applied to")]
    )
    def test_says_that_one_is_there_already(self, as_member, firm, furness, state, words):
        factories.MembershipFactory(company=firm, cluster=furness, state=state)
        html = page(as_member.get(reverse("members:join"), {"cluster": "furness"}, follow=True))
        assert f"Fellside Analytics {words} Furness already." in html

    def test_leads_who_waits_for_a_firm_to_the_end(self, person, as_person, firm):
        factories.RepresentativeFactory(user=person, company=firm, state="asked")
        assert as_person.get(reverse("members:join")).url == reverse("members:join-done")


class TestWholeWay:
    """From a cluster's page to the application, as somebody without an account walks it."""

    def test_signing_up_on_the_way_keeps_the_cluster(self, client, lancaster, furness, coordinator):
        first = client.get(reverse("members:join"), {"cluster": "furness"})
        address = f"{reverse('account_signup')}?{first.context['next']}"
        after, *_ = re.findall(r'name="next"[^>]*value="([^"]+)"', page(client.get(address)))
        person = {
            "name": "Ellen Thwaite",
            "email": "ellen@lunevalley.example",
            "password1": factories.PASSWORD,
        }
        client.post(reverse("account_signup"), person | {"next": after})
        mail = OutgoingMail.objects.get(to="ellen@lunevalley.example")
        code = re.search(r"^[A-Z0-9-]{6,}$", mail.text, re.MULTILINE)[0]
        response = client.post(reverse("account_email_verification_sent"), {"code": code}, follow=True)
        assert response.redirect_chain[-1][0] == reverse("members:join-company")
        response = client.post(reverse("members:join-company"), FIRM, follow=True)
        assert response.context["form"].initial["clusters"] == [furness]
        response = client.post(reverse("members:join-clusters"), {"clusters": [lancaster.pk]}, follow=True)
        assert "Nearly there, Ellen" in page(response)
        assert OutgoingMail.objects.filter(kind="application", user=coordinator).count() == 1

    def test_signing_in_on_the_way_keeps_the_cluster(self, client, lead, lancaster, furness):
        first = client.get(reverse("members:join"), {"cluster": "furness"})
        address = f"{reverse('account_login')}?{first.context['next']}"
        response = client.post(address, {"login": lead.email, "password": factories.PASSWORD}, follow=True)
        assert response.redirect_chain[-1][0] == reverse("members:join-clusters")
        assert response.context["form"].initial["clusters"] == [furness]


class TestFirm:
    url = "/join/company/"

    def test_needs_an_account(self, client):
        assert urlsplit(client.get(self.url).url).path == reverse("account_login")

    def test_makes_the_firm_and_leads_to_the_clusters(self, as_person, person):
        response = as_person.post(self.url, FIRM)
        assert response.url == reverse("members:join-clusters")
        company = Company.objects.get()
        assert company.website == "https://lunevalley.example"
        assert company.postcode == "LA1 4YW"
        assert company.expertise == ["web shops", "Python"]
        assert person.representations.get().role == Representative.Role.LEAD

    def test_keeps_what_was_typed_and_says_what_is_wrong(self, as_person):
        response = as_person.post(self.url, FIRM | {"name": "", "postcode": "LA2 9"})
        html = page(response)
        assert "<title>Error: Your firm" in html
        assert "Two things need another look" in html
        assert 'href="#id_postcode"' in html
        assert "LA2 9 is only half of it. A full postcode looks like LA2 9QT." in html
        assert "Tell us what your firm is called." in html
        assert "Software for farms." in html
        assert not Company.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", "x" * 200, "At most 120 characters, please. Yours has 200."),
            ("name", "a\0b", "There is an invisible character in it."),
            ("name", "Bay \u202efdp.exe", "A name has letters, spaces and signs only"),
            ("name", "🚀", "A name has at least one letter or digit in it."),
            ("summary", "x" * 201, "At most 200 characters, please. Yours has 201."),
            ("summary", "", "Say in one sentence what you do."),
            ("size", "", "Choose how many people you are."),
            ("size", "a million", "Select a valid choice."),
            ("website", "none yet", "none yet is not a web address."),
            ("website", "javascript:alert(1)", "is not a web address."),
            ("website", "x" * 300, "That address is too long."),
            ("postcode", "x" * 300, "That is more than a postcode."),
            ("postcode", "Lancaster", "Lancaster is not a UK postcode."),
            ("expertise", ",".join(map(str, range(13))), "Twelve at most, please. You have 13."),
            ("expertise", "x" * 41, "is long for one."),
        ],
    )
    def test_answers_bad_input_with_a_sentence(self, as_person, field, value, sentence):
        html = page(as_person.post(self.url, FIRM | {field: value}))
        assert sentence in html
        assert not Company.objects.exists()

    @pytest.mark.parametrize(
        "name", ["שלום בע״מ", "Café Zoë 🚀", "<script>alert(1)</script>", "O'Hara & Sons", "3"]
    )
    def test_takes_names_of_every_kind(self, as_person, name):
        as_person.post(self.url, FIRM | {"name": name})
        assert Company.objects.get().name == name
        assert "<script>alert" not in page(as_person.get(reverse("members:me")))

    def test_takes_nothing_but_its_own_fields(self, as_person):
        as_person.post(
            self.url, FIRM | {"slug": "admin", "web_domain": "evil.example", "phone_shown": "public", "id": 7}
        )
        company = Company.objects.get()
        assert (company.slug, company.web_domain) == ("lune-valley-systems", "lunevalley.example")
        assert company.phone_shown == Company.Shown.MEMBERS

    def test_is_skipped_by_who_acts_for_one(self, as_lead):
        assert as_lead.get(self.url).url == reverse("members:join-clusters")
        assert as_lead.post(self.url, FIRM).url == reverse("members:join-clusters")
        assert Company.objects.count() == 1

    def test_costs_few_queries(self, as_person, django_assert_num_queries):
        with django_assert_num_queries(4):  # whose site, session, person; acts for a firm
            as_person.get(self.url)


class TestLookAlikes:
    @pytest.fixture
    def bay(self, lancaster):
        bay = factories.CompanyFactory(name="Bay Software Ltd", website="https://bay.example")
        factories.MembershipFactory(company=bay, cluster=lancaster)
        factories.RepresentativeFactory(company=bay)
        return bay

    @pytest.mark.parametrize("typed", [{"name": "BAY SOFTWARE"}, {"website": "http://www.bay.example/x"}])
    def test_are_offered_before_a_second_record_is_made(self, as_person, bay, typed):
        response = as_person.post("/join/company/", FIRM | typed, follow=True)
        assert response.redirect_chain[-1][0] == reverse("members:join-look-alikes")
        assert "Bay Software Ltd" in page(response)
        assert Company.objects.count() == 1

    def test_yes_asks_its_lead(self, as_person, person, bay):
        as_person.post("/join/company/", FIRM | {"name": "Bay software"})
        response = as_person.post(reverse("members:join-represent", args=[bay.pk]), follow=True)
        assert response.redirect_chain[-1][0] == reverse("members:join-done")
        assert "We have asked Bay Software Ltd to let you act for it." in page(response)
        assert person.representations.get().state == Representative.State.ASKED

    def test_no_makes_another_firm(self, as_person, person, bay):
        as_person.post("/join/company/", FIRM | {"name": "Bay Softwares"})
        response = as_person.post(reverse("members:join-register"))
        assert response.url == reverse("members:join-clusters")
        assert person.representations.get().company.name == "Bay Softwares"

    def test_no_with_the_same_web_address_says_why_not(self, as_person, bay):
        as_person.post("/join/company/", FIRM | {"website": "www.bay.example"})
        response = as_person.post(reverse("members:join-register"))
        assert "Bay Software Ltd is here with this address." in page(response)
        assert 'value="www.bay.example"' in page(response)
        assert Company.objects.count() == 1

    def test_going_back_keeps_what_was_typed(self, as_person, bay):
        as_person.post("/join/company/", FIRM | {"name": "Bay Software"})
        html = page(as_person.get("/join/company/"))
        assert 'value="Bay Software"' in html
        assert "Software for farms." in html

    def test_only_those_offered_can_be_asked_for(self, as_person, person, bay, firm):
        as_person.post("/join/company/", FIRM | {"name": "Bay Software"})
        assert as_person.post(reverse("members:join-represent", args=[firm.pk])).status_code == 404
        assert not person.representations.exists()

    def test_without_a_firm_typed_lead_back(self, as_person, bay):
        assert as_person.get(reverse("members:join-look-alikes")).url == reverse("members:join-company")
        assert as_person.post(reverse("members:join-represent", args=[bay.pk])).url == reverse("members:join")
        assert as_person.post(reverse("members:join-register")).url == reverse("members:join")

    def test_a_second_tab_finds_the_firm_made(self, as_person, bay):
        as_person.post("/join/company/", FIRM | {"name": "Bay Softwares"})
        as_person.post(reverse("members:join-register"))
        assert as_person.post(reverse("members:join-register")).url == reverse("members:join")
        assert Company.objects.count() == 2

    def test_a_refusal_is_shown(self, as_person, person, bay, firm):
        factories.RepresentativeFactory(company=firm, user=person, state="asked")
        as_person.post("/join/company/", FIRM | {"name": "Bay Software"})
        response = as_person.post(reverse("members:join-represent", args=[bay.pk]), follow=True)
        assert "You have asked to act for Fellside Analytics. Take that back first." in page(response)

    @pytest.mark.parametrize("name", ["members:join-register", "members:join-represent"])
    def test_acts_are_post_only(self, as_person, bay, name):
        url = reverse(name, args=[bay.pk] if name.endswith("represent") else [])
        assert as_person.get(url).status_code == 405


class TestClusters:
    url = "/join/clusters/"

    def test_needs_a_firm(self, as_person):
        assert as_person.get(self.url).url == reverse("members:join-company")

    def test_nearest_is_first_and_ticked(self, as_lead, lancaster, furness):
        Cluster.objects.filter(pk=furness.pk).update(latitude="54.11", longitude="-3.22")
        response = as_lead.get(self.url)
        form = response.context["form"]
        assert [choice for choice, _ in form.fields["clusters"].choices] == [lancaster.pk, furness.pk]
        assert form.initial["clusters"] == [lancaster]
        assert "Lancaster &amp; Morecambe: every month, in your town" in page(response)

    def test_the_cluster_that_covers_the_district_wins_over_the_nearest(self, as_lead, lancaster, furness):
        Cluster.objects.filter(pk=furness.pk).update(latitude="54.11", longitude="-3.22", districts=["LA1"])
        assert as_lead.get(self.url).context["form"].initial["clusters"] == [furness]

    def test_the_one_came_for_wins_over_both(self, as_lead, lancaster, furness):
        Cluster.objects.filter(pk=lancaster.pk).update(districts=["LA1"])
        as_lead.get(reverse("members:join"), {"cluster": "furness"})
        form = as_lead.get(self.url).context["form"]
        assert form.initial["clusters"] == [furness]
        assert form.fields["clusters"].choices[0][0] == furness.pk

    def test_a_firm_without_a_place_gets_them_all_unticked(self, as_lead, lancaster, furness):
        Company.objects.update(postcode="ZZ1 1ZZ")
        form = as_lead.get(self.url).context["form"]
        assert form.initial["clusters"] == []
        assert {choice for choice, _ in form.fields["clusters"].choices} == {lancaster.pk, furness.pk}

    def test_many_can_be_chosen(self, as_lead, lancaster, furness, coordinator, other_coordinator):
        response = as_lead.post(
            self.url, {"clusters": [lancaster.pk, furness.pk], "message": "Hello"}, follow=True
        )
        assert response.redirect_chain[-1][0] == reverse("members:join-done")
        assert Membership.objects.filter(state="applied", message="Hello").count() == 2
        html = page(response)
        assert "Nearly there" in html
        assert "will have 1 dot." in html

    def test_applying_in_two_tabs_is_kind(self, as_lead, lancaster, furness):
        as_lead.get(self.url)
        as_lead.post(self.url, {"clusters": [lancaster.pk]})
        response = as_lead.post(self.url, {"clusters": [lancaster.pk]}, follow=True)
        assert response.status_code == 200
        assert Membership.objects.count() == 1

    def test_nothing_chosen_is_said(self, as_lead, lancaster):
        assert "Choose at least one cluster." in page(as_lead.post(self.url, {}))

    @pytest.mark.parametrize("value", ["999999", "x", "\0", "-1", "9" * 40, "<script>"])
    def test_a_cluster_made_up_is_refused(self, as_lead, lancaster, value):
        form = as_lead.post(self.url, {"clusters": [value]}).context["form"]
        assert form.errors["clusters"]
        assert not Membership.objects.exists()

    def test_a_resting_cluster_is_not_offered(self, as_lead, lancaster, furness):
        Cluster.objects.filter(pk=lancaster.pk).update(state=Cluster.State.RESTING)
        assert lancaster.name not in str(as_lead.get(self.url).context["form"].fields["clusters"].choices)
        as_lead.post(self.url, {"clusters": [lancaster.pk]})
        assert not Membership.objects.exists()

    def test_a_message_too_long_is_kept_and_said(self, as_lead, lancaster):
        html = page(as_lead.post(self.url, {"clusters": [lancaster.pk], "message": "y" * 1001}))
        assert "At most 1000 characters, please. Yours has 1001." in html
        assert "y" * 1001 in html

    def test_takes_no_firm_but_ones_own(self, as_lead, lead, firm, furness):
        as_lead.post(self.url, {"clusters": [furness.pk], "company": firm.pk, "state": "active"})
        membership = Membership.objects.get(cluster=furness)
        assert membership.company == lead.representations.get().company
        assert membership.state == Membership.State.APPLIED

    def test_who_acts_for_two_firms_says_which(self, as_lead, lead, furness, firm):
        second = factories.RepresentativeFactory(user=lead).company
        assert "For which of your firms" in page(as_lead.get(self.url))
        as_lead.post(self.url, {"clusters": [furness.pk], "company": second.pk})
        assert Membership.objects.get(cluster=furness).company == second
        html = page(as_lead.post(self.url, {"clusters": [furness.pk], "company": firm.pk}))
        assert "Choose one of your firms." in html

    def test_all_joined_is_a_friendly_page(self, as_member):
        assert "You have joined or applied to every cluster there is." in page(as_member.get(self.url))

    def test_offers_those_of_the_site_one_is_on(self, as_lead, lancaster):
        factories.HostnameFactory(association=lancaster.association, name="lcict.localhost")
        elsewhere = factories.ClusterFactory()
        as_lead.defaults["HTTP_HOST"] = "lcict.localhost"
        choices = as_lead.get(self.url).context["form"].fields["clusters"].choices
        assert elsewhere.pk not in dict(choices)

    @pytest.mark.parametrize("number", [1, 30])
    def test_costs_the_same_for_few_and_many(self, as_lead, association, django_assert_num_queries, number):
        factories.ClusterFactory.create_batch(number, association=association)
        with django_assert_num_queries(7):  # whose site, session, person, reach; firms, memberships, clusters
            as_lead.get(self.url)


class TestDone:
    url = "/join/done/"

    def test_nothing_done_leads_back(self, as_person):
        assert as_person.get(self.url).url == reverse("members:join")

    def test_a_member_is_welcome(self, as_member):
        html = page(as_member.get(self.url))
        assert "Welcome, Priya" in html
        assert "Lancaster &amp; Morecambe has 1 dot now." in html

    @pytest.mark.parametrize("number", [1, 3])
    def test_costs_the_same_for_few_and_many(
        self, as_lead, lead, association, django_assert_num_queries, number
    ):
        company = lead.representations.get().company
        for cluster in factories.ClusterFactory.create_batch(number, association=association):
            factories.MembershipFactory(company=company, cluster=cluster, state="applied")
        with django_assert_num_queries(7):  # whose site, session, person, reach; memberships, asked, dots
            as_lead.get(self.url)
