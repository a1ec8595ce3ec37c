"""Pages that must be made anew, with what processes keep kept: few queries, and never yesterday's news."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters import fragments, kept_figures
from clusters.models import Cluster, Supporter, Topic
from members.models import Company, Drive, Officer, User

from . import factories

pytestmark = pytest.mark.django_db(transaction=True)
MOST = {
    "/": 5,
    "/clusters/": 1,
    "/clusters/?q=Lancaster": 1,
    "/clusters/lancaster/": 6,
    "/associations/lcict/": 8,
    "/companies/": 4,
    "/companies/?q=fellside": 4,
    "/companies/fellside-analytics/": 6,
    "/drives/250-new-members/": 6,
    "/meetings/": 2,
    "/meetings/past/": 2,
    "/presentations/": 2,
    "/presentations/?q=backups": 4,
    "/news/": 3,
    "/faq/": 6,
    "/supporters/": 1,
    "/clusters/lancaster/calendar.ics": 2,
    "/associations/lcict/calendar.ics": 2,
    "/news/atom/": 2,
    "/privacy/": 1,
}


@pytest.fixture
def visitor(settings):
    """Who gets every page made anew."""
    settings.VISITORS_PAGES_BYTES = 0
    kept_figures.forget_all()
    fragments.forget_all()
    yield Client()
    kept_figures.forget_all()


@pytest.fixture
def coordinated(lancaster, firm):
    Company.objects.update(slug="fellside-analytics")
    meeting = factories.MeetingFactory(cluster=lancaster, title="Backups that hold", state="published")
    factories.AgendaItemFactory(meeting=meeting)
    factories.PresentationFactory(meeting=meeting, company=firm, title="Backups")
    factories.TopicFactory(cluster=lancaster, name="Passkeys")
    factories.SupportFactory(cluster=lancaster, association=None, supporter__name="InfoLab")
    factories.OfficerFactory(cluster=lancaster, user__name="Ruth Ackroyd")
    for slug in ("250-new-members", "the-next-hundred"):
        factories.DriveFactory(association=lancaster.association, slug=slug)
    return lancaster


@pytest.mark.parametrize("path", MOST)
def test_few_queries(visitor, coordinated, path):
    visitor.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert visitor.get(path).status_code == 200
    assert len(queries) <= MOST[path]


def test_another_drive_shows_as_it_is_now(visitor, coordinated):
    assert b"Next Hundred" not in visitor.get("/drives/250-new-members/").content
    Drive.objects.filter(slug="the-next-hundred").update(name="The Next Hundred")
    assert b"The Next Hundred" in visitor.get("/drives/250-new-members/").content


CHANGES = {
    "a name": (
        lambda: User.objects.update(name="Hilary Postlethwaite"),
        "Hilary Postlethwaite",
        "Ruth Ackroyd",
    ),
    "an office": (lambda: Officer.objects.all().delete(), "Ask the association", "Ruth Ackroyd"),
    "a topic": (lambda: Topic.objects.update(name="Wallets"), "Wallets", "Passkeys"),
    "a supporter": (lambda: Supporter.objects.update(name="Growth Hub"), "Growth Hub", "InfoLab"),
    "a firm": (
        lambda: Company.objects.update(name="Walney Controls"),
        "Walney Controls",
        "Fellside Analytics",
    ),
    "the cluster": (
        lambda: Cluster.objects.update(name="Lune Valley"),
        "Lune Valley",
        "Lancaster &amp; Morecambe",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_shows_on_the_next_page(visitor, coordinated, what):
    change, new, old = CHANGES[what]
    before = visitor.get("/clusters/lancaster/").content.decode()
    assert old in before and new not in before
    change()
    after = visitor.get("/clusters/lancaster/").content.decode()
    assert new in after and old not in after


def test_a_host_name_taken_back_leaves_calendars_at_once(visitor, coordinated):
    name = factories.HostnameFactory(association=coordinated.association, name="lcict.example", in_links=True)
    assert b"//lcict.example" in visitor.get("/clusters/lancaster/calendar.ics").content
    name.delete()
    assert b"//lcict.example" not in visitor.get("/clusters/lancaster/calendar.ics").content


def test_an_entry_of_a_calendar_says_what_its_meeting_says_now(visitor, coordinated):
    assert b"Backups that hold" in visitor.get("/clusters/lancaster/calendar.ics").content
    coordinated.meetings.update(title="Backups that work")
    calendar = visitor.get("/clusters/lancaster/calendar.ics").content
    assert b"Backups that work" in calendar and b"Backups that hold" not in calendar
