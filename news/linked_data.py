"""An article in the words of schema.org."""

from clusters.linked_data import absolute, breadcrumbs, graph, organization
from news.models import Article


def article_data(article: Article, shared_picture: str = "") -> dict:
    """`shared_picture`: the address of one that stands for an article without its own."""
    publisher = organization(article.association)
    image = picture_of(article) if getattr(article, "picture", None) else shared_picture
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
            "dateModified": article.changed_at.isoformat(),
            **({"datePublished": article.published_at.isoformat()} if article.published_at else {}),
            **({"articleSection": article.get_theme_display()} if article.theme else {}),
            **({"image": image} if image else {}),
        },
        breadcrumbs(("News", "/news/"), (article.title, article.get_absolute_url())),
    )


def picture_of(article: Article) -> dict:
    picture = article.picture
    return {
        "@type": "ImageObject",
        "url": absolute(picture.get_absolute_url()),
        "width": picture.width,
        "height": picture.height,
        "caption": picture.description,
    }
