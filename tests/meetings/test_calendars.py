from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from meetings.calendars import calendar, meeting_calendar
from tests.conftest import client_of
from tests.factories import (
    AgendaItemFactory,
    HostnameFactory,
    MeetingFactory,
    OfficerFactory,
    VenueFactory,
)

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def meeting(lancaster):
    venue = VenueFactory(cluster=lancaster, name="White Cross", address="Unit 14, South Road")
    meeting = MeetingFactory(cluster=lancaster, venue=venue, title="Cyber insurance; what, and why")
    AgendaItemFactory(meeting=meeting, title="Claims, with the names taken off", minutes=35)
    return meeting


def events(body: bytes) -> list:
    return list(Calendar.from_ical(body).walk("VEVENT"))


def feed(client, lancaster) -> list:
    return events(client.get(reverse("meetings:cluster-calendar", args=[lancaster.slug])).content)


class TestFile:
    def test_a_meeting_is_one_event_in_utc(self, meeting):
        [event] = events(meeting_calendar(meeting))
        assert event.start == meeting.starts_at and event.start.utcoffset() == timedelta(0)
        assert event.end == meeting.ends_at
        assert event["UID"] == f"{meeting.uid}@127.0.0.1"
        assert event["STATUS"] == "CONFIRMED"
        assert event["LOCATION"] == "White Cross, Unit 14, South Road, Lancaster LA1 1AA"
        assert event["SUMMARY"] == "Lancaster & Morecambe: Cyber insurance; what, and why"
        assert "17:30 Claims, with the names taken off" in event["DESCRIPTION"]
        assert event["ORGANIZER"] == "mailto:clusters@localhost" and "ATTENDEE" not in event
        assert "@" not in event["DESCRIPTION"]

    def test_another_reader_reads_the_same(self, meeting):
        event = vobject.readOne(meeting_calendar(meeting).decode()).vevent
        assert event.dtstart.value == meeting.starts_at
        assert event.summary.value == "Lancaster & Morecambe: Cyber insurance; what, and why"
        assert event.location.value == "White Cross, Unit 14, South Road, Lancaster LA1 1AA"

    def test_lines_end_and_fold_as_the_standard_says(self, meeting):
        meeting.title = "Ü" * 80 + " مرحبا 🙂 " + "x" * 60
        body = meeting_calendar(meeting)
        lines = body.split(b"\r\n")
        assert lines[-1] == b"" and all(b"\n" not in line and len(line) <= 75 for line in lines)
        [event] = events(body)
        assert event["SUMMARY"].endswith(meeting.title)
        assert vobject.readOne(body.decode()).vevent.summary.value.endswith(meeting.title)

    def test_the_same_meeting_is_the_same_bytes(self, meeting):
        assert meeting_calendar(meeting) == meeting_calendar(meeting)

    def test_a_change_keeps_the_uid_and_raises_the_sequence(self, meeting):
        [before] = events(meeting_calendar(meeting))
        meeting.touch(timezone.now() + timedelta(seconds=5))
        [after] = events(meeting_calendar(meeting))
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] == before["SEQUENCE"] + 1
        assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt

    def test_half_past_six_stays_half_past_six_across_both_changes_of_clocks(self, lancaster):
        winter, summer, autumn = (
            MeetingFactory(cluster=lancaster, starts_at=datetime(2027, month, 25, 18, 30, tzinfo=LONDON))
            for month in (2, 4, 11)
        )
        hours = [event.start.hour for event in events(calendar("All", [winter, summer, autumn]))]
        assert hours == [18, 17, 18]
        for meeting in (winter, summer, autumn):
            meeting.refresh_from_db()
            assert f"{timezone.localtime(meeting.starts_at):%H:%M}" == "18:30"

    def test_a_feed_has_a_name_and_says_how_often_to_come_back(self, meeting):
        body = calendar("Lancaster & Morecambe, meetings", [meeting])
        parsed = Calendar.from_ical(body)
        for line in (
            rb"NAME:Lancaster & Morecambe\, meetings",
            rb"X-WR-CALNAME:Lancaster & Morecambe\, meetings",
        ):
            assert line in body.split(b"\r\n")
        assert parsed["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"

    def test_links_lead_to_the_associations_own_host(self, meeting, association, settings):
        settings.SITE_URL = "https://clusters.example"
        HostnameFactory(association=association, name="www.lcict.example", in_links=True)
        [event] = events(meeting_calendar(meeting))
        assert event["URL"] == f"https://www.lcict.example{meeting.get_absolute_url()}"
        assert event["UID"].endswith("@clusters.example")


class TestFeeds:
    def test_a_cluster_has_its_own_meetings(self, client, meeting, lancaster, furness):
        MeetingFactory(cluster=furness)
        assert [event["UID"] for event in feed(client, lancaster)] == [f"{meeting.uid}@127.0.0.1"]

    def test_an_association_has_those_of_all_its_clusters_and_its_own(
        self, client, meeting, association, furness
    ):
        MeetingFactory(cluster=furness)
        MeetingFactory(association=association, kind="public")
        MeetingFactory()
        url = reverse("meetings:association-calendar", args=[association.slug])
        assert len(events(client.get(url).content)) == 3

    def test_a_meeting_called_off_stays_and_says_so(self, client, meeting, lancaster):
        meeting.state, meeting.called_off_because = "cancelled", "Flooding on Caton Road."
        meeting.save()
        [event] = feed(client, lancaster)
        assert event["STATUS"] == "CANCELLED"
        assert "Flooding on Caton Road." in event["DESCRIPTION"]

    @pytest.mark.parametrize("fields", [{"state": "draft"}, {"openness": "members"}])
    def test_drafts_and_members_meetings_are_not_in_it_whoever_asks(
        self, client, meeting, lancaster, as_member, as_coordinator, fields
    ):
        for name, value in fields.items():
            setattr(meeting, name, value)
        meeting.save()
        for reader in (client, as_member, as_coordinator):
            assert feed(reader, lancaster) == []

    def test_agenda_and_address_for_members_are_not_in_it(self, client, meeting, lancaster, as_member):
        meeting.openness = "agenda-members"
        meeting.save()
        for reader in (client, as_member):
            body = reader.get(reverse("meetings:cluster-calendar", args=[lancaster.slug])).content.decode()
            assert "LOCATION:Lancaster\r\n" in body
            assert "Claims" not in body and "South Road" not in body and "White Cross" not in body

    def test_long_past_meetings_drop_out(self, client, meeting, lancaster):
        meeting.starts_at -= timedelta(days=200)
        meeting.ends_at -= timedelta(days=200)
        meeting.save()
        assert feed(client, lancaster) == []

    def test_an_empty_feed_is_a_calendar_too(self, client, lancaster):
        response = client.get(reverse("meetings:cluster-calendar", args=[lancaster.slug]))
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert Calendar.from_ical(response.content).walk("VEVENT") == []

    def test_an_unchanged_feed_is_not_sent_again(self, client, meeting, lancaster):
        url = reverse("meetings:cluster-calendar", args=[lancaster.slug])
        first = client.get(url)
        assert first["Cache-Control"] == "public, max-age=900"
        assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304
        meeting.touch(timezone.now() + timedelta(seconds=5))
        assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 200

    def test_unknown_ones_are_not_found(self, client, db):
        assert client.get("/clusters/nowhere/calendar.ics").status_code == 404
        assert client.get("/associations/nowhere/calendar.ics").status_code == 404

    @pytest.mark.parametrize("rows", [1, 3])
    def test_queries_do_not_grow_with_the_meetings(self, client, lancaster, django_assert_num_queries, rows):
        for _ in range(rows):
            AgendaItemFactory(
                meeting=MeetingFactory(cluster=lancaster, venue=VenueFactory(cluster=lancaster))
            )
        with django_assert_num_queries(4):  # host name of the request, cluster, meetings, host names
            client.get(reverse("meetings:cluster-calendar", args=[lancaster.slug]))


class TestOneMeeting:
    def url(self, meeting):
        return reverse("meetings:meeting-calendar", args=[meeting.pk])

    def test_members_get_the_address_that_others_do_not(
        self, client, meeting, as_member, as_other_coordinator
    ):
        meeting.openness = "agenda-members"
        meeting.save()
        [event] = events(as_member.get(self.url(meeting)).content)
        assert "South Road" in event["LOCATION"] and "Claims" in event["DESCRIPTION"]
        for stranger in (client, as_other_coordinator):
            [event] = events(stranger.get(self.url(meeting)).content)
            assert event["LOCATION"] == "Lancaster" and "Claims" not in event["DESCRIPTION"]

    def test_what_one_reader_gets_is_not_kept_for_another(self, as_member, meeting):
        assert "private" in as_member.get(self.url(meeting))["Cache-Control"]

    @pytest.mark.parametrize("fields", [{"state": "draft"}, {"openness": "members"}])
    def test_what_one_may_not_see_is_not_found(
        self, client, meeting, as_other_coordinator, as_coordinator, fields
    ):
        for name, value in fields.items():
            setattr(meeting, name, value)
        meeting.save()
        assert client.get(self.url(meeting)).status_code == 404
        assert as_other_coordinator.get(self.url(meeting)).status_code == 404
        assert as_coordinator.get(self.url(meeting)).status_code == 200

    def test_a_former_coordinator_does_not_see_drafts(self, meeting, former_coordinator):
        meeting.state = "draft"
        meeting.save()
        assert client_of(former_coordinator).get(self.url(meeting)).status_code == 404

    def test_an_office_that_has_not_begun_gives_nothing(self, meeting, lancaster):
        meeting.state = "draft"
        meeting.save()
        later = OfficerFactory(cluster=lancaster, start=timezone.localdate() + timedelta(days=1)).user
        assert client_of(later).get(self.url(meeting)).status_code == 404


def test_times_are_stored_in_utc(lancaster):
    meeting = MeetingFactory(cluster=lancaster, starts_at=datetime(2027, 7, 1, 18, 30, tzinfo=LONDON))
    meeting.refresh_from_db()
    assert meeting.starts_at == datetime(2027, 7, 1, 17, 30, tzinfo=UTC)
