"""The list of news, and an article."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news.models import Article
from tests import factories
from tests.pages import grow, linked_data_of, text_of, title_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(lancaster, firm):
    article = factories.ArticleFactory(
        association=lancaster.association,
        kind=Article.Kind.STORY,
        title="Two firms, one tender",
        slug="two-firms",
        body="It was raining in **Blackburn**.\n\n<script>alert(1)</script>",
        outcome="A four-year contract",
        theme="opportunities",
        author=factories.UserFactory(name="Gareth Dixon"),
    )
    article.clusters.add(lancaster)
    article.companies.add(firm)
    return article


def test_the_list_begins_with_the_latest(client, association):
    for days in (3, 1, 2):
        published = timezone.now() - timedelta(days=days)
        factories.ArticleFactory(association=association, title=f"{days} days old", published_at=published)
    words = text_of(client.get("/news/"))
    assert words.index("1 days old") < words.index("2 days old") < words.index("3 days old")


def test_success_stories_can_be_had_alone(client, story):
    factories.ArticleFactory(association=story.association, title="Just news")
    page = client.get("/news/?kind=story")
    assert title_of(page).startswith("Success stories")
    assert "Two firms, one tender" in text_of(page)
    assert "Just news" not in text_of(page)
    assert "Just news" in text_of(client.get("/news/?kind=nonsense"))


def test_a_long_list_has_pages_that_keep_the_filter(client, association):
    for number in range(14):
        factories.ArticleFactory(
            association=association, kind=Article.Kind.STORY, title=f"Story No {number}."
        )
    first = client.get("/news/?kind=story")
    assert "?kind=story&amp;page=2" in first.content.decode()
    second = client.get("/news/?kind=story&page=2")
    assert text_of(second).count("Story No") == 2
    assert title_of(second).startswith("Success stories, page 2")
    assert client.get("/news/?page=nonsense").status_code == 200


def test_an_empty_list_is_friendly(client):
    assert "Nothing here yet" in text_of(client.get("/news/"))


def test_an_article_has_its_short_version(client, story):
    page = client.get("/news/two-firms/")
    words = text_of(page)
    assert "Who Fellside Analytics" in words
    assert "Where they met Lancaster & Morecambe" in words
    assert "What came of it A four-year contract" in words
    assert "Theme Business Opportunities" in words
    assert "By Gareth Dixon" in words
    assert "1 minute to read" in words
    assert "<script>alert" not in page.content.decode()
    assert 'data-region="lcict"' in page.content.decode()
    assert '<meta property="og:type" content="article">' in page.content.decode()


def test_it_leads_to_no_firm_that_has_no_page_any_more(client, story, firm):
    firm.memberships.update(state="left")
    page = client.get("/news/two-firms/")
    assert firm.get_absolute_url() not in page.text and firm.name not in str(linked_data_of(page))


def test_an_article_is_described_to_search_engines(client, story):
    article, crumbs = linked_data_of(client.get("/news/two-firms/"))["@graph"]
    assert article["@type"] == "NewsArticle"
    assert article["headline"] == "Two firms, one tender"
    assert article["author"]["name"] == "Gareth Dixon"
    assert article["datePublished"]
    assert crumbs["@type"] == "BreadcrumbList"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": Article.State.DRAFT, "published_at": None},
        {"state": Article.State.SUBMITTED, "published_at": None, "submitted_at": timezone.now()},
        {"published_at": timezone.now() + timedelta(days=1)},
    ],
)
def test_what_is_not_out_is_not_found(client, as_member, as_other_coordinator, as_coordinator, story, fields):
    Article.objects.update(**fields)
    for reader in (client, as_member, as_other_coordinator):
        assert reader.get("/news/two-firms/").status_code == 404
        assert "Two firms" not in text_of(reader.get("/news/"))
    assert as_coordinator.get("/news/two-firms/").status_code == 200
    assert "Two firms" not in text_of(as_coordinator.get("/news/"))


def test_the_author_reads_the_draft_under_a_sign(client, story):
    Article.objects.update(state=Article.State.DRAFT, published_at=None)
    client.force_login(story.author)
    assert "Draft: only its author and the coordinators see this page." in text_of(
        client.get("/news/two-firms/")
    )


def test_an_associations_host_name_lists_its_news_alone(client, story):
    factories.HostnameFactory(association=story.association, name="lc.localhost")
    factories.ArticleFactory(title="From elsewhere")
    words = text_of(client.get("/news/", headers={"host": "lc.localhost"}))
    assert "Two firms, one tender" in words
    assert "From elsewhere" not in words


@pytest.mark.parametrize("size", [1, 3])
def test_the_pages_take_the_same_few_queries_for_few_and_many_rows(
    client, size, association, django_assert_num_queries
):
    grow(association, size)
    article = Article.objects.first()
    with django_assert_num_queries(4):
        client.get("/news/")
    with django_assert_num_queries(5):
        client.get(article.get_absolute_url())
