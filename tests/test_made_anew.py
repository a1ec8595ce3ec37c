"""Pages that must be made anew, with what processes keep kept: few queries, and never yesterday's news."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters import fragments, kept_figures
from clusters.changes import one_look
from clusters.models import Cluster, Question, Supporter, Topic
from clusters.reach import found_once, reach_of
from meetings.models import Meeting, Presentation
from members.models import Company, Drive, Officer, User
from news.models import Article

from . import factories
from .conftest import client_of
from .pages import text_of
from .uncounted import uncounted

pytestmark = pytest.mark.django_db(transaction=True)
MOST = {
    "/": 1,
    "/clusters/": 0,
    "/clusters/?q=Lancaster": 0,
    "/clusters/?q=LA1+4YW": 0,
    "/clusters/lancaster/": 1,
    "/associations/lcict/": 1,
    "/companies/": 0,
    "/companies/?q=": 0,
    "/companies/?q=fellside": 2,
    "/companies/fellside-analytics/": 0,
    "/drives/250-new-members/": 0,
    "/meetings/": 1,
    "/meetings/?cluster=lancaster&kind=meeting": 1,
    "/meetings/past/": 0,
    "/meetings/past/?cluster=lancaster": 0,
    "/presentations/": 0,
    "/presentations/?q=&year=": 0,
    "/presentations/?q=backups": 2,
    "/news/": 0,
    "/faq/": 0,
    "/associations/lcict/faq/": 0,
    "/clusters/lancaster/faq/": 0,
    "/supporters/": 0,
    "/clusters/lancaster/calendar.ics": 0,
    "/associations/lcict/calendar.ics?kind=meeting": 0,
    "/sitemap.xml": 0,
    "/sitemap-meetings.xml": 1,
    "/news/atom/": 0,
    "/news/?kind=story": 0,
    "/news/one-tender/": 0,
    "/associations/lcict/calendar.ics": 2,
    "/privacy/": 0,
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
    article = factories.ArticleFactory(slug="one-tender", association=lancaster.association)
    article.companies.add(firm)
    for slug in ("250-new-members", "the-next-hundred"):
        factories.DriveFactory(association=lancaster.association, slug=slug)
    return lancaster


@pytest.fixture
def ahead(coordinated):
    """The next meeting, with a place for everybody who is asked."""
    venue = factories.VenueFactory(cluster=coordinated, capacity=12)
    meeting = coordinated.meetings.get()
    coordinated.meetings.update(venue=venue, state="published")
    return meeting


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


PATHS = ["/", "/associations/lcict/", "/clusters/lancaster/", "/meetings/", "/meetings/{}/"]  # with places


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_changes_the_places_left_and_nothing_else_is_asked_for(visitor, ahead, path):
    path = path.format(ahead.pk)
    guest = factories.UserFactory()
    before = visitor.get(path).content.decode()
    factories.RegistrationFactory(meeting=ahead, user=guest)
    with CaptureQueriesContext(connection) as queries:
        after = visitor.get(path).content.decode()
    assert after != before
    assert len(queries) == 1 and "meetings_registration" in queries[0]["sql"]
    ahead.registrations.all().delete()
    assert visitor.get(path).content.decode() == before


@pytest.fixture
def few(ahead, furness, firm):
    """What few may see, in Lancaster: also a firm that is a member elsewhere has a talk for members here."""
    for state, openness in (("draft", "public"), ("published", "members")):
        factories.MeetingFactory(
            cluster=ahead.cluster, title=f"For few: {state}", state=state, openness=openness
        )
    held = factories.MeetingFactory(
        cluster=ahead.cluster,
        state="held",
        starts_at=ahead.starts_at - timedelta(60),
        ends_at=ahead.ends_at - timedelta(60),
    )
    guest = factories.MembershipFactory(cluster=furness).company
    factories.PresentationFactory(meeting=held, company=guest, title="A talk for members", audience="members")
    factories.PresentationFactory(meeting=held, company=firm, title="Their own talk", audience="members")
    for state, days in (("published", 1), ("held", -90)):
        begin = timezone.now() + timedelta(days=days)
        times = {"starts_at": begin, "ends_at": begin + timedelta(hours=2)}
        factories.MeetingFactory(cluster=ahead.cluster, state=state, openness="members", **times)
    factories.QuestionFactory(live=Question.Live.SUPPORTERS)
    draft = ahead.cluster.meetings.get(state="draft")
    factories.DutyFactory(meeting=draft, company=firm, role="chair", state="accepted")
    Company.objects.filter(pk=firm.pk).update(
        email="us@fellside.example",
        email_shown="members",
        phone="01524 1",
        phone_shown="nobody",
        town="Caton",
        address_shown="members",
    )
    factories.MeetingFactory(
        cluster=ahead.cluster, title="A day out", kind="public", state="published", openness="members"
    )
    for company, title in ((firm, "Rooms to share"), (guest, "A van to share")):
        post = factories.OpportunityFactory(company=company, title=title, to_all=False)
        post.clusters.set([ahead.cluster] if company == firm else [furness])
    quiet = {"public": False, "supporter__name": "Quiet Fund"}
    factories.SupportFactory(cluster=ahead.cluster, association=None, **quiet)
    quiet["supporter__name"] = "Quiet Trust"
    factories.SupportFactory(association=ahead.cluster.association, cluster=None, **quiet)
    factories.AgendaItemFactory(meeting=ahead, title="A word for members")
    ahead.cluster.meetings.filter(pk=ahead.pk).update(openness="agenda-members")
    return guest


@pytest.fixture
def readers(visitor, few, lancaster, member, coordinator, other_coordinator, officer, operator):
    another_firm = factories.MembershipFactory(cluster=lancaster).company
    people = {
        "member": member,
        "of another firm": factories.RepresentativeFactory(company=another_firm).user,
        "of a firm with a talk": factories.RepresentativeFactory(company=few).user,
        "stranger": factories.UserFactory(),
        "coordinator": coordinator,
        "of another cluster": other_coordinator,
        "officer": officer,
        "operator": operator,
    }
    return {"visitor": visitor, **{name: client_of(user) for name, user in people.items()}}


DIFFERENT = {  # pages at the least, for the readers below
    **dict.fromkeys(PATHS, 4),
    "/clusters/": 3,
    "/clusters/?q=LA1": 3,
    "/supporters/": 4,
    "/faq/": 4,
    "/clusters/lancaster/faq/": 4,
    "/meetings/": 3,
    "/meetings/?cluster=lancaster": 3,
    "/meetings/past/": 3,
    "/meetings/past/?cluster=lancaster": 3,
    "/companies/fellside-analytics/": 4,
    "/companies/": 3,
    "/presentations/": 4,
    "/drives/250-new-members/": 3,
    "/news/": 2,
    "/news/one-tender/": 2,
    "/opportunities/": 3,
}


@pytest.mark.parametrize("path", DIFFERENT)
def test_what_one_reader_sees_no_other_gets(readers, ahead, path):
    """Whoever looks first, and again when all that can be is kept."""
    address = path.format(ahead.pk)

    def seen(order) -> dict[str, str]:
        kept_figures.forget_all()
        fragments.forget_all()
        return {name: without_tokens(readers[name].get(address)) for _ in range(2) for name in order}

    alone = {name: seen([name])[name] for name in readers}
    assert seen(readers) == alone == seen([*readers][::-1])
    assert len({*alone.values()}) >= DIFFERENT[path]


MOST_SIGNED_IN = {
    "/": 2,
    "/clusters/lancaster/": 3,
    "/meetings/{}/": 5,
    "/clusters/": 2,
    "/clusters/?q=LA1": 2,
    "/supporters/": 2,
    "/faq/": 2,
    "/meetings/": 3,
    "/meetings/?cluster=lancaster": 3,
    "/meetings/past/": 2,
    "/companies/": 2,
    "/presentations/": 3,
    "/drives/250-new-members/": 2,
    "/news/": 2,
    "/news/one-tender/": 2,
    "/opportunities/": 4,
    "/me/": 9,
    "/me/turns/": 12,
}


@pytest.mark.parametrize(("path", "most"), MOST_SIGNED_IN.items())
def test_who_sees_the_same_gets_what_is_kept(readers, ahead, path, most):
    path = path.format(ahead.pk)
    readers["member"].get(path)
    with CaptureQueriesContext(connection) as queries:
        readers["of another firm"].get(path)
    assert len(queries) <= most + 1  # and what they act for
    with CaptureQueriesContext(connection) as queries:
        readers["of another firm"].get(path)
    assert len(queries) <= most


def without_tokens(response) -> str:
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


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
    "a meeting": (
        lambda: Meeting.objects.update(title="Backups that work"),
        "Backups that work",
        "Backups that hold",
    ),
    "the cluster": (
        lambda: Cluster.objects.update(name="Lune Valley"),
        "Lune Valley",
        "Lancaster &amp; Morecambe",
    ),
}


@pytest.mark.parametrize("what", [what for what in CHANGES if what != "a meeting"])
def test_what_changes_shows_on_the_next_page(visitor, coordinated, what):
    change, new, old = CHANGES[what]
    before = visitor.get("/clusters/lancaster/").content.decode()
    assert old in before and new not in before
    change()
    after = visitor.get("/clusters/lancaster/").content.decode()
    assert new in after and old not in after


OF_LISTS = {
    "/companies/": (lambda: Company.objects.update(summary="Measures tides."), "Measures tides."),
    "/presentations/": (lambda: Presentation.objects.update(title="A day of tides"), "A day of tides"),
    "/drives/250-new-members/": (lambda: Drive.objects.update(summary="Come over."), "Come over."),
    "/news/": (lambda: Article.objects.update(summary="The tide is in."), "The tide is in."),
    "/news/one-tender/": (lambda: Article.objects.update(body="The tide is out."), "The tide is out."),
    "/news/atom/": (lambda: Article.objects.update(title="The tide"), "The tide"),
}


@pytest.mark.parametrize("path", OF_LISTS)
def test_a_list_that_is_kept_is_made_again_when_a_row_changes(visitor, coordinated, path):
    change, new = OF_LISTS[path]
    assert new not in visitor.get(path).content.decode()
    change()
    assert new in visitor.get(path).content.decode()


@pytest.mark.parametrize("path", ["/companies/", "/news/one-tender/"])
def test_a_firm_that_is_frozen_is_named_no_more(visitor, coordinated, firm, path):
    assert firm.name in visitor.get(path).content.decode()
    Company.objects.update(frozen_at=timezone.now(), frozen_reason="It does not answer.")
    assert firm.name not in visitor.get(path).content.decode()


def test_what_stands_in_the_address_besides_never_gets_into_what_is_kept(visitor, coordinated, member):
    """Links of lists keep the rest of the query: of one reader's, not of all."""
    factories.MembershipFactory.create_batch(21, cluster=coordinated)
    reader = client_of(member)
    assert b"from=a-letter" in reader.get("/companies/?from=a-letter").content
    assert b"letter=1" in reader.get("/companies/?letter=1").content
    for client in (reader, visitor):
        assert b"letter" not in client.get("/companies/").content


SHOWN = [
    ("/supporters/", "a supporter"),
    ("/supporters/", "the cluster"),
    ("/clusters/", "the cluster"),
    ("/clusters/?q=LA1", "the cluster"),
    ("/clusters/lancaster/faq/", "the cluster"),
    ("/meetings/", "the cluster"),
    ("/meetings/", "a meeting"),
    ("/meetings/past/", "a meeting"),
    ("/clusters/lancaster/calendar.ics", "a meeting"),
]


@pytest.mark.parametrize(("path", "what"), SHOWN)
def test_what_changes_shows_on_the_next_list(visitor, coordinated, member, path, what):
    begin = timezone.now() - timedelta(days=40)
    factories.MeetingFactory(
        cluster=coordinated,
        title="Backups that hold",
        state="held",
        starts_at=begin,
        ends_at=begin + timedelta(hours=2),
    )
    change, new, old = CHANGES[what]
    readers = [visitor, client_of(member)]
    before = [reader.get(path).content.decode() for reader in readers]
    assert all(old in page and new not in page for page in before)
    change()
    after = [reader.get(path).content.decode() for reader in readers]
    assert all(new in page and old not in page for page in after)


def test_a_firm_that_joins_or_leaves_counts_in_the_list_of_clusters(visitor, coordinated):
    assert "1 firm." in text_of(visitor.get("/clusters/"))
    joined = factories.MembershipFactory(cluster=coordinated)
    assert "2 firms." in text_of(visitor.get("/clusters/"))
    Company.objects.filter(pk=joined.company_id).update(
        frozen_at=timezone.now(), frozen_reason="Nobody answers for it."
    )
    assert "1 firm." in text_of(visitor.get("/clusters/"))


@pytest.mark.parametrize("what", ["a name", "a topic", "a supporter", "the cluster"])
def test_the_facts_under_answers_are_those_of_now(visitor, coordinated, what):
    for live in Question.Live.values[1:]:
        factories.QuestionFactory(live=live)
    change, new, old = CHANGES[what]
    before = visitor.get("/faq/").content.decode()
    assert old in before and new not in before
    change()
    after = visitor.get("/faq/").content.decode()
    assert new in after and old not in after


def test_a_quiet_supporter_never_gets_from_an_officer_to_a_visitor(visitor, coordinated):
    factories.QuestionFactory(live=Question.Live.SUPPORTERS)
    factories.SupportFactory(cluster=coordinated, supporter__name="Quiet Fund", public=False)
    officer = client_of(User.objects.get(name="Ruth Ackroyd"))
    for _ in range(2):
        assert b"Quiet Fund" in officer.get("/faq/").content
        assert b"Quiet Fund" not in visitor.get("/faq/").content


def test_an_office_given_or_taken_shows_on_the_next_page_of_who_is_signed_in(visitor, coordinated, member):
    draft = factories.MeetingFactory(cluster=coordinated, title="Not yet announced", state="draft")
    reader = client_of(member)
    assert reader.get(draft.get_absolute_url()).status_code == 404
    office = factories.OfficerFactory(cluster=coordinated, user=member)
    assert reader.get(draft.get_absolute_url()).status_code == 200
    office.delete()
    assert reader.get(draft.get_absolute_url()).status_code == 404


def test_whoever_no_longer_acts_for_a_firm_sees_no_more_for_it(visitor, coordinated, member):
    meeting = factories.MeetingFactory(cluster=coordinated, openness="members", state="published")
    reader, other = client_of(member), client_of(factories.UserFactory())
    for _ in range(2):
        assert reader.get(meeting.get_absolute_url()).status_code == 200
        assert other.get(meeting.get_absolute_url()).status_code == 404
    member.representations.update(state="ended")
    assert reader.get(meeting.get_absolute_url()).status_code == 404


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


def test_what_is_kept_of_a_person_ends_with_the_commit_that_ends_it(coordinator, lancaster, furness):
    """As between two pages, each of which asks what has changed."""

    def found():
        with one_look(), found_once():
            return reach_of(coordinator).managed_clusters

    with CaptureQueriesContext(connection) as asked:
        assert [found(), found()] == [{lancaster.pk}] * 2
    assert len(asked) == 1
    Officer.objects.update(cluster=furness)
    assert found() == {furness.pk}
    with uncounted("members_officer"):
        assert found() == {furness.pk}
        Officer.objects.update(cluster=lancaster)
        assert found() == {lancaster.pk}  # though nobody counts
