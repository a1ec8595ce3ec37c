"""The front pages: of the whole site, and of an association in its own brand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.models import Cluster
from meetings.models import Meeting
from members import drives
from members.models import Membership
from news.models import Article
from tests import factories
from tests.pages import grow, linked_data_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def midlands():
    return factories.AssociationFactory(
        name="West Midlands IT Association",
        short_name="WMita",
        slug="wmita",
        name_lines="West Midlands|IT Association",
        accent="#ff9b5e",
        clusters_are_branches=True,
    )


def test_the_neutral_front_page_shows_every_association(client, lancaster, midlands):
    factories.ClusterFactory(association=midlands, name="Staffordshire")
    page = client.get("/")
    assert page.status_code == 200
    words = text_of(page)
    assert "Lancashire & Cumbria ICT Clusters" in words
    assert "West Midlands IT Association" in words
    assert "Staffordshire" in words
    assert 'data-region="' not in page.content.decode()


def test_an_association_has_a_front_page_in_its_own_brand(client, lancaster, midlands):
    factories.ClusterFactory(association=midlands, name="Staffordshire")
    page = client.get("/associations/wmita/")
    words = text_of(page)
    assert "Staffordshire" in words
    assert "Lancaster & Morecambe" not in words
    assert 'data-region="wmita"' in page.content.decode()
    assert "/brand/wmita-ff9b5e.css" in page.content.decode()
    assert linked_data_of(page)["@graph"][0]["name"] == "West Midlands IT Association"


def test_asked_by_its_host_name_the_site_is_the_associations(client, lancaster, midlands):
    factories.ClusterFactory(association=midlands, name="Staffordshire")
    factories.HostnameFactory(association=midlands, name="wmita.localhost")
    page = client.get("/", headers={"host": "wmita.localhost"})
    assert "Lancaster & Morecambe" not in text_of(page)
    assert '<link rel="canonical" href="http://wmita.localhost/">' in page.content.decode()
    moved = client.get("/associations/wmita/", headers={"host": "wmita.localhost"})
    assert moved["Location"] == "/"


def test_no_association_of_that_name(client, db):
    assert client.get("/associations/nowhere/").status_code == 404


def test_an_empty_installation_is_friendly(client, db):
    page = client.get("/")
    assert page.status_code == 200
    assert "No cluster yet" in text_of(page)
    assert "No meeting is in the diary" in text_of(page)


@pytest.mark.parametrize("size", [1, 3])
def test_the_front_page_takes_the_same_few_queries_for_few_and_many_rows(
    client, size, lancaster, django_assert_num_queries
):
    grow(lancaster.association, size)
    with django_assert_num_queries(9):  # none when nothing has changed (tests/test_made_anew.py)
        client.get("/")
    with django_assert_num_queries(16):
        client.get("/associations/lcict/")


def test_drafts_and_members_only_meetings_are_neither_shown_nor_counted(client, lancaster):
    factories.MeetingFactory(cluster=lancaster, title="Seen by all")
    factories.MeetingFactory(cluster=lancaster, title="Not yet", state=Meeting.State.DRAFT)
    factories.MeetingFactory(cluster=lancaster, title="For members", openness=Meeting.Openness.MEMBERS)
    factories.MeetingFactory(cluster=lancaster, title="Called off", state=Meeting.State.CANCELLED)
    words = text_of(client.get("/"))
    assert "Seen by all" in words
    assert "Not yet" not in words
    assert "For members" not in words
    assert "Called off" not in words
    assert "1 in all" in words


def test_members_see_their_members_only_meetings_and_nobody_sees_drafts_there(
    as_member, as_coordinator, lancaster
):
    factories.MeetingFactory(cluster=lancaster, title="For members", openness=Meeting.Openness.MEMBERS)
    factories.MeetingFactory(cluster=lancaster, title="Not yet", state=Meeting.State.DRAFT)
    assert "For members" in text_of(as_member.get("/"))
    assert "Not yet" not in text_of(as_coordinator.get("/"))


def test_a_firm_in_two_clusters_counts_once(client, lancaster, furness):
    both = factories.CompanyFactory()
    for cluster in (lancaster, furness):
        factories.MembershipFactory(cluster=cluster, company=both)
    factories.MembershipFactory(cluster=furness, state=Membership.State.APPLIED)
    assert "Two clusters, 1 firm." in text_of(client.get("/"))


def test_the_story_on_the_front_page_is_quoted_and_not_repeated_among_the_news(client, lancaster):
    factories.ArticleFactory(
        association=lancaster.association,
        kind=Article.Kind.STORY,
        title="Two firms, one tender",
        quote="We came home with a partner.",
        quote_by="Saima Akhtar, Loomstate Systems, Blackburn",
    )
    factories.ArticleFactory(association=lancaster.association, title="Unfinished", state=Article.State.DRAFT)
    words = text_of(client.get("/"))
    assert "We came home with a partner." in words
    assert "SA Saima Akhtar Loomstate Systems, Blackburn" in words
    assert "Two firms, one tender" not in words
    assert "Unfinished" not in words


def test_the_address_of_a_meeting_whose_agenda_is_for_members_stays_with_them(client, lancaster):
    venue = factories.VenueFactory(cluster=lancaster, name="Halfpenny Hosting", town="Garstang")
    factories.MeetingFactory(cluster=lancaster, venue=venue, openness=Meeting.Openness.AGENDA_MEMBERS)
    words = text_of(client.get("/"))
    assert "Garstang" in words
    assert "Halfpenny" not in words


class TestTheDrive:
    @pytest.fixture
    def drive(self, lancaster):
        drive = factories.DriveFactory(association=lancaster.association, name="250 new members")
        factories.TargetFactory(drive=drive, number=10)
        return drive

    def test_the_association_shows_its_running_drive(self, client, drive, lancaster):
        joined = timezone.now() - timedelta(days=30)
        factories.MembershipFactory(cluster=lancaster, applied_at=joined)
        page = client.get("/associations/lcict/")
        assert "1 of 10 New member firms" in text_of(page)
        assert "Firms that joined a cluster for the first time in the drive" in text_of(page)
        assert drive.get_absolute_url() in page.content.decode()
        assert "250 new members" not in text_of(client.get("/"))

    def test_a_closed_drive_is_not_shown(self, client, drive):
        drives.close(drive, by=None, now=drive.moments[1])
        assert "250 new members" not in text_of(client.get("/associations/lcict/"))


def test_a_resting_cluster_says_so(client, lancaster):
    Cluster.objects.update(state=Cluster.State.RESTING)
    assert "0 firms, resting" in text_of(client.get("/"))


def test_a_year_of_very_many_meetings_fits_its_picture(client, lancaster):
    for _ in range(21):
        factories.MeetingFactory(cluster=lancaster)
    assert "One dot, two meetings." in text_of(client.get("/"))
