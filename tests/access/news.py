from news.views.articles import picture_of_article

from .answers import NOTHING, OFFICE, OK, everybody, only

ROWS = [
    ("news:home", lambda w: [], "get", everybody(OK)),
    ("news:association", lambda w: [w.association.slug], "get", everybody(OK)),
    ("news:article-list", lambda w: [], "get", everybody(OK)),
    ("news:article", lambda w: [w.article.slug], "get", everybody(OK)),
    (
        "news:article-share-picture",
        lambda w: [w.article.slug, picture_of_article(w.article).version],
        "get",
        everybody(OK),
    ),
    ("news:article-share-picture", lambda w: [w.draft_article.slug, "0"], "get", everybody(NOTHING)),
    ("news:article", lambda w: [w.draft_article.slug], "get", only(*OFFICE)),
    ("sitemap", lambda w: [], "get", everybody(OK)),
]
