"""Lists of news as Atom and RSS, so that others hear of them without an account and without mail."""

import re
from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import feedgenerator, timezone

from clusters import present
from clusters.brands import brand_of
from clusters.linked_data import absolute
from members.outbox import site_domain
from news.lists import NewsList, Wanted
from news.models import Article

MOST = 30
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML 1.0, 2.2


class OfToday(feedgenerator.SyndicationFeed):
    """Without news it is of today; Django's is of this very moment, and another one each time."""

    def latest_post_date(self) -> datetime:
        if self.items:
            return super().latest_post_date()
        return timezone.make_aware(datetime.combine(present.today(), time()))


class Atom(OfToday, feedgenerator.Atom1Feed):
    pass


class Rss(OfToday, feedgenerator.Rss201rev2Feed):
    pass


FORMS: dict[str, Any] = {"atom": Atom, "rss": Rss}


def written(wanted: Wanted, form: str) -> str:
    """Two queries, however many articles."""
    asked = NewsList.of(wanted)
    rows = asked.articles().select_related("association", "author", "company").prefetch_related("clusters")
    brand = brand_of(asked.brand or asked.host, on_own_host=asked.host is not None)
    query = wanted.parameters.urlencode()
    feed = FORMS[form](
        title=f"{brand.name}: {asked.title}",
        link=address("news:article-list", query),
        description=plain(brand.tagline),
        language="en-gb",
        feed_url=address(f"news:feed-{form}", query),
        author_name=brand.name,
    )
    for article in rows[:MOST]:
        feed.add_item(**item(article))
    return feed.writeString("utf-8")


def address(name: str, query: str) -> str:
    return absolute(reverse(name)) + (f"?{query}" if query else "")


def item(article: Article) -> dict:
    """The id stays when the title and with it the address is changed (RFC 4151)."""
    names = [cluster.name for cluster in article.clusters.all()]
    return {
        "unique_id": f"tag:{site_domain()},2026:article/{article.pk}",
        "unique_id_is_permalink": False,
        "title": plain(article.title),
        "link": absolute(article.get_absolute_url()),
        "description": plain(article.summary),
        "author_name": plain(article.author.name if article.author else article.association.name),
        "pubdate": article.published_at,
        "updateddate": article.changed_at,
        "categories": [plain(name) for name in [article.get_kind_display(), *names]],
    }


def plain(words: str) -> str:
    """Without the signs that would break the feed for its readers."""
    return NOT_XML.sub("", words)
