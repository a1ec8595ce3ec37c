"""A meeting is shown by the clock of its association, on whichever page of the site, and whoever looks."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from meetings.models import Meeting
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
START = datetime(2027, 1, 14, 23, 30, tzinfo=UTC)  # in Helsinki Friday 15 January, 01:30


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def meeting(db):
    association = factories.AssociationFactory(time_zone="Europe/Helsinki")
    cluster = factories.ClusterFactory(association=association, name="Sauna", slug="sauna")
    return factories.MeetingFactory(
        cluster=cluster, title="Night shift", starts_at=START, ends_at=START + timedelta(hours=1)
    )


@pytest.fixture
def chair(meeting):
    """Who acts for the firm that chairs it."""
    company = factories.MembershipFactory(cluster=meeting.cluster).company
    factories.DutyFactory(meeting=meeting, company=company, state="accepted")
    return factories.RepresentativeFactory(company=company).user


@pytest.mark.parametrize(
    "page", ["/", "/meetings/", "/clusters/sauna/", "/meetings/{pk}/", "/me/", "/me/turns/"]
)
def test_every_page_says_the_fifteenth(chair, meeting, page):
    shown = text_of(client_of(chair).get(page.format(pk=meeting.pk)))
    assert "15" in shown and "14 Jan" not in shown and "23:30" not in shown
    assert "01:30" in shown


def test_the_archive_too(client, meeting):
    factories.PresentationFactory(meeting=meeting, state="published", audience="public")
    Meeting.objects.update(state="held")
    assert "15 January 2027" in text_of(client.get("/presentations/"))


def test_the_desk_shows_and_takes_times_by_it(meeting):
    coordinator = client_of(factories.OfficerFactory(cluster=meeting.cluster).user)
    assert "Fri 15 Jan 2027, 01:30" in text_of(coordinator.get("/admin/meetings/meeting/"))
    move = reverse("admin:meetings_meeting_act", args=[meeting.pk, "move"])
    assert 'value="01:30' in coordinator.get(move).content.decode()
    coordinator.post(
        move, {"starts_at_0": "18/01/2027", "starts_at_1": "18:00", "ends_at_0": "", "ends_at_1": ""}
    )
    meeting.refresh_from_db()
    assert meeting.starts_at == datetime(2027, 1, 18, 16, tzinfo=UTC)
