from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.conftest import client_of
from tests.factories import (
    AgendaItemFactory,
    DutyFactory,
    MeetingFactory,
    MembershipFactory,
    RepresentativeFactory,
)


@pytest.fixture
def meeting(lancaster, firm):
    """On since ten minutes ago: a welcome of a quarter of an hour, then the showcase of its chair."""
    start = timezone.now().replace(microsecond=0) - timedelta(minutes=10)
    meeting = MeetingFactory(cluster=lancaster, starts_at=start, ends_at=start + timedelta(hours=2))
    DutyFactory(meeting=meeting, company=firm, role="chair")
    AgendaItemFactory(meeting=meeting, title="Welcome", minutes=15)
    AgendaItemFactory(meeting=meeting, title="Our new arm", kind="showcase", minutes=20, company=firm)
    return meeting


def sheet(client, meeting):
    return client.get(reverse("meetings:run-sheet", args=[meeting.pk]))


def clock(moment):
    return f"{timezone.localtime(moment):%H:%M}"


def test_the_chair_sees_what_is_on_and_what_is_next(as_member, meeting):
    page = sheet(as_member, meeting).content.decode()
    assert '<h2 id="run-now">Welcome</h2>' in page
    assert f"until {clock(meeting.starts_at + timedelta(minutes=15))}" in page
    assert f"Next, {clock(meeting.starts_at + timedelta(minutes=15))}: Our new arm" in page
    assert page.count('aria-current="step"') == 1
    assert "Fellside Analytics chairs." in page


@pytest.mark.parametrize(
    ("minutes", "now"),
    [
        (-60, "Not begun yet"),
        (20, "Our new arm"),
        (60, "The agenda is through"),
        (150, "The meeting is over"),
    ],
)
def test_it_says_how_things_stand(as_member, meeting, minutes, now):
    shift = timedelta(minutes=10 - minutes)
    meeting.starts_at, meeting.ends_at = meeting.starts_at + shift, meeting.ends_at + shift
    meeting.save()
    head = sheet(as_member, meeting).content.decode().split('id="run-now">')[1].split("<")[0]
    assert head == now


def test_a_meeting_without_an_agenda_has_an_empty_sheet(as_coordinator, lancaster):
    assert (
        "The agenda is still empty."
        in sheet(as_coordinator, MeetingFactory(cluster=lancaster)).content.decode()
    )


def test_it_is_for_the_chair_and_the_coordinators(
    meeting, lancaster, coordinator, officer, operator, other_coordinator, former_coordinator
):
    host = RepresentativeFactory(company=MembershipFactory(cluster=lancaster).company).user
    asked = RepresentativeFactory(company=MembershipFactory(cluster=lancaster).company).user
    DutyFactory(meeting=meeting, role="host", company=host.representations.get().company)
    DutyFactory(meeting=meeting, role="chair", company=asked.representations.get().company, state="declined")
    for user in (coordinator, officer, operator):
        assert sheet(client_of(user), meeting).status_code == 200
    for user in (host, asked, other_coordinator, former_coordinator):
        assert sheet(client_of(user), meeting).status_code == 404
