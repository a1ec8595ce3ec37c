"""The public pages of the clusters: list and finder, cluster, questions, supporters, statements."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from clusters.models import Cluster, Question, Support, Theme
from meetings.models import Duty, Meeting, Presentation
from members.models import Membership
from tests import factories
from tests.pages import grow, linked_data_of, text_of, title_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def covered(lancaster):
    lancaster.districts = ["LA1", "LA2"]
    lancaster.usual_week, lancaster.usual_weekday, lancaster.usual_start = 3, 3, time(17, 30)
    lancaster.save()
    return lancaster


def yesterday_at_noon():
    return timezone.localtime().replace(hour=12, minute=0) - timedelta(days=1)


def held(cluster, days_ago, **fields):
    starts = yesterday_at_noon() - timedelta(days=days_ago)
    fields = {"state": Meeting.State.HELD, **fields}
    return factories.MeetingFactory(
        cluster=cluster, starts_at=starts, ends_at=starts + timedelta(hours=2), **fields
    )


class TestTheList:
    def test_lists_all_clusters_with_what_a_visitor_asks_first(self, client, covered, firm):
        meeting = factories.MeetingFactory(cluster=covered)
        words = text_of(client.get("/clusters/"))
        assert "All one cluster, north to south" in words
        assert "1 firm. Meets every month, third Thursday, 17:30." in words
        assert f"Next: {timezone.localtime(meeting.starts_at):%a %-d %b}." in words

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("la14yw", "Lancaster & Morecambe is your local cluster"),
            ("LAI 4YW", "We read LAI 4YW as LA1 4YW."),
            ("W1A 1AA", "No cluster near W1A 1AA yet The nearest is Lancaster & Morecambe, 207 miles away."),
            ("BT1 1AA", "That is Northern Ireland."),
            ("XM45 HQ", "No postcode of Great Britain starts with XM4."),
            ("Bernard", "We know no place called Bernard"),
            ("Lancastr", "Did you mean Lancaster"),
            ('<script>"', 'We know no place called <script>"'),
            ("a" * 5000, "That is a lot for a postcode"),
            ("\0", "All one cluster"),
            ("🎉", "We know no place called 🎉"),
        ],
    )
    def test_every_question_has_a_friendly_page(self, client, covered, question, expected):
        page = client.get("/clusters/", {"q": question})
        assert page.status_code == 200
        assert expected in text_of(page)
        assert "<script>" not in page.content.decode().replace("</script>", "")

    def test_a_district_of_two_clusters_is_a_choice(self, client, covered, furness):
        Cluster.objects.filter(pk=furness.pk).update(districts=["LA1"])
        words = text_of(client.get("/clusters/?q=LA1"))
        assert "More than one cluster serves LA1" in words

    def test_what_could_not_be_read_is_said_at_the_field_and_kept(self, client, covered):
        markup = client.get("/clusters/", {"q": "XM45 HQ"}).content.decode()
        assert 'value="XM45 HQ"' in markup
        assert 'aria-invalid="true" aria-describedby="q-wrong"' in markup

    def test_the_title_says_where(self, client, covered):
        assert title_of(client.get("/clusters/?q=LA1")).startswith("Clusters near LA1 - ")
        assert title_of(client.get("/clusters/?q=XM45HQ")).startswith("Error: ")

    def test_search_results_have_the_address_of_the_list(self, client, covered):
        markup = client.get("/clusters/?q=LA1").content.decode()
        assert '/clusters/">' in markup.split('rel="canonical"')[1][:60]

    def test_the_source_of_the_postcodes_is_named(self, client, covered):
        assert "Contains Royal Mail data © Royal Mail copyright" in text_of(client.get("/clusters/"))

    def test_a_members_only_meeting_is_not_the_next_one_of_a_visitor(self, client, as_member, covered):
        factories.MeetingFactory(cluster=covered, openness=Meeting.Openness.MEMBERS)
        assert "Next:" not in text_of(client.get("/clusters/"))
        assert "Next:" in text_of(as_member.get("/clusters/"))

    def test_without_clusters_it_is_friendly(self, client):
        assert "No cluster here yet" in text_of(client.get("/clusters/"))
        assert "No cluster here yet" in text_of(client.get("/clusters/?q=LA1"))

    def test_an_associations_host_name_lists_its_clusters_alone(self, client, covered):
        other = factories.ClusterFactory(name="Staffordshire")
        factories.HostnameFactory(association=other.association, name="wm.localhost")
        words = text_of(client.get("/clusters/", headers={"host": "wm.localhost"}))
        assert "Staffordshire" in words
        assert "Lancaster" not in words

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_five_queries_with_nothing_kept(self, client, size, association, django_assert_num_queries):
        grow(association, size)
        with django_assert_num_queries(5):
            client.get("/clusters/?q=LA1")


class TestACluster:
    def test_answers_what_a_visitor_asks(self, client, covered, firm, coordinator):
        covered.where, covered.founded = "A different member's premises each time", date(2019, 3, 1)
        covered.about = "Half of it is one **good** topic."
        covered.save()
        held(covered, 40)
        factories.TopicFactory(cluster=covered, theme=Theme.GROWTH, name="Pricing retainers")
        words = text_of(client.get(covered.get_absolute_url()))
        for fact in [
            "How often Every month, third Thursday",
            "What time 17:30 to 19:30",
            "Where A different member's premises each time",
            "Going since March 2019, 1 meeting",
            "What it costs Nothing",
            "Half of it is one good topic.",
            "1 dot, 1 firm.",
            "Fellside Analytics",
            "Pricing retainers Business Growth nobody yet",
            "Ruth Ackroyd Coordinator",
        ]:
            assert fact in words

    def test_shows_no_mail_address(self, client, covered, firm, coordinator, member):
        Cluster.objects.update(contact_email="lancaster@cluster.example")
        markup = client.get(covered.get_absolute_url()).content.decode()
        assert "cluster.example" not in markup
        assert coordinator.email not in markup
        assert member.email not in markup
        assert covered.association.contact_email not in markup

    def test_the_next_meeting_has_its_panel_and_is_lit_in_the_year(self, client, covered):
        factories.MeetingFactory(cluster=covered, title="Cyber insurance")
        page = client.get(covered.get_absolute_url())
        assert "Next meeting in 14 days" in text_of(page)
        assert 'class="is-next" href="/meetings/' in page.content.decode()

    def test_shows_the_turns_that_firms_agreed_to_and_no_others(self, client, as_coordinator, covered, firm):
        meeting = factories.MeetingFactory(cluster=covered)
        asked = factories.CompanyFactory(name="Asked Only Ltd")
        factories.DutyFactory(meeting=meeting, company=firm, role=Duty.Role.CHAIR)
        factories.DutyFactory(meeting=meeting, company=asked, role=Duty.Role.HOST, state=Duty.State.OFFERED)
        for reader, host in ((client, "still open"), (as_coordinator, "Offer to host")):
            words = text_of(reader.get(covered.get_absolute_url()))
            assert "The lit one chairs next: Fellside Analytics." in words
            assert "Asked Only Ltd" not in words
            assert f"Host: {host}" in words

    def test_counts_who_has_chaired_this_round(self, client, covered, firm):
        for _ in range(2):
            factories.MembershipFactory(cluster=covered)
        factories.DutyFactory(meeting=held(covered, 30), company=firm, state=Duty.State.FULFILLED)
        assert "1 of 3 firms have had their turn" in text_of(client.get(covered.get_absolute_url()))

    def test_a_turn_at_a_members_only_meeting_is_not_counted_for_visitors(
        self, client, as_member, covered, firm
    ):
        factories.MembershipFactory(cluster=covered)
        hidden = held(covered, 30, openness=Meeting.Openness.MEMBERS)
        factories.DutyFactory(meeting=hidden, company=firm, state=Duty.State.FULFILLED)
        factories.MeetingFactory(cluster=covered)
        assert "A new round" in text_of(client.get(covered.get_absolute_url()))
        assert "1 of 2 firms have had" in text_of(as_member.get(covered.get_absolute_url()))

    def test_drafts_and_members_only_things_stay_inside(self, client, covered, firm):
        meeting = held(covered, 20)
        factories.MeetingFactory(cluster=covered, title="A draft", state=Meeting.State.DRAFT)
        factories.MeetingFactory(cluster=covered, title="Inner circle", openness=Meeting.Openness.MEMBERS)
        factories.PresentationFactory(meeting=meeting, title="For all", company=firm)
        factories.PresentationFactory(
            meeting=meeting, title="For some", audience=Presentation.Audience.MEMBERS
        )
        factories.PresentationFactory(meeting=meeting, title="Waiting", state=Presentation.State.SUBMITTED)
        factories.MembershipFactory(
            cluster=covered, company__name="Applied Ltd", state=Membership.State.APPLIED
        )
        factories.MembershipFactory(cluster=covered, company__name="Gone Ltd", state=Membership.State.LEFT)
        draft = factories.ArticleFactory(association=covered.association, title="Unwritten", state="draft")
        draft.clusters.add(covered)
        factories.SupportFactory(
            cluster=covered, association=None, supporter__name="Quiet Bank", public=False
        )
        words = text_of(client.get(covered.get_absolute_url()))
        assert "For all" in words
        for hidden in [
            "A draft",
            "Inner circle",
            "For some",
            "Waiting",
            "Applied Ltd",
            "Gone Ltd",
            "Unwritten",
            "Quiet Bank",
        ]:
            assert hidden not in words

    def test_members_see_the_slides_meant_for_them(self, as_member, covered, firm):
        factories.PresentationFactory(
            meeting=held(covered, 20), title="For some", audience=Presentation.Audience.MEMBERS
        )
        assert "For some" in text_of(as_member.get(covered.get_absolute_url()))

    def test_a_new_one_without_anything_is_friendly(self, client, covered):
        words = text_of(client.get(covered.get_absolute_url()))
        assert "No firm yet. The first one fills the dot." in words
        assert "Nobody has joined yet" in words
        assert "No date set yet" in words

    def test_a_forming_one_asks_for_firms(self, client, covered):
        Cluster.objects.update(state=Cluster.State.FORMING)
        assert "This cluster is forming." in text_of(client.get(covered.get_absolute_url()))

    def test_a_resting_one_sends_to_the_coordinator_and_takes_nobody(self, client, covered, coordinator):
        Cluster.objects.update(state=Cluster.State.RESTING)
        words = text_of(client.get(covered.get_absolute_url()))
        assert (
            "resting: it has no meetings for now. If you would like to wake it, write to Ruth Ackroyd"
            in words
        )
        assert "Join this cluster" not in words

    def test_without_a_coordinator_the_association_is_asked(self, client, covered, officer):
        words = text_of(client.get(covered.get_absolute_url()))
        assert "Ask the association" in words
        assert officer.name in words

    def test_a_former_coordinator_is_not_named(self, client, covered, former_coordinator):
        assert former_coordinator.name not in text_of(client.get(covered.get_absolute_url()))

    def test_wears_the_brand_of_its_association_and_lights_its_dot(self, client, covered):
        covered.association.mark = [["carlisle", 2.0, 0], ["lancaster", 1.0, 3]]
        covered.association.save()
        markup = client.get(covered.get_absolute_url()).content.decode()
        assert 'data-region="lcict"' in markup
        assert '<circle class="lit"' in markup

    def test_is_described_to_search_engines(self, client, covered):
        organization, crumbs = linked_data_of(client.get(covered.get_absolute_url()))["@graph"]
        assert organization["name"] == "Lancaster & Morecambe"
        assert organization["parentOrganization"]["name"] == covered.association.name
        assert [item["name"] for item in crumbs["itemListElement"]] == ["Clusters", "Lancaster & Morecambe"]

    def test_odd_names_do_no_harm(self, client, covered):
        Cluster.objects.update(
            name="</script><b>مجموعة", lead='"><img src=x>', about="<script>alert(1)</script>"
        )
        markup = client.get(covered.get_absolute_url()).content.decode()
        assert "<b>مجموعة" not in markup
        assert "<img src=x>" not in markup
        assert "<script>alert" not in markup
        assert linked_data_of(client.get(covered.get_absolute_url()))

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_eleven_queries(self, client, size, covered, django_assert_num_queries):
        grow(covered.association, size)
        cluster = Cluster.objects.exclude(pk=covered.pk).first()
        with django_assert_num_queries(11):  # 1 when the rest is kept
            client.get(cluster.get_absolute_url())

    def test_takes_fourteen_queries_for_a_member(self, as_member, covered, django_assert_num_queries):
        with django_assert_num_queries(14):  # 3 when the rest is kept
            as_member.get(covered.get_absolute_url())

    def test_shows_the_picture_that_fits_its_country(self, client, covered):
        assert "scene-band" not in client.get(covered.get_absolute_url()).content.decode()
        Cluster.objects.update(scene=Cluster.Scene.FELLS)
        assert "scene-fells" in client.get(covered.get_absolute_url()).content.decode()

    def test_stays_light_with_three_hundred_firms(self, client, covered):
        for _ in range(300):
            factories.MembershipFactory(cluster=covered, company__summary="What it does. " * 14)
        factories.MeetingFactory(cluster=covered)
        page = client.get(covered.get_absolute_url())
        assert len(page.content) < 100_000
        assert text_of(page).count("Firm ") >= 300

    def test_unknown_ones_are_not_found(self, client):
        assert client.get("/clusters/nowhere/").status_code == 404


class TestQuestions:
    def test_the_more_specific_answer_wins(self, client, covered):
        scopes = [{}, {"association": covered.association}, {"cluster": covered}]
        for fields, answer in zip(
            scopes, ["Of the site.", "Of the association.", "Of the cluster."], strict=True
        ):
            factories.QuestionFactory(key="cost", question="What does it cost?", answer=answer, **fields)
        assert "Of the site." in text_of(client.get("/faq/"))
        assert "Of the association." in text_of(client.get("/associations/lcict/faq/"))
        words = text_of(client.get("/clusters/lancaster/faq/"))
        assert "Of the cluster." in words
        assert "Of the association." not in words

    def test_a_draft_leaves_the_published_answer_in_place(self, client, as_coordinator, covered):
        factories.QuestionFactory(key="cost", answer="Of the site.")
        factories.QuestionFactory(key="cost", answer="Not yet.", cluster=covered, state=Question.State.DRAFT)
        for reader in (client, as_coordinator):
            words = text_of(reader.get("/clusters/lancaster/faq/"))
            assert "Of the site." in words
            assert "Not yet." not in words

    def test_shows_the_facts_of_the_moment(self, client, covered, coordinator):
        factories.TopicFactory(cluster=covered, name="Pricing retainers")
        factories.SupportFactory(association=covered.association, supporter__name="Bay College")
        factories.SupportFactory(association=covered.association, supporter__name="Quiet Bank", public=False)
        for live in Question.Live.values[1:]:
            factories.QuestionFactory(live=live)
        for address in ("/faq/", "/associations/lcict/faq/", "/clusters/lancaster/faq/"):
            words = text_of(client.get(address))
            assert "Lancaster & Morecambe Every month, third Thursday, 17:30" in words
            assert "Bay College" in words
            assert "Quiet Bank" not in words
            assert "Ruth Ackroyd, coordinator, Lancaster & Morecambe" in words
            assert "Technology Pricing retainers" in words

    def test_links_straight_to_an_answer_and_a_group(self, client):
        factories.QuestionFactory(key="cost", group=Question.Group.MONEY)
        markup = client.get("/faq/").content.decode()
        assert 'id="q-cost"' in markup
        assert '<a href="#money">' in markup

    def test_is_described_to_search_engines(self, client):
        factories.QuestionFactory(question="Cost?", answer="*Nothing.*")
        [page] = linked_data_of(client.get("/faq/"))["@graph"]
        assert page["@type"] == "FAQPage"
        assert page["mainEntity"][0]["acceptedAnswer"]["text"] == "Nothing."

    def test_under_an_associations_host_name_the_faq_is_its(self, client, covered):
        factories.QuestionFactory(association=covered.association, answer="Of the association.")
        factories.HostnameFactory(association=covered.association, name="lc.localhost")
        assert "Of the association." in text_of(client.get("/faq/", headers={"host": "lc.localhost"}))
        moved = client.get("/associations/lcict/faq/", headers={"host": "lc.localhost"})
        assert moved["Location"] == "/faq/"

    def test_without_answers_it_is_friendly(self, client, association):
        assert "No questions yet" in text_of(client.get("/faq/"))
        assert client.get("/associations/nowhere/faq/").status_code == 404
        assert client.get("/clusters/nowhere/faq/").status_code == 404

    @pytest.mark.parametrize("size", [4, 5])
    def test_takes_seven_queries_with_all_live_facts(self, client, size, covered, django_assert_num_queries):
        for live in Question.Live.values[1:] * (size - 3):
            factories.QuestionFactory(live=live)
        grow(covered.association, size - 3)
        with django_assert_num_queries(6):
            client.get("/faq/")
        with django_assert_num_queries(7):
            client.get("/associations/lcict/faq/")
        with django_assert_num_queries(7):
            client.get("/clusters/lancaster/faq/")


class TestSupporters:
    def test_says_what_is_given_to_whom_and_since_when(self, client, covered):
        factories.SupportFactory(
            association=covered.association,
            supporter__name="Advantage West Midlands",
            amount=850_000,
            amount_public=True,
            description="Set up the association.",
        )
        factories.SupportFactory(
            cluster=covered,
            association=None,
            supporter__name="Bay College",
            gives=Support.Gives.ROOMS,
            amount=1234,
        )
        words = text_of(client.get("/supporters/"))
        assert "Money, since January 2020 £850,000. Set up the association." in words
        assert "Rooms for Lancaster & Morecambe, since January 2020" in words
        assert "1,234" not in words

    def test_thanks_those_who_helped_before_and_keeps_silent_about_the_rest(self, client, covered):
        today = timezone.localdate()
        to = {"association": covered.association}
        factories.SupportFactory(supporter__name="Past Trust", end=today - timedelta(days=1), **to)
        factories.SupportFactory(supporter__name="Future Trust", start=today + timedelta(days=1), **to)
        factories.SupportFactory(supporter__name="Quiet Bank", public=False, **to)
        words = text_of(client.get("/supporters/"))
        assert (
            "With thanks They helped before. Past Trust, money for Lancashire & Cumbria ICT Clusters" in words
        )
        assert "Future Trust" not in words
        assert "Quiet Bank" not in words

    def test_without_supporters_it_is_friendly(self, client):
        assert "No supporters yet" in text_of(client.get("/supporters/"))

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_two_queries(self, client, size, association, django_assert_num_queries):
        grow(association, size)
        with django_assert_num_queries(2):
            client.get("/supporters/")


class TestStatements:
    def test_privacy_names_who_is_responsible(self, client, association):
        words = text_of(client.get("/privacy/"))
        assert "Lancashire & Cumbria ICT Clusters" in words
        assert "Information Commissioner" in words

    def test_accessibility(self, client):
        assert "level AA" in text_of(client.get("/accessibility/"))

    def test_robots_are_kept_from_what_is_not_for_them(self, client):
        text = client.get("/robots.txt").content.decode()
        assert "Disallow: /admin/" in text
        assert text.rstrip().endswith("/sitemap.xml")

    @pytest.mark.parametrize(
        "address", ["/", "/clusters/", "/faq/", "/supporters/", "/news/", "/privacy/", "/robots.txt"]
    )
    def test_pages_are_for_reading(self, client, address):
        assert client.post(address).status_code == 405

    def test_reading_sets_no_cookie(self, client, lancaster):
        for address in ("/", "/clusters/", lancaster.get_absolute_url(), "/faq/", "/privacy/", "/news/"):
            assert not client.get(address).cookies
