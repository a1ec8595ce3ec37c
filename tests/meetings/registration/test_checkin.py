"""The list at the door: who keeps it, whom they see, what they tick."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clusters.errors import Refused
from meetings.models import Meeting, Registration
from meetings.registration import checkins, registrations
from members.models import OutgoingMail
from tests.conftest import client_of
from tests.factories import (
    DutyFactory,
    MeetingFactory,
    MembershipFactory,
    RegistrationFactory,
    RepresentativeFactory,
    VenueFactory,
)

State = Registration.State


@pytest.fixture
def meeting(lancaster):
    """Today, still on."""
    now = timezone.now()
    return MeetingFactory(
        cluster=lancaster,
        venue=VenueFactory(cluster=lancaster),
        starts_at=now - timedelta(minutes=5),
        ends_at=now + timedelta(hours=1),
    )


@pytest.fixture
def host(meeting, lancaster):
    company = MembershipFactory(cluster=lancaster, company__name="Halfpenny Hosting").company
    DutyFactory(meeting=meeting, role="host", company=company)
    return RepresentativeFactory(company=company, role="member").user


@pytest.fixture
def jan(meeting):
    """Did not put the name on the host's list."""
    return RegistrationFactory(meeting=meeting, user__name="Jan Kowalski", needs="No nuts")


@pytest.fixture
def ela(meeting):
    return RegistrationFactory(meeting=meeting, user__name="Ela Nowak", shares_name=True, needs="Step-free")


def door(meeting, name="check-in", *args):
    return reverse(f"meetings:{name}", args=[meeting.pk, *args])


def page(client, meeting, query="", name="check-in") -> str:
    response = client.get(door(meeting, name) + query)
    assert response.status_code == 200
    return response.content.decode()


class TestWhoSeesWhom:
    def test_the_coordinator_sees_all_and_the_host_the_names_that_agreed(
        self, meeting, host, jan, ela, as_coordinator
    ):
        for name in ("check-in", "sign-in-sheet", "badges"):
            whole, shared = (page(one, meeting, name=name) for one in (as_coordinator, client_of(host)))
            assert "Jan Kowalski" in whole and "Ela Nowak" in whole
            assert "Jan Kowalski" not in shared and "Ela Nowak" in shared
        html = page(client_of(host), meeting)
        assert "1 of them did not put a name on your list" in html and "No nuts" in html

    def test_the_host_has_it_until_the_meeting_ends(self, meeting, host, ela):
        Meeting.objects.filter(pk=meeting.pk).update(ends_at=timezone.now())
        assert client_of(host).get(door(meeting)).status_code == 403

    def test_searching_finds_nobody_the_host_may_not_see(self, meeting, host, jan, ela):
        assert "Jan" not in page(client_of(host), meeting, "?q=kowal").replace('value="kowal"', "")

    def test_who_is_here_for_the_first_time(self, meeting, jan, ela, lancaster, as_coordinator):
        earlier = MeetingFactory(cluster=lancaster, state="held", starts_at=timezone.now() - timedelta(30))
        RegistrationFactory(meeting=earlier, user=ela.user, state="attended")
        html = page(as_coordinator, meeting)
        assert html.count("first time") == 1

    @pytest.mark.parametrize("rows", [1, 3])
    def test_queries_do_not_grow_with_the_rows(
        self, meeting, as_coordinator, rows, django_assert_num_queries
    ):
        for _ in range(rows):
            brought = RegistrationFactory(meeting=meeting)
            RegistrationFactory(meeting=meeting, user=None, name="Along", brought_by=brought)
        # host name, session, user, meeting, host's turn, office, rows, expected, here
        with django_assert_num_queries(9):
            page(as_coordinator, meeting)


class TestTicking:
    def test_tick_and_undo(self, meeting, jan, as_coordinator):
        as_coordinator.post(door(meeting, "check-in-tick", jan.pk))
        jan.refresh_from_db()
        assert jan.state == State.ATTENDED
        as_coordinator.post(door(meeting, "check-in-untick", jan.pk))
        jan.refresh_from_db()
        assert jan.state == State.REGISTERED
        assert not OutgoingMail.objects.exists()

    def test_the_short_code_finds_who_shows_it_also_for_the_host(self, meeting, host, jan):
        at_the_door = client_of(host)
        typed = f"{jan.code[:3].lower()} {jan.code[3:]}"
        assert "Jan Kowalski" in page(at_the_door, meeting, f"?code={typed}")
        assert "Nobody has the code" in page(at_the_door, meeting, "?code=ZZZZZZ%00")
        at_the_door.post(door(meeting, "check-in-tick", jan.pk))
        jan.refresh_from_db()
        assert jan.state == State.REGISTERED
        at_the_door.post(door(meeting, "check-in-tick", jan.pk), {"code": jan.code})
        jan.refresh_from_db()
        assert jan.state == State.ATTENDED

    def test_a_code_of_another_meeting_is_nothing(self, meeting, as_coordinator):
        other = RegistrationFactory()
        assert "Nobody has the code" in page(as_coordinator, meeting, f"?code={other.code}")
        assert as_coordinator.post(door(meeting, "check-in-tick", other.pk)).status_code == 404

    def test_walk_ins_take_one_field_and_can_be_undone(self, meeting, jan, as_coordinator):
        as_coordinator.post(door(meeting, "check-in-walk-in"), {"name": "  Ola   Zielinska "})
        walked = meeting.registrations.get(name="Ola Zielinska")
        assert walked.state == State.ATTENDED and walked.is_walk_in
        as_coordinator.post(door(meeting, "check-in-untick", walked.pk))
        assert list(meeting.registrations.all()) == [jan]

    def test_who_is_on_the_list_by_that_name_is_ticked_there(self, meeting, jan, as_coordinator):
        as_coordinator.post(door(meeting, "check-in-walk-in"), {"name": "jan kowalski"})
        assert meeting.registrations.get().state == State.ATTENDED

    def test_nobody_is_ticked_before_the_day(self, coordinator, lancaster):
        answer = RegistrationFactory(meeting=MeetingFactory(cluster=lancaster))
        with pytest.raises(Refused, match="on the day of the meeting"):
            checkins.tick(answer, by=coordinator)

    def test_afterwards_one_button_for_who_did_not_come(self, meeting, jan, ela, coordinator, as_coordinator):
        checkins.tick(ela, by=coordinator)
        as_coordinator.post(door(meeting, "check-in-close"))
        jan.refresh_from_db()
        assert jan.state == State.REGISTERED
        Meeting.objects.filter(pk=meeting.pk).update(ends_at=timezone.now())
        assert "They did not come" in page(as_coordinator, meeting)
        as_coordinator.post(door(meeting, "check-in-close"))
        assert sorted(meeting.registrations.values_list("state", flat=True)) == ["attended", "no-show"]
        as_coordinator.post(door(meeting, "check-in-tick", jan.pk))
        assert meeting.registrations.attended().count() == 2

    def test_the_host_does_not_close_the_list(self, meeting, host):
        assert client_of(host).post(door(meeting, "check-in-close")).status_code == 403


def test_on_the_desk_a_removal_says_why_and_seats_the_next(lancaster, as_coordinator):
    meeting = MeetingFactory(cluster=lancaster, capacity=2)
    people = [
        RepresentativeFactory(company=MembershipFactory(cluster=lancaster).company).user for _ in range(3)
    ]
    first, _, last = [registrations.register(meeting, person, or_wait=True) for person in people]
    url = reverse("admin:meetings_registration_act", args=[first.pk, "remove"])
    assert "the first in line the place" in as_coordinator.get(url).content.decode()
    assert as_coordinator.post(url, {"because": ""}).status_code == 200
    as_coordinator.post(url, {"because": "You asked me to."})
    last.refresh_from_db()
    assert last.state == State.REGISTERED
    assert "You asked me to." in OutgoingMail.objects.get(kind="registered-removed").text


def test_the_desk_shows_the_numbers_of_a_meeting_and_its_answers(meeting, jan, ela, as_coordinator):
    RegistrationFactory()
    page = as_coordinator.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).content.decode()
    assert "2 registered; 24 places." in page
    listed = as_coordinator.get(
        reverse("admin:meetings_registration_changelist") + f"?meeting__id__exact={meeting.pk}"
    ).content.decode()
    assert "Jan Kowalski" in listed and "Ela Nowak" in listed
