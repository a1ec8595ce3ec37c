"""Publishing news: the acts on an article."""

from django.utils import timezone

from clusters import trail
from news.models import Article


def publish(article: Article, *, by) -> None:
    """Everybody sees it from now on. An article published before keeps its date."""
    article.state = Article.State.PUBLISHED
    article.published_at = article.published_at or timezone.now()
    article.save(update_fields=["state", "published_at"])
    trail.record(by, "published", article, association=article.association)


def withdraw(article: Article, *, by) -> None:
    """Nobody but its author and the coordinators sees it any more."""
    article.state = Article.State.DRAFT
    article.save(update_fields=["state"])
    trail.record(by, "withdrew", article, association=article.association)
