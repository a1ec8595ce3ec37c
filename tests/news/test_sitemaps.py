"""The sitemap names what everybody may see, and nothing else."""

import re

import pytest

from meetings.models import Meeting
from news.models import Article
from tests import factories

pytestmark = pytest.mark.django_db


def addresses_in(client) -> str:
    """All that the sitemap names, its sections read one by one."""
    sections = re.findall("<loc>http://testserver(.*?)</loc>", client.get("/sitemap.xml").content.decode())
    return "".join(client.get(section).content.decode() for section in sections)


def test_it_names_the_public_pages_under_the_main_address(client, settings, lancaster):
    meeting = factories.MeetingFactory(cluster=lancaster)
    article = factories.ArticleFactory(association=lancaster.association)
    text = addresses_in(client)
    paths = [
        "/",
        "/clusters/",
        "/faq/",
        "/associations/lcict/",
        "/associations/lcict/faq/",
        "/clusters/lancaster/",
    ]
    for path in [*paths, "/clusters/lancaster/faq/", meeting.get_absolute_url(), article.get_absolute_url()]:
        assert f"<loc>{settings.SITE_URL}{path}</loc>" in text


def test_it_keeps_silent_about_the_rest(as_coordinator, lancaster):
    hidden = [
        factories.MeetingFactory(cluster=lancaster, state=Meeting.State.DRAFT),
        factories.MeetingFactory(cluster=lancaster, openness=Meeting.Openness.MEMBERS),
        factories.ArticleFactory(association=lancaster.association, state=Article.State.DRAFT),
    ]
    text = addresses_in(as_coordinator)
    for row in hidden:
        assert row.get_absolute_url() not in text
