"""On a site in two languages each reader gets theirs: kept pages too, and mails are in the site's own."""

import ast

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from clusters.kept_figures import kept
from members import freezing
from members.models import OutgoingMail
from tests import factories
from tests.clusters.test_visitors_pages import Server, client_behind, is_kept, made_by

WELSH = "⟦"
APPS = ("clusters", "members", "meetings", "news")


def ask(client, language: str, path: str = "/clusters/", **headers):
    return client.get(path, headers={"Accept-Language": language, **headers})


class TestKeptPages:
    @pytest.fixture
    def visitor(self, welsh, transactional_db):
        association = factories.AssociationFactory(name="Lancashire & Cumbria ICT Clusters", slug="lcict")
        factories.ClusterFactory(association=association, name="Lune Valley", slug="lune-valley")
        return client_behind(Server())

    def test_each_reader_gets_their_language_of_what_is_kept(self, visitor):
        for path in ("/", "/clusters/", "/faq/", "/presentations/"):
            for _ in range(2):  # made, and kept
                english, welsh = ask(visitor, "en-GB,en;q=0.9", path), ask(visitor, "cy,en;q=0.5", path)
                assert WELSH not in english.content.decode()
                assert WELSH in welsh.content.decode()
                assert (english["Content-Language"], welsh["Content-Language"]) == ("en-gb", "cy")
                assert english["ETag"] != welsh["ETag"]
        assert is_kept(visitor, "/clusters/", headers={"Accept-Language": "cy,en;q=0.5"})
        # Others who would get the same language get the same copy.
        assert is_kept(visitor, "/clusters/", headers={"Accept-Language": "cy;q=0.9, fr;q=0.8"})
        assert is_kept(visitor, "/clusters/", headers={"Accept-Language": "fr"})

    def test_caches_in_between_are_told(self, visitor):
        for _ in range(2):
            varies = ask(visitor, "cy")["Vary"]
            assert {name.strip() for name in varies.split(",")} >= {"Cookie", "Accept-Language"}

    def test_the_one_does_not_know_the_other_by_its_tag(self, visitor):
        ask(visitor, "cy")
        tag = ask(visitor, "en")["ETag"]
        assert ask(visitor, "en", **{"If-None-Match": tag}).status_code == 304
        assert ask(visitor, "cy", **{"If-None-Match": tag}).status_code == 200

    def test_a_cookie_that_chooses_goes_before_the_browser(self, visitor):
        ask(visitor, "en")
        visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "cy"
        for _ in range(2):
            assert WELSH in ask(visitor, "en").content.decode()

    def test_in_one_language_pages_do_not_vary_by_it(self, visitor, settings):
        settings.LANGUAGES = [("en-gb", "English")]
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "locale" not in name]
        visitor = client_behind(Server())
        assert ask(visitor, "en")["Vary"] == "Cookie, Accept-Encoding"
        response, queries = made_by(visitor, "/clusters/", headers={"Accept-Language": "cy"})
        assert queries == 0 and "Content-Language" not in response.headers

    def test_nor_do_figures_that_are_kept_carry_words_over(self, visitor):
        english = kept(("words",), lambda: translation.gettext("Sign in"))
        with translation.override("cy"):
            welsh = kept(("words",), lambda: translation.gettext("Sign in"))
        assert english == "Sign in" and welsh.startswith(WELSH)


class TestMails:
    def test_of_an_account(self, welsh, db):
        page = Client().post(
            reverse("account_request_login_code"),
            {"email": "stranger@firm.example"},
            headers={"Accept-Language": "cy"},
            follow=True,
        )
        assert WELSH in page.content.decode()
        in_english(OutgoingMail.objects.get())

    def test_of_an_act_whose_words_are_made_on_the_way(self, welsh, firm, member, coordinator):
        with translation.override(welsh):
            freezing.freeze(firm, by=coordinator, reason="Their address is not theirs.")
        in_english(OutgoingMail.objects.get(to=member.email))

    def test_of_meetings_with_their_calendars(self, welsh, lancaster, member, as_member):
        meeting = factories.MeetingFactory(cluster=lancaster, state="published", openness="members")
        as_member.post(
            reverse("meetings:answer-yes", args=[meeting.pk]), headers={"Accept-Language": "cy"}, follow=True
        )
        mail = OutgoingMail.objects.get(to=member.email)
        assert "BEGIN:VEVENT" in mail.calendar
        in_english(mail)

    def test_whatever_gives_a_mail_its_words_does_so_in_the_site_s_language(self):
        """Every function that gives a mail its subject does it under in_site_language()."""
        missed = [
            f"{path.relative_to(settings.BASE_DIR)}:{place}"
            for app in APPS
            for path in sorted((settings.BASE_DIR / app).rglob("*.py"))
            for place in in_the_readers_words(ast.parse(path.read_text()), path.stem.endswith("notices"))
        ]
        assert not missed


def in_english(mail: OutgoingMail) -> None:
    assert mail.text
    for part in (mail.subject, mail.from_name, mail.text, mail.html, mail.calendar):
        assert WELSH not in part


def in_the_readers_words(node: ast.AST, of_mails: bool) -> list[str]:
    """Lines and names of calls of gettext outside of in_site_language(), in a module of mails or beside a subject."""
    if isinstance(node, ast.With) and any("in_site_language" in ast.unparse(one) for one in node.items):
        return []
    if isinstance(node, ast.FunctionDef) and any(
        "in_site_language" in ast.unparse(one) for one in node.decorator_list
    ):
        return []
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        subjects = [one.value for one in node.keywords if one.arg == "subject"]
        if name.rpartition(".")[2] in ("queue", "queue_many", "Letter") and any(map(speaks, subjects)):
            return [f"{node.lineno} {name}"]
        if of_mails and speaks(node) and name in ("_", "gettext", "ngettext", "pgettext"):
            return [f"{node.lineno} {name}"]
    return [place for child in ast.iter_child_nodes(node) for place in in_the_readers_words(child, of_mails)]


def speaks(node: ast.AST) -> bool:
    return any(
        isinstance(one, ast.Call) and ast.unparse(one.func) in ("_", "gettext", "ngettext", "pgettext")
        for one in ast.walk(node)
    )
