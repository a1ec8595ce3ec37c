from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.closing import mark_held
from meetings.models import Duty
from tests.factories import DutyFactory, MeetingFactory


@pytest.fixture
def over(lancaster):
    now = timezone.now()
    return MeetingFactory(
        cluster=lancaster, starts_at=now - timedelta(hours=3), ends_at=now - timedelta(minutes=1)
    )


def test_a_published_meeting_that_is_over_is_held(over):
    assert mark_held() == 1
    over.refresh_from_db()
    assert over.state == "held"
    assert mark_held() == 0


def test_agreed_turns_are_fulfilled_and_others_left(over):
    chair = DutyFactory(meeting=over, role=Duty.Role.CHAIR, state=Duty.State.ACCEPTED)
    host = DutyFactory(meeting=over, role=Duty.Role.HOST, state=Duty.State.OFFERED)
    declined = DutyFactory(meeting=over, role=Duty.Role.HOST, state=Duty.State.DECLINED)
    ahead = DutyFactory(state=Duty.State.ACCEPTED)
    mark_held()
    states = dict(Duty.objects.values_list("pk", "state"))
    assert states == {
        chair.pk: "fulfilled",
        host.pk: "offered",
        declined.pk: "declined",
        ahead.pk: "accepted",
    }


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_drafts_and_meetings_called_off_never_took_place(over, state):
    over.state = state
    over.save()
    assert mark_held() == 0


def test_a_meeting_is_not_held_before_its_end(over):
    assert mark_held(now=over.ends_at - timedelta(minutes=1)) == 0
