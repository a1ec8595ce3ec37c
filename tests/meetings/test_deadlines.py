from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.models import Cluster
from meetings.deadlines import remind_of_agendas
from meetings.models import Meeting
from members.models import OutgoingMail
from tests import factories


@pytest.fixture
def meeting(lancaster, coordinator):
    return factories.MeetingFactory(
        cluster=lancaster, starts_at=timezone.now() + timedelta(days=7, minutes=-1), state=Meeting.State.DRAFT
    )


def test_the_coordinators_are_reminded_once_and_told_what_is_missing(meeting, coordinator):
    assert remind_of_agendas() == 1
    assert remind_of_agendas() == 0
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.kind) == (coordinator.email, "agenda-due")
    assert "its members have no agenda yet" in mail.text and "No firm has agreed to chair yet." in mail.text
    assert f"/admin/meetings/meeting/{meeting.pk}/change/" in mail.text


def test_nobody_is_reminded_too_early_too_late_or_in_vain(meeting, lancaster):
    assert remind_of_agendas(now=meeting.starts_at - timedelta(days=7, minutes=1)) == 0
    assert remind_of_agendas(now=meeting.starts_at) == 0
    Cluster.objects.update(agenda_days=3)
    assert remind_of_agendas() == 0
    Cluster.objects.update(agenda_days=14, state=Cluster.State.RESTING)
    assert remind_of_agendas() == 0
    Cluster.objects.update(state=Cluster.State.ACTIVE)
    edition = factories.AgendaEditionFactory(meeting=meeting)
    assert remind_of_agendas() == 0
    edition.delete()
    Meeting.objects.update(state=Meeting.State.CANCELLED)
    assert remind_of_agendas() == 0
    Meeting.objects.update(state=Meeting.State.DRAFT)
    assert remind_of_agendas() == 1
