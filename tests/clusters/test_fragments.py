"""Pieces of pages: the same for the same values, and for nothing else."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.urls import set_script_prefix
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from clusters import fragments
from clusters.fragments import fragment
from clusters.models import Association
from meetings.templatetags.meeting_rows import listed, written_rows
from members.contact_fields import Shown
from members.directory import firms
from members.models import Company
from members.templatetags.firm_rows import firm_row
from tests import factories

ARTICLE = {"url": "/news/one/", "title": "One", "summary": "Short.", "where": ""}
DAY = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
TEMPLATES = Path(settings.BASE_DIR, "templates")


@pytest.fixture(autouse=True)
def nothing_kept():
    fragments.forget_all()
    yield
    fragments.forget_all()


def article(**values) -> SafeString:
    return fragment("news/_article.html", **{**ARTICLE, "day": DAY, **values})


def test_the_same_values_are_rendered_once_and_others_anew():
    first = article()
    assert article() is first
    assert "Two" in article(title="Two")
    assert fragments._rendered.cache_info().misses == 2


def test_it_knows_its_values_and_nothing_of_the_page_around_it():
    page = (
        "{% load look %}{% fragment 'news/_article.html' url='/' title='One' day=day summary='' where='' %}"
    )
    around = {"day": DAY, "user": "Priya Nair", "title": "The page's", "where": "Lancaster"}
    assert engines["django"].from_string(page).render(around) == article(url="/", summary="")


def test_language_time_zone_and_where_the_site_is_mounted_make_another():
    assert "1 July 2026" in article()
    with timezone.override("UTC"):
        assert "30 June 2026" in article()
    with translation.override("de"):
        assert "1. Juli 2026" in article()
    at_root = fragment(
        "_site_nav.html", section="", cluster_word="Clusters", faq_url="/faq/", signed_in=False
    )
    set_script_prefix("/network/")
    try:
        below = fragment(
            "_site_nav.html", section="", cluster_word="Clusters", faq_url="/faq/", signed_in=False
        )
    finally:
        set_script_prefix("/")
    assert 'href="/meetings/"' in at_root and 'href="/network/meetings/"' in below


def test_html_and_the_same_characters_as_text_are_not_one():
    bold = mark_safe("<b>One</b>")
    assert "<b>One</b>" in article(title=bold)
    assert "&lt;b&gt;One&lt;/b&gt;" in article(title="<b>One</b>")
    assert "<b>One</b>" in article(title=bold)


@pytest.mark.parametrize(
    "value",
    [Association(name="LCICT"), [1], {}, object(), translation.gettext_lazy("Show"), (mark_safe("<b>"),)],
    ids=lambda value: type(value).__name__,
)
def test_what_may_change_or_reads_on_is_refused(value):
    with pytest.raises(TypeError):
        article(title=value)


def test_the_piece_not_asked_for_longest_goes_first():
    for number in range(fragments.KEPT + 1):
        article(title=f"{number}")
    assert fragments._rendered.cache_info().currsize == fragments.KEPT
    before = fragments._rendered.cache_info().misses
    article(title="1")
    article(title="0")
    assert fragments._rendered.cache_info().misses == before + 1


def templates_of_pieces() -> set[str]:
    """All that are rendered as pieces, and what those include."""
    sources = [*TEMPLATES.rglob("*.html"), *Path(settings.BASE_DIR).glob("*/templatetags/*.py")]
    calls = re.compile(r'(?:% fragment |fragment\(\s*)"([^"]+)"')
    found = {name for source in sources for name in calls.findall(source.read_text())}
    included = {
        name for piece in found for name in re.findall(r'include "([^"]+)"', (TEMPLATES / piece).read_text())
    }
    return found | included


ASKS_FOR_MORE = re.compile(
    r"{% *(now|csrf_token|messages|lorem)\b"  # tags
    r"|\|(days_ahead|timesince|timeuntil|naturalday|naturaltime|random)\b"  # filters
)


@pytest.mark.parametrize("name", sorted(templates_of_pieces()))
def test_no_piece_asks_for_the_time_or_who_reads(name):
    """Those are in no key. All else it could ask is among its values, for nothing else is in its context."""
    assert not ASKS_FOR_MORE.search((TEMPLATES / name).read_text())


@pytest.mark.django_db
def test_a_changed_row_is_another_piece(lancaster):
    meeting = factories.MeetingFactory(cluster=lancaster, title="Backups that work", state="published")
    assert "Backups that work" in written_rows([listed(meeting)])[0]
    meeting.title = "Backups that hold"
    assert "Backups that hold" in written_rows([listed(meeting)])[0]
    lancaster.name = "Lune Valley"
    assert "Lune Valley" in written_rows([listed(meeting)])[0]


@pytest.mark.django_db
def test_who_may_not_see_where_a_firm_is_never_gets_the_piece_of_who_may(firm):
    Company.objects.filter(pk=firm.pk).update(
        address="1 Moor Lane", town="Caton", postcode="LA2 9QQ", address_shown=Company.Shown.MEMBERS
    )
    seen = {}
    for near in (Shown.MEMBERS, Shown.PUBLIC, Shown.MEMBERS):
        [(row, place)] = firms([firm.pk], "", near)
        seen[near] = firm_row(row, place)
    assert "Caton" in seen[Shown.MEMBERS]
    assert "Caton" not in seen[Shown.PUBLIC]
