from datetime import timedelta

import pytest

from meetings import agendas
from meetings.models import Duty, Meeting
from members.models import OutgoingMail
from tests import factories
from tests.pages import text_of


@pytest.fixture
def meeting(lancaster, firm, member):
    meeting = factories.MeetingFactory(cluster=lancaster, venue=factories.VenueFactory(cluster=lancaster))
    factories.DutyFactory(meeting=meeting, company=firm)
    agendas.draft(meeting)
    return meeting


@pytest.fixture
def following(lancaster, meeting):
    return factories.MeetingFactory(
        cluster=lancaster, starts_at=meeting.starts_at + timedelta(days=28), state=Meeting.State.DRAFT
    )


def give(meeting, role, name):
    return factories.DutyFactory(meeting=meeting, role=role, company__name=name)


def test_the_agenda_that_goes_out_says_who_chairs_and_hosts_next(meeting, following, coordinator, client):
    give(following, Duty.Role.CHAIR, "Walney Controls")
    give(following, Duty.Role.HOST, "Lune Valley Systems")
    agendas.publish(meeting, by=coordinator)
    sentence = f"On {following.day:%A} {following.day.day} {following.day:%B} Walney Controls chairs"
    sentence += " and Lune Valley Systems hosts."
    assert sentence in OutgoingMail.objects.get().text
    assert sentence in text_of(client.get(meeting.get_absolute_url()))


def test_the_page_says_what_was_sent_not_what_is_agreed_since(meeting, following, coordinator, client):
    agendas.publish(meeting, by=coordinator)
    give(following, Duty.Role.CHAIR, "Walney Controls")
    assert "Walney Controls" not in text_of(client.get(meeting.get_absolute_url()))
    assert agendas.publish(meeting, by=coordinator).number == 2
    assert "Walney Controls chairs and a firm is wanted to host." in text_of(
        client.get(meeting.get_absolute_url())
    )


def test_the_coordinators_own_words_stay(meeting, following, coordinator):
    meeting.agenda.filter(kind="next-turn").update(summary="Nobody yet. Will you?")
    give(following, Duty.Role.CHAIR, "Walney Controls")
    agendas.publish(meeting, by=coordinator)
    assert "Nobody yet. Will you?" in OutgoingMail.objects.get().text
