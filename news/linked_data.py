"""An article in the words of schema.org."""

from clusters.linked_data import absolute, breadcrumbs, graph, organization
from news.models import Article


def article_data(article: Article) -> dict:
    publisher = organization(article.association)
    about = [cluster.name for cluster in article.clusters.all()]
    about += [company.name for company in article.companies.all()]
    return graph(
        {
            "@type": "NewsArticle",
            "headline": article.title[:110],
            "description": article.summary,
            "url": absolute(article.get_absolute_url()),
            "mainEntityOfPage": absolute(article.get_absolute_url()),
            "author": {"@type": "Person", "name": article.author.name} if article.author else publisher,
            "publisher": publisher,
            "about": [{"@type": "Organization", "name": name} for name in about],
            **({"datePublished": article.published_at.isoformat()} if article.published_at else {}),
        },
        breadcrumbs(("News", "/news/"), (article.title, article.get_absolute_url())),
    )
