import json
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from tests.conftest import client_of
from tests.factories import (
    AgendaItemFactory,
    ClusterFactory,
    DutyFactory,
    HostnameFactory,
    MeetingFactory,
    OfficerFactory,
    PresentationFactory,
    RegistrationFactory,
    TopicFactory,
    VenueFactory,
)

LIST = "/meetings/"
ARCHIVE = "/meetings/past/"


@pytest.fixture
def meeting(lancaster):
    venue = VenueFactory(
        cluster=lancaster,
        name="White Cross",
        address="South Road",
        train="12 minutes on foot",
        step_free=True,
    )
    return MeetingFactory(
        cluster=lancaster, venue=venue, title="Cyber insurance", summary="What it **pays** for."
    )


@pytest.fixture
def agenda(meeting, firm):
    DutyFactory(meeting=meeting, company=firm)
    AgendaItemFactory(meeting=meeting, kind="arrival", title="Doors", minutes=15)
    AgendaItemFactory(
        meeting=meeting, kind="showcase", title="The chair's showcase", minutes=20, company=firm
    )
    AgendaItemFactory(meeting=meeting, title="Three real claims", minutes=35, presenter_name="Yusuf Patel")
    return meeting.agenda.all()


def change(meeting, **fields):
    for name, value in fields.items():
        setattr(meeting, name, value)
    meeting.save()


def move(meeting, days):
    change(
        meeting,
        starts_at=meeting.starts_at + timedelta(days=days),
        ends_at=meeting.ends_at + timedelta(days=days),
    )


def page(client, path) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def linked_data(html: str) -> dict:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    return json.loads(text)


class TestMeetingPage:
    def test_it_says_when_where_and_what(self, client, meeting, agenda):
        html = page(client, meeting.get_absolute_url())
        for words in (
            "Cyber insurance",
            "17:30 to 19:30",
            "White Cross, Lancaster",
            "South Road",
            "12 minutes on foot",
        ):
            assert words in html
        assert "What it <strong>pays</strong> for." in html
        assert re.findall(r'<time datetime="(\d\d:\d\d)">', html) == ["17:30", "17:45", "18:05", "19:30"]
        assert "Yusuf Patel" in html and "Fellside Analytics" in html and "agenda-bar" in html

    def test_it_names_the_firms_and_people_of_the_evening(self, client, meeting, agenda, coordinator):
        html = page(client, meeting.get_absolute_url())
        who = html[html.index('id="people"') :]
        assert "Fellside Analytics" in who and "Chair" in who
        assert "Yusuf Patel" in who and coordinator.name in who

    def test_it_does_not_name_the_people_of_the_firms(self, client, meeting, agenda, member):
        assert member.name not in page(client, meeting.get_absolute_url())

    def test_a_turn_only_offered_is_not_shown(self, client, meeting):
        DutyFactory(meeting=meeting, state="offered", company__name="Moor Lane Studio")
        assert "Moor Lane Studio" not in page(client, meeting.get_absolute_url())

    def test_it_wears_the_brand_of_its_association(self, client, meeting):
        assert 'data-region="lcict"' in page(client, meeting.get_absolute_url())

    def test_markup_in_what_was_typed_does_nothing(self, client, meeting, agenda):
        change(
            meeting,
            title="<script>alert(1)</script>",
            summary="<script>alert(2)</script> [x](javascript:alert(3))",
        )
        agenda.update(title="<img src=x onerror=alert(4)>", summary="<b>5</b>")
        html = page(client, meeting.get_absolute_url())
        assert "<script>alert" not in html and "<img src=x" not in html
        assert 'href="javascript' not in html and "<b>5</b>" not in html

    @pytest.mark.parametrize("title", ["x" * 160, "لقاء شهري مع القهوة", "🙂 and é", "a&b<c>\"d'"])
    def test_any_title_is_shown_as_typed(self, client, meeting, title):
        change(meeting, title=title)
        assert linked_data(page(client, meeting.get_absolute_url()))["name"] == title

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_it_is_only_read(self, client, meeting, method):
        assert getattr(client, method)(meeting.get_absolute_url()).status_code == 405

    def test_an_unknown_one_is_not_found(self, client, db):
        assert client.get("/meetings/999/").status_code == 404

    def test_search_engines_read_it_as_an_event(self, client, meeting):
        data = linked_data(page(client, meeting.get_absolute_url()))
        assert data["@type"] == "Event"
        assert data["eventStatus"] == "https://schema.org/EventScheduled"
        assert data["location"]["address"]["streetAddress"] == "South Road"
        assert data["startDate"].startswith(f"{timezone.localtime(meeting.starts_at):%Y-%m-%dT17:30}")
        assert data["description"] == "What it pays for."

    def test_an_event_of_the_association_has_its_page_too(self, client, association, as_member):
        event = MeetingFactory(
            association=association, kind="public", openness="agenda-members", title="Show day"
        )
        assert "Show day" in page(client, event.get_absolute_url())
        assert "For members" not in page(as_member, event.get_absolute_url())


class TestMembersOnly:
    def test_the_agenda_and_address_are_kept_from_strangers(
        self, client, meeting, agenda, as_other_coordinator
    ):
        change(meeting, openness="agenda-members")
        for stranger in (client, as_other_coordinator):
            html = page(stranger, meeting.get_absolute_url())
            assert "Members" in html and "see the agenda and the address" in html
            for secret in (
                "Three real claims",
                "Yusuf Patel",
                "South Road",
                "White Cross",
                "LA1 1AA",
                "12 minutes",
            ):
                assert secret not in html

    def test_members_and_coordinators_see_them(self, meeting, agenda, as_member, as_coordinator, as_officer):
        change(meeting, openness="agenda-members")
        for reader in (as_member, as_coordinator, as_officer):
            html = page(reader, meeting.get_absolute_url())
            assert "Three real claims" in html and "South Road" in html

    def test_linked_data_never_tells_them(self, as_member, meeting, agenda):
        change(meeting, openness="agenda-members")
        data = linked_data(page(as_member, meeting.get_absolute_url()))
        assert data["location"] == {
            "@type": "Place",
            "name": "Lancaster",
            "address": {"@type": "PostalAddress", "addressLocality": "Lancaster"},
        }

    def test_the_list_shows_the_town_alone(self, client, as_member, meeting):
        change(meeting, openness="agenda-members")
        for reader in (client, as_member):
            html = page(reader, LIST)
            assert "Cyber insurance" in html and "White Cross" not in html

    def test_notes_are_for_members_then(self, client, meeting, as_member):
        change(meeting, openness="agenda-members", notes="Five of us use the same clause.", state="held")
        move(meeting, -30)
        assert "same clause" not in page(client, meeting.get_absolute_url())
        assert "same clause" in page(as_member, meeting.get_absolute_url())

    def test_a_meeting_for_members_alone_does_not_exist_for_others(
        self, client, meeting, as_member, as_other_coordinator
    ):
        change(meeting, openness="members")
        for stranger in (client, as_other_coordinator):
            assert stranger.get(meeting.get_absolute_url()).status_code == 404
            assert "Cyber insurance" not in page(stranger, LIST)
        html = page(as_member, meeting.get_absolute_url())
        assert "ld+json" not in html and "noindex" in html
        assert "Cyber insurance" in page(as_member, LIST)

    @pytest.mark.parametrize("state", ["applied", "left", "rejected"])
    def test_an_applicant_or_former_member_is_a_stranger(self, meeting, member, state):
        member.representations.get().company.memberships.update(state=state)
        change(meeting, openness="members")
        assert client_of(member).get(meeting.get_absolute_url()).status_code == 404


class TestDrafts:
    def test_only_the_own_coordinators_see_one(
        self, client, meeting, as_member, as_other_coordinator, former_coordinator, as_coordinator, as_officer
    ):
        change(meeting, state="draft")
        for stranger in (client, as_member, as_other_coordinator, client_of(former_coordinator)):
            assert stranger.get(meeting.get_absolute_url()).status_code == 404
        for reader in (as_coordinator, as_officer):
            html = page(reader, meeting.get_absolute_url())
            assert "Draft." in html and reverse("admin:meetings_meeting_change", args=[meeting.pk]) in html
            assert "ld+json" not in html and "noindex" in html

    def test_lists_have_none_not_even_for_coordinators(self, client, meeting, as_coordinator):
        change(meeting, state="draft")
        for reader in (client, as_coordinator):
            assert "Cyber insurance" not in page(reader, LIST)

    def test_the_sitemap_has_none(self, client, meeting):
        change(meeting, state="draft")
        assert meeting.get_absolute_url() not in client.get("/sitemap-meetings.xml").content.decode()


class TestStates:
    def test_called_off_says_so_and_why(self, client, meeting):
        change(meeting, state="cancelled", called_off_because="Flooding on Caton Road.")
        html = page(client, meeting.get_absolute_url())
        assert "Called off" in html and "Flooding on Caton Road." in html
        assert linked_data(html)["eventStatus"] == "https://schema.org/EventCancelled"
        assert "Cyber insurance" not in page(client, LIST)

    def test_past_shows_slides_notes_and_how_many_came(self, client, meeting):
        change(meeting, state="held", notes="- Send the first reminder *before*")
        move(meeting, -30)
        RegistrationFactory(meeting=meeting, state="attended", user__name="Jan Kowalski")
        RegistrationFactory(meeting=meeting, state="no-show")
        PresentationFactory(meeting=meeting, title="Paid in 30 days")
        html = page(client, meeting.get_absolute_url())
        assert "1 person came" in html and "Paid in 30 days" in html and "<em>before</em>" in html
        assert "Jan Kowalski" not in html and "Add to calendar" not in html

    @pytest.mark.parametrize(
        "fields", [{"state": "submitted"}, {"audience": "members"}, {"state": "withdrawn"}]
    )
    def test_slides_that_are_not_for_everybody_are_not_named(self, client, meeting, fields):
        move(meeting, -30)
        PresentationFactory(meeting=meeting, title="Paid in 30 days", **fields)
        assert "Paid in 30 days" not in page(client, meeting.get_absolute_url())


class TestLists:
    def test_ahead_by_month_the_next_one_first(self, client, meeting, lancaster):
        later = MeetingFactory(cluster=lancaster, title="Later")
        move(later, 40)
        html = page(client, LIST)
        assert html.index("Cyber insurance") < html.index("Later")
        assert f"{timezone.localtime(later.starts_at):%B %Y}" in html

    def test_the_archive_has_the_last_one_first(self, client, meeting, lancaster):
        move(meeting, -30)
        older = MeetingFactory(cluster=lancaster, title="Older", state="held")
        move(older, -60)
        html = page(client, ARCHIVE)
        assert html.index("Cyber insurance") < html.index("Older")
        assert "Cyber insurance" not in page(client, LIST)

    def test_of_one_cluster(self, client, meeting, furness):
        MeetingFactory(cluster=furness, title="Shipyards")
        html = page(client, f"{LIST}?cluster=furness")
        assert "Shipyards" in html and "Cyber insurance" not in html
        assert client.get(f"{LIST}?cluster=nowhere").status_code == 404

    def test_of_one_kind(self, client, meeting, lancaster):
        MeetingFactory(cluster=lancaster, kind="training", title="Welding for coders")
        html = page(client, f"{LIST}?kind=training")
        assert "Welding for coders" in html and "Cyber insurance" not in html
        assert "Cyber insurance" in page(client, f"{LIST}?kind=nonsense")

    def test_on_an_associations_own_host_only_its_own(self, client, meeting, association):
        HostnameFactory(association=association, name="lcict.localhost")
        elsewhere = MeetingFactory(title="Elsewhere", cluster=ClusterFactory(slug="stafford"))
        html = client.get(LIST, headers={"host": "lcict.localhost"}).content.decode()
        assert "Cyber insurance" in html and elsewhere.title not in html
        assert client.get(f"{LIST}?cluster=stafford", headers={"host": "lcict.localhost"}).status_code == 404

    def test_empty_ones_are_friendly(self, client, db):
        assert "Nothing in the diary here yet" in page(client, LIST)
        assert "No meeting has taken place" in page(client, ARCHIVE)

    def test_long_ones_have_pages(self, client, lancaster):
        for number in range(45):
            MeetingFactory(cluster=lancaster, title=f"Evening {number:02}")
        html = page(client, f"{LIST}?cluster=lancaster")
        assert html.count('class="meet"') == 40 and "?cluster=lancaster&amp;page=2" in html
        assert page(client, f"{LIST}?cluster=lancaster&page=2").count('class="meet"') == 5
        assert page(client, f"{LIST}?page=nonsense").count('class="meet"') == 40
        assert len(html.encode()) < 100_000

    def test_hidden_meetings_do_not_count(self, client, lancaster):
        for _ in range(41):
            MeetingFactory(cluster=lancaster, openness="members")
        assert "page=2" not in page(client, LIST)

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize("path", [LIST, ARCHIVE])
    def test_queries_do_not_grow_with_the_rows(
        self, client, lancaster, django_assert_num_queries, rows, path
    ):
        for _ in range(rows):
            meeting = MeetingFactory(cluster=ClusterFactory(), venue=VenueFactory(cluster=lancaster))
            move(meeting, -30 if path == ARCHIVE else 0)
        # host name, clusters, number of meetings, meetings, and of those ahead how many have a place
        with django_assert_num_queries(5 if path == LIST else 4):
            page(client, path)


class TestQueriesOfTheMeetingPage:
    @pytest.mark.parametrize("rows", [1, 3])
    def test_for_a_visitor(self, client, meeting, lancaster, django_assert_num_queries, rows):
        self.fill(meeting, lancaster, rows)
        # host name, meeting, agenda, duties, officers, answers, which alone are asked for when the rest is kept
        with django_assert_num_queries(6):
            page(client, meeting.get_absolute_url())

    @pytest.mark.parametrize("rows", [1, 3])
    def test_for_a_visitor_afterwards(self, client, meeting, lancaster, django_assert_num_queries, rows):
        self.fill(meeting, lancaster, rows)
        move(meeting, -30)
        # those, and slides
        with django_assert_num_queries(7):
            page(client, meeting.get_absolute_url())

    @pytest.mark.parametrize("rows", [1, 3])
    def test_for_a_member(self, as_member, meeting, lancaster, django_assert_num_queries, rows):
        self.fill(meeting, lancaster, rows)
        change(meeting, openness="agenda-members")
        # those of a visitor, session, user, firms and offices, whether a member sees it whole and may suggest
        # something, the answer, what is still to do, where it is, who keeps its list at the door
        with django_assert_num_queries(15):
            page(as_member, meeting.get_absolute_url())

    def fill(self, meeting, lancaster, rows):
        for _ in range(rows):
            AgendaItemFactory(
                meeting=meeting,
                topic=TopicFactory(cluster=lancaster),
                company=DutyFactory(meeting=MeetingFactory(cluster=lancaster)).company,
                presenter=OfficerFactory(cluster=lancaster).user,
            )
            PresentationFactory(meeting=meeting)


class TestSlides:
    @pytest.fixture
    def slides(self, meeting, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        slides = PresentationFactory(meeting=meeting, title="Getting paid in 30 days", audience="members")
        slides.file.save("../evil.html", ContentFile(b"%PDF-1.4 slides"))
        return slides

    def test_they_are_a_download_that_can_do_nothing_here(self, as_member, slides):
        response = as_member.get(slides.get_absolute_url())
        assert b"".join(response.streaming_content) == b"%PDF-1.4 slides"
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == 'attachment; filename="getting-paid-in-30-days.pdf"'
        assert response["Content-Security-Policy"] == "sandbox"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "private" in response["Cache-Control"]

    def test_the_name_of_the_upload_is_not_kept(self, slides):
        assert slides.file.name == f"presentations/{slides.meeting.starts_at:%Y}/{slides.uid}.pdf"

    def test_strangers_do_not_get_members_slides(self, client, slides, as_other_coordinator):
        for stranger in (client, as_other_coordinator):
            assert stranger.get(slides.get_absolute_url()).status_code == 404

    def test_nobody_gets_withdrawn_slides_but_the_coordinators(
        self, client, slides, as_member, as_coordinator
    ):
        change(slides, state="withdrawn", audience="public")
        for stranger in (client, as_member):
            assert stranger.get(slides.get_absolute_url()).status_code == 404
        response = as_coordinator.get(slides.get_absolute_url())
        assert response.status_code == 200
        response.close()

    def test_slides_of_a_meeting_one_may_not_see_are_not_found(self, client, slides):
        change(slides, audience="public")
        change(slides.meeting, openness="members")
        assert client.get(slides.get_absolute_url()).status_code == 404

    def test_a_lost_file_is_not_found(self, as_member, slides):
        slides.file.storage.delete(slides.file.name)
        assert as_member.get(slides.get_absolute_url()).status_code == 404

    def test_a_talk_without_slides_is_not_found(self, as_member, slides):
        url = slides.get_absolute_url()
        change(slides, file="")
        assert as_member.get(url).status_code == 404

    def test_a_title_without_latin_letters_still_makes_a_name(self, as_member, slides):
        change(slides, title="عرض")
        response = as_member.get(slides.get_absolute_url())
        assert response["Content-Disposition"] == 'attachment; filename="slides.pdf"'
        response.close()


@pytest.mark.parametrize("path", ["/meetings/", "/meetings/past/"])
def test_a_nul_in_the_address_finds_nothing(client, db, path):
    assert client.get(path, {"cluster": "lan\0caster"}).status_code == 404
