"""Pages for visitors are served from what is kept: whole, never stale, and with nothing of a person in them."""

import gzip
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import brotli
import psycopg2
import pytest
import time_machine
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters import kept_figures, visitors_pages
from clusters.models import Cluster, Question
from clusters.visitors_pages import ServeKeptPages
from meetings.models import Meeting
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of
from tests.uncounted import uncounted

committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(transactional_db):
    association = factories.AssociationFactory(name="Lancashire & Cumbria ICT Clusters", slug="lcict")
    return factories.ClusterFactory(association=association, name="Lune Valley", slug="lune-valley")


class Server(ClientHandler):
    """As in config.wsgi: ServeKeptPages, and Django behind it."""

    def __init__(self):
        super().__init__(enforce_csrf_checks=False)
        self.front = ServeKeptPages(self.make)
        self.asked = 0  # requests that came to Django

    def make(self, environ, start_response):
        self.asked += 1
        environ["made"] = super().__call__(environ)

    def __call__(self, environ):
        kept = HttpResponse()

        def start_response(status, headers):
            kept.status_code = int(status.split()[0])
            kept.headers = dict(headers)

        body = self.front(environ, start_response)
        if "made" in environ:
            return environ["made"]
        kept.content = b"".join(body)
        kept.wsgi_request = WSGIRequest(environ)  # which Django's client wants to look at
        return kept


@pytest.fixture
def visitor(site):
    """Each test starts with nothing kept: a client has its own server, and that its own shelves."""
    return client_behind(Server())


def client_behind(server) -> Client:
    client = Client()
    client.handler = server
    return client


def made_by(client, *args, **kwargs):
    """The answer, and the number of Django's queries it took; none when it was kept: others ask whose site it is."""
    kept_figures.forget_all()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(*args, **kwargs)
    return response, len(queries)


def is_kept(client, *args, **kwargs) -> bool:
    return made_by(client, *args, **kwargs)[1] == 0


def headers_of(response) -> dict:
    return {name: value for name, value in response.items() if name not in ("Last-Modified", "X-Request-ID")}


class TestServing:
    def test_the_second_visitor_gets_what_the_first_got_without_a_query(self, visitor):
        first, queries = made_by(visitor, "/clusters/")
        assert queries > 0 and "Lune Valley" in text_of(first)
        second, queries = made_by(visitor, "/clusters/")
        assert queries == 0
        assert second.content == first.content
        assert headers_of(second) == headers_of(first)
        assert second["X-Request-ID"] != first["X-Request-ID"]
        assert first["Cache-Control"] == "public, no-cache"
        assert first["Vary"] == "Cookie, Accept-Encoding"
        assert "default-src 'none'" in second["Content-Security-Policy"]
        assert "camera=()" in second["Permissions-Policy"]
        assert not second.cookies

    @pytest.mark.parametrize(
        ("accepted", "encoding", "decode"),
        [
            ("gzip, deflate, br", "br", brotli.decompress),
            ("gzip", "gzip", gzip.decompress),
            ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
            ("", None, bytes),
            ("gzip;q=0", None, bytes),
        ],
    )
    def test_it_comes_as_the_browser_can_read_it(self, accepted, encoding, decode, visitor):
        plain = visitor.get("/clusters/").content
        for _ in range(2):
            response = visitor.get("/clusters/", headers={"Accept-Encoding": accepted})
            assert response.get("Content-Encoding") == encoding
            assert int(response["Content-Length"]) == len(response.content)
            assert decode(response.content) == plain

    def test_who_has_it_is_told_so(self, visitor):
        etag = visitor.get("/clusters/")["ETag"]
        for known in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
            response = visitor.get("/clusters/", headers={"If-None-Match": known})
            assert (response.status_code, response.content) == (304, b"")
            assert response["ETag"] == etag
            assert not response.has_header("Content-Length")
        assert visitor.get("/clusters/", headers={"If-None-Match": '"other"'}).status_code == 200

    def test_its_date_counts_when_its_second_is_over(self, visitor):
        with time_machine.travel("2026-11-22 10:00:00.5Z", tick=False) as clock:
            assert not visitor.get("/clusters/").has_header("Last-Modified")
            clock.shift(1)
            date = visitor.get("/clusters/")["Last-Modified"]
            assert date == "Sun, 22 Nov 2026 10:00:00 GMT"
            assert visitor.get("/clusters/", headers={"If-Modified-Since": date}).status_code == 304
            Cluster.objects.update(town="Carnforth")
            assert visitor.get("/clusters/", headers={"If-Modified-Since": date}).status_code == 200

    def test_django_is_not_asked_for_what_is_kept_unless_the_request_needs_reading(self, visitor, site):
        server = visitor.handler
        visitor.get("/clusters/")
        etag = visitor.get("/clusters/")["ETag"]
        visitor.get("/clusters/", headers={"If-None-Match": etag})
        visitor.head("/clusters/")
        assert server.asked == 1
        for number, headers in enumerate(
            [
                {"Authorization": "Basic YTpi"},
                {"Cookie": "session=made-up"},
                {"Cookie": "a=1; __Host-session=made-up"},
                {"Cookie": "\xa0theme=dark"},  # Django finds no theme in this
            ],
            start=2,
        ):
            assert b'data-theme="dark"' not in visitor.get("/clusters/", headers=headers).content
            assert server.asked == number
        assert visitor.post("/clusters/").status_code == 405
        assert visitor.get("/clusters/Ã©/").status_code == visitor.get("/clusters/é/").status_code == 404
        assert server.asked == 8

    def test_also_what_is_kept_has_its_line_in_the_log(self, visitor, settings, caplog):
        visitor.get("/clusters/")
        settings.LOG_REQUESTS = True
        with caplog.at_level("INFO", "requests"):
            visitor.get("/clusters/")
        [line] = caplog.messages
        assert line.startswith("GET /clusters/ 200 in ")

    def test_asked_for_its_head_alone(self, visitor):
        whole = visitor.get("/clusters/")
        head, queries = visitor.head("/clusters/"), 0
        assert head.content == b"" and queries == 0
        assert head["Content-Length"] == str(len(whole.content))
        assert head["ETag"] == whole["ETag"]


class TestNeverStale:
    @pytest.mark.parametrize(
        "path", ["/", "/clusters/", "/clusters/lune-valley/", "/faq/", "/associations/lcict/"]
    )
    def test_a_change_shows_on_the_next_request(self, path, visitor, site):
        assert "Kirkby Lonsdale" not in visitor.get(path).content.decode()
        for name in ("Kirkby Lonsdale", "Sedbergh & Dent"):
            Cluster.objects.filter(pk=site.pk).update(name=name)
            factories.QuestionFactory(question=f"{name}?", answer=name)
            assert name.split()[0] in visitor.get(path).content.decode()

    def test_what_it_does_not_show_leaves_a_page_kept(self, visitor, site):
        factories.MeetingFactory(cluster=site, state=Meeting.State.PUBLISHED)
        pages = ("/clusters/", "/clusters/lune-valley/")
        for page in pages:
            visitor.get(page)
        for _ in range(2):
            factories.QuestionFactory()
            assert all(is_kept(visitor, page) for page in pages)
        Cluster.objects.update(town="Carnforth")
        assert not any(is_kept(visitor, page) for page in pages)

    def test_an_answer_changes_the_pages_that_show_how_many_there_are_and_no_others(self, visitor, site):
        own, other = (
            factories.MeetingFactory(
                cluster=site,
                capacity=places,
                starts_at=timezone.now() + timedelta(days=places),
                ends_at=timezone.now() + timedelta(days=places, hours=2),
                state=Meeting.State.PUBLISHED,
            )
            for places in (20, 30)
        )
        somebody = factories.UserFactory()
        pages = [own.get_absolute_url(), "/meetings/", "/clusters/lune-valley/", "/"]
        pages.append(other.get_absolute_url())
        for page in pages:
            visitor.get(page)
        for left in (19, 18):
            answer = factories.RegistrationFactory(meeting=own)
            shown = [text_of(visitor.get(page)) for page in pages]
            assert all(re.search(f"{left} (of 20 )?places left", words) for words in shown[:-1])
            assert is_kept(visitor, pages[-1])
        asked = visitor.handler.asked
        type(answer).objects.filter(pk=answer.pk).update(needs="A chair with arms")
        factories.RegistrationFactory(meeting=own, user=somebody, state="declined")
        for page in pages:
            visitor.get(page)
        assert visitor.handler.asked == asked, "made anew, though the same"

    def test_a_table_that_nobody_counts_yet_is_not_relied_on(self, visitor):
        with uncounted("clusters_cluster"):
            visitor.get("/clusters/")
            assert is_kept(visitor, "/clusters/")
            factories.QuestionFactory()
            assert not is_kept(visitor, "/clusters/")

    def test_also_a_change_typed_into_the_database_on_another_machine(self, visitor):
        visitor.get("/clusters/")
        options = {
            key: value
            for key, value in connection.get_connection_params().items()
            if key not in ("cursor_factory", "context")
        }
        elsewhere = psycopg2.connect(**options)
        with elsewhere, elsewhere.cursor() as cursor:
            cursor.execute("UPDATE clusters_cluster SET name = 'Kirkby Lonsdale'")
            assert "Kirkby" not in text_of(visitor.get("/clusters/"))  # nor before it is committed
        elsewhere.close()
        assert "Kirkby" in text_of(visitor.get("/clusters/"))

    def test_a_page_made_while_the_data_changed_is_not_served_again(self, visitor, site, monkeypatch):
        """The commit falls after the first query of the page and before its last."""
        is_for_all = visitors_pages.is_for_all

        def slowly(request, response, language):
            Cluster.objects.update(name="Kirkby Lonsdale")
            return is_for_all(request, response, language)

        with monkeypatch.context() as patch:
            patch.setattr(visitors_pages, "is_for_all", slowly)
            assert "Lune Valley" in text_of(visitor.get("/clusters/"))
        assert "Kirkby Lonsdale" in text_of(visitor.get("/clusters/"))

    def test_what_the_clock_changes_shows_at_its_time_and_not_before(self, visitor, site):
        with time_machine.travel("2026-11-22 10:00:30Z", tick=False) as clock:
            meeting = factories.MeetingFactory(
                cluster=site,
                title="Tides and data",
                starts_at=timezone.now() - timedelta(hours=1),
                ends_at=timezone.now() + timedelta(hours=1),
                state=Meeting.State.PUBLISHED,
            )
            pages = (meeting.get_absolute_url(), "/meetings/", "/clusters/lune-valley/")
            before = [visitor.get(page).content for page in pages]
            clock.shift(timedelta(minutes=59, seconds=59))
            assert all(is_kept(visitor, page) for page in pages)
            clock.shift(2)  # it is over
            assert not any(is_kept(visitor, page) for page in pages)
            assert all(
                visitor.get(page).content != former for page, former in zip(pages, before, strict=True)
            )

    def test_readers_during_many_commits_never_see_an_older_state_than_was_committed(self, visitor, site):
        """Four threads read while one counts up; each page must say at least what was committed when it was asked.

        Every other commit is of something the page does not show.
        """
        committed_count, done = [0], threading.Event()
        factories.QuestionFactory()

        def write():
            try:
                for number in range(1, 60):
                    Cluster.objects.filter(pk=site.pk).update(name=f"Valley {number}")
                    committed_count[0] = number
                    Question.objects.update(answer=f"Answer {number}")
            finally:
                done.set()
                connection.close()

        def read():
            client, seen = client_behind(visitor.handler), 0  # the shelves of one process
            try:
                while not done.is_set():
                    least = committed_count[0]
                    words = client.get("/privacy/" if seen % 7 == 6 else "/clusters/").content.decode()
                    shown = re.findall(r"Valley (\d+)", words)
                    assert all(int(number) >= least for number in shown)
                    seen += 1
                return seen
            finally:
                connection.close()

        with ThreadPoolExecutor(5) as pool:
            readers = [pool.submit(read) for _ in range(4)]
            pool.submit(write).result()
            assert all(reader.result() > 0 for reader in readers)


class TestApart:
    def test_light_and_dark_hosts_and_parameters(self, visitor, site):
        factories.HostnameFactory(association=site.association, name="lcict.localhost")
        plain = visitor.get("/clusters/").content
        visitor.cookies["theme"] = "dark"
        assert 'data-theme="dark"' in visitor.get("/clusters/").content.decode()
        visitor.cookies["theme"] = "no such"
        assert visitor.get("/clusters/").content == plain
        visitor.cookies.clear()
        there = visitor.get("/clusters/", headers={"Host": "lcict.localhost"}).content.decode()
        assert 'data-region="lcict"' in there
        assert 'value="LA1"' in visitor.get("/clusters/?q=LA1").content.decode()
        assert visitor.get("/clusters/").content == plain

    def test_other_parameters_make_no_other_page(self, visitor):
        plain = visitor.get("/clusters/").content
        for query in ("?utm_source=x", "?fbclid=1&utm_source=y", "?q=&z=1"):
            response, queries = made_by(visitor, f"/clusters/{query}")
            assert queries == 0 or query == "?q=&z=1"
            assert b"utm" not in response.content
        assert visitor.get("/clusters/?utm_source=x").content == plain
        visitor.get("/clusters/?q=LA1")
        assert is_kept(visitor, "/clusters/?x=1&q=LA1&y=2")

    def test_the_empty_fields_of_a_form_make_no_other_page_nor_does_their_order(self, visitor):
        server = visitor.handler
        for path, filters in {
            "/clusters/": "",
            "/companies/": "&cluster=&size=",
            "/presentations/": "&year=",
        }.items():
            plain = visitor.get(path).content
            made = server.asked
            assert visitor.get(f"{path}?q={filters}").content == plain
            assert server.asked == made
        found = visitor.get("/companies/?q=lune&size=1").content
        made = server.asked
        assert visitor.get("/companies/?size=&size=1&open=&q=lune").content == found
        assert server.asked == made
        assert visitor.get("/companies/?q=+").status_code == 200
        assert server.asked == made + 1

    def test_nothing_but_good_pages_is_kept(self, visitor):
        for path in ("/nowhere/", "/clusters/nowhere/", "/join/", "/accounts/login/", "/me/"):
            visitor.get(path)
            assert not is_kept(visitor, path) or visitor.get(path).status_code == 302
        assert visitor.get("/clusters/", headers={"Host": "evil.example"}).status_code == 400

    def test_a_flood_of_parameters_pushes_out_no_plain_page(self, settings, site):
        settings.VISITORS_PAGES_BYTES = 400_000
        visitor = client_behind(Server())
        visitor.get("/")
        for number in range(20):
            visitor.get(f"/clusters/?q={number}")
        assert is_kept(visitor, "/")
        assert not is_kept(visitor, "/clusters/?q=0")


class TestPeople:
    def test_a_signed_in_person_gets_their_own_page_and_leaves_nothing(self, visitor, site):
        firm = factories.MembershipFactory(cluster=site).company
        member = factories.RepresentativeFactory(company=firm, user__name="Priya Nair").user
        person = client_of(member)
        person.handler = visitor.handler
        for path in ("/", "/clusters/", "/clusters/lune-valley/"):
            assert "Sign out" in text_of(person.get(path))
            assert "Sign out" not in text_of(visitor.get(path))
            mine = person.get(path)
            assert "Sign out" in text_of(mine)
            assert mine["Cache-Control"] == "private, no-cache"

    def test_nor_under_load(self, visitor, site):
        """Two people and two visitors read the same pages at once, while the data changes."""
        firm = factories.MembershipFactory(cluster=site).company
        members = [factories.RepresentativeFactory(company=firm).user for _ in range(2)]
        readers = [(client_of(member), True) for member in members] + [(Client(), False) for _ in range(2)]

        def read(client, is_signed_in):
            client.handler = visitor.handler
            try:
                for number in range(15):
                    page = client.get(("/", "/clusters/", "/faq/")[number % 3])
                    assert ("Sign out" in page.content.decode()) is is_signed_in
                    assert ("private" in page["Cache-Control"]) is is_signed_in
                    if number % 5 == 0:
                        Cluster.objects.filter(pk=site.pk).update(town=f"Town {number}")
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            for job in [pool.submit(read, *reader) for reader in readers]:
                job.result()

    def test_no_page_for_visitors_sets_a_cookie_or_writes(self, visitor):
        for path in ("/", "/join/", "/accounts/login/", "/accounts/signup/", "/privacy/"):
            with CaptureQueriesContext(connection) as queries:
                assert not visitor.get(path).cookies, path
            assert all(query["sql"].lstrip("(").startswith("SELECT") for query in queries), path


class TestShared:
    """With CACHE_URL: what one process makes the others take from there."""

    @pytest.fixture(autouse=True)
    def cache(self, settings, request):
        backend = "django.core.cache.backends.locmem.LocMemCache"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": request.node.name}}
        settings.SHARE_VISITORS_PAGES = True

    def test_another_process_takes_it_from_there(self, site):
        first = Client().get("/clusters/", headers={"Accept-Encoding": "gzip"})
        second, queries = made_by(Client(), "/clusters/", headers={"Accept-Encoding": "gzip"})
        assert queries == 0
        assert second.content == first.content and second["ETag"] == first["ETag"]

    def test_also_when_something_else_changed_since(self, site):
        Client().get("/clusters/")
        factories.QuestionFactory()
        assert is_kept(Client(), "/clusters/")

    def test_unless_something_changed(self, site):
        Client().get("/clusters/")
        Cluster.objects.update(name="Kirkby Lonsdale")
        assert "Kirkby" in text_of(Client().get("/clusters/"))

    def test_nor_from_another_release(self, site, settings):
        Client().get("/clusters/")
        settings.RELEASE = "the next"
        assert not is_kept(Client(), "/clusters/")

    def test_without_the_cache_pages_come_all_the_same(self, site, settings, caplog):
        settings.CACHES = {
            "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "no_such_table"}
        }
        visitor = Client()
        with caplog.at_level("WARNING"):
            visitor.get("/clusters/")
        assert "shared cache" in caplog.text
        assert visitor.get("/clusters/").status_code == 200
