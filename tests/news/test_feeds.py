"""Lists of news and their feeds, as feedparser reads them."""

import calendar
from datetime import timedelta

import extruct
import feedparser
import pytest
from django.utils import timezone

from news.models import Article
from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def told(association, title, days=1, clusters=(), **fields):
    article = factories.ArticleFactory(
        association=association,
        title=title,
        published_at=timezone.now() - timedelta(days=days),
        **fields,
    )
    article.clusters.set(clusters)
    return article


@pytest.fixture
def news(lancaster, furness):
    association = lancaster.association
    return [
        told(association, "Kendal & co. <b>win", 3, [lancaster], kind="story", theme="growth"),
        told(association, "A room in Barrow", 2, [furness], theme="support"),
        told(association, "For everybody", 1),
    ]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_reader_gets_the_latest_with_ids_that_stay(client, news, form):
    answer = client.get(f"/news/{form}/")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert [entry.title for entry in feed.entries] == [
        "For everybody",
        "A room in Barrow",
        "Kendal & co. <b>win",
    ]
    ids = [entry.id for entry in feed.entries]
    first = feed.entries[0]
    assert first.link.endswith(news[2].get_absolute_url()) and first.summary == "What happened."
    assert first.published_parsed and answer["Content-Type"].startswith(f"application/{form}")
    for article in news:
        article.title, article.slug = f"{article.title} again", f"{article.slug}-again"
        article.save()
    again = feedparser.parse(client.get(f"/news/{form}/").content)
    assert [entry.id for entry in again.entries] == ids


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("kind=story", ["Kendal"]),
        ("cluster=furness", ["A room"]),
        ("theme=growth", ["Kendal"]),
        ("association=lcict", ["For everybody", "A room", "Kendal"]),
        ("kind=story&cluster=furness", []),
        ("kind=nonsense&theme=%00", ["For everybody", "A room", "Kendal"]),
    ],
)
def test_each_list_has_its_feeds_and_says_where(client, news, query, titles):
    told(factories.AssociationFactory(), "From elsewhere") if "association" in query else None
    page = client.get(f"/news/?{query}")
    found = feedparser.parse(page.content)  # as a reader finds them from the page
    links = [link.href for link in found.feed.get("links", []) if link.rel == "alternate"]
    assert len(links) == 2
    words = text_of(page)
    for link in links:
        entries = feedparser.parse(client.get(link.replace("&amp;", "&")).content).entries
        assert len(entries) == len(titles)
        assert all(entry.title.startswith(title) for entry, title in zip(entries, titles, strict=True))
    assert all(title in words for title in titles) and "From elsewhere" not in words


@pytest.mark.parametrize("query", ["cluster=nowhere", "association=nowhere", "cluster=%00x"])
def test_a_list_of_what_is_not_there_is_not_found(client, news, query):
    for address in ("/news/", "/news/atom/", "/news/rss/"):
        assert client.get(f"{address}?{query}").status_code == 404


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_nothing_leaks_to_whoever_asks(as_coordinator, client, lancaster, form):
    for state in ("draft", "submitted", "returned"):
        told(lancaster.association, f"Secret {state}", clusters=[lancaster], state=state)
        Article.objects.filter(state=state).update(published_at=timezone.now() - timedelta(days=1))
    told(lancaster.association, "Secret tomorrow", days=-1, clusters=[lancaster])
    for reader in (client, as_coordinator):
        for query in ("", "?cluster=lancaster"):
            assert b"Secret" not in reader.get(f"/news/{form}/{query}").content


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_signs_that_xml_does_not_know_are_left_out(client, lancaster, form):
    told(lancaster.association, "A\x0bB\x1f 😀 ]]> &amp;", summary="\ufffe\x08x")
    feed = feedparser.parse(client.get(f"/news/{form}/").content)
    assert not feed.bozo and feed.entries[0].title == "AB 😀 ]]> &amp;"


@pytest.mark.parametrize("size", [1, 40])
def test_a_feed_takes_three_queries_for_few_and_many(client, lancaster, size, django_assert_num_queries):
    for number in range(size):
        told(lancaster.association, f"No {number}", clusters=[lancaster], author=factories.UserFactory())
    with django_assert_num_queries(3):  # the host's association, the articles, their clusters
        answer = client.get("/news/atom/")
    assert len(feedparser.parse(answer.content).entries) == min(size, 30)
    assert client.get("/news/atom/", headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_a_host_of_an_association_feeds_its_own_news(client, news):
    factories.HostnameFactory(association=news[0].association, name="lc.localhost")
    told(factories.AssociationFactory(), "From elsewhere")
    page = client.get("/news/atom/", headers={"host": "lc.localhost"})
    assert b"For everybody" in page.content and b"From elsewhere" not in page.content


def test_related_are_those_of_the_theme_then_of_the_clusters(client, lancaster, furness):
    association = lancaster.association
    story = told(association, "The story", clusters=[lancaster], theme="growth")
    told(association, "Only newer", 1, [furness])
    told(association, "Same cluster", 5, [lancaster])
    told(association, "Same theme", 9, [furness], theme="growth")
    told(association, "Both", 20, [lancaster], theme="growth")
    told(association, "Secret", 1, [lancaster], theme="growth", state="draft")
    words = text_of(client.get(story.get_absolute_url()))
    assert words.index("Both") < words.index("Same theme") < words.index("Same cluster")
    assert "Only newer" not in words and "Secret" not in words


def test_a_third_party_reads_the_facts_of_an_article(client, lancaster):
    article = told(
        lancaster.association,
        'Two "firms" </script>',
        clusters=[lancaster],
        author=factories.UserFactory(name="Ann"),
    )
    page = client.get(article.get_absolute_url()).text
    [graph] = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    [facts] = [thing for thing in graph["@graph"] if thing["@type"] == "NewsArticle"]
    assert facts["headline"] == 'Two "firms" </script>'
    assert facts["author"]["name"] == "Ann" and facts["publisher"]["name"] and facts["dateModified"]
    assert facts["datePublished"] == article.published_at.isoformat()
    assert facts["image"]
    [og] = extruct.extract(page, syntaxes=["opengraph"])["opengraph"]
    properties = dict(og["properties"])
    assert properties["og:type"] == "article" and properties["og:image"].endswith(".png")


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_without_news_is_of_today_and_the_same_all_day(client, form):
    first = client.get(f"/news/{form}/").content
    assert client.get(f"/news/{form}/").content == first
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    assert calendar.timegm(feedparser.parse(first).feed.updated_parsed) == midnight.timestamp()
