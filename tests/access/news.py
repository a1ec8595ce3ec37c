from .answers import OFFICE, OK, everybody, only

ROWS = [
    ("news:home", lambda w: [], "get", everybody(OK)),
    ("news:association", lambda w: [w.association.slug], "get", everybody(OK)),
    ("news:article-list", lambda w: [], "get", everybody(OK)),
    ("news:article", lambda w: [w.article.slug], "get", everybody(OK)),
    ("news:article", lambda w: [w.draft_article.slug], "get", only(*OFFICE)),
    ("sitemap", lambda w: [], "get", everybody(OK)),
]
