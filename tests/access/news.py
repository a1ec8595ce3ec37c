from news.consents import token_of
from news.views.articles import picture_of_article

from .answers import (
    ELSEWHERE,
    NOT_THAT_WAY,
    NOTHING,
    OFFICE,
    OK,
    SIGN_IN,
    everybody,
    only,
    signed_in,
    signed_in_only,
)

AUTHOR = signed_in_only("member", answer=ELSEWHERE)


def token(w):
    return token_of(w.consent, w.people["other_member"])


# A link without signing in, or of who is meant: others who are signed in are told so, and do nothing.
ROWS = [
    ("news:home", lambda w: [], "get", everybody(OK)),
    ("news:association", lambda w: [w.association.slug], "get", everybody(OK)),
    ("news:my-data", lambda w: [], "get", signed_in()),
    ("news:my-copy", lambda w: [], "get", signed_in(NOT_THAT_WAY)),
    ("news:delete-me", lambda w: [], "get", signed_in()),
    ("news:delete-me", lambda w: [], "post", signed_in()),  # nothing is filled in
    ("news:deleted", lambda w: [], "get", everybody(OK)),
    ("news:article-list", lambda w: [], "get", everybody(OK)),
    ("news:feed-atom", lambda w: [], "get", everybody(OK)),
    ("news:feed-rss", lambda w: [], "get", everybody(OK)),
    ("news:article", lambda w: [w.article.slug], "get", everybody(OK)),
    (
        "news:article-share-picture",
        lambda w: [w.article.slug, picture_of_article(w.article).version],
        "get",
        everybody(OK),
    ),
    ("news:article-share-picture", lambda w: [w.draft_article.slug, "0"], "get", everybody(NOTHING)),
    ("news:article", lambda w: [w.draft_article.slug], "get", only(*OFFICE)),
    ("news:article-picture", lambda w: [w.article_picture.uid, "large"], "get", everybody(OK)),
    ("news:article-picture", lambda w: [w.draft_picture.uid, "large"], "get", only(*OFFICE)),
    ("news:article-picture", lambda w: [w.article_picture.uid, "huge"], "get", everybody(NOTHING)),
    (
        "news:story-write",
        lambda w: [],
        "get",
        {**everybody(ELSEWHERE), "visitor": SIGN_IN, "member": OK, "other_member": OK},
    ),
    ("news:story-list", lambda w: [], "get", signed_in()),
    ("news:story-edit", lambda w: [w.story.pk], "get", signed_in_only("member")),
    ("news:story-submit", lambda w: [w.story.pk], "get", signed_in(NOT_THAT_WAY)),
    ("news:story-submit", lambda w: [w.story.pk], "post", signed_in_only("member")),  # with what is missing
    ("news:story-take-back", lambda w: [w.story.pk], "get", signed_in(NOT_THAT_WAY)),
    ("news:story-take-back", lambda w: [w.story.pk], "post", AUTHOR),
    ("news:story-delete", lambda w: [w.story.pk], "get", signed_in(NOT_THAT_WAY)),
    ("news:story-delete", lambda w: [w.story.pk], "post", AUTHOR),
    ("news:story-picture", lambda w: [w.story.pk], "get", signed_in(NOT_THAT_WAY)),
    ("news:story-picture", lambda w: [w.story.pk], "post", signed_in_only("member")),
    ("news:story-picture-remove", lambda w: [w.story.pk], "get", signed_in(NOT_THAT_WAY)),
    ("news:story-picture-remove", lambda w: [w.story.pk], "post", AUTHOR),
    ("news:consent", lambda w: [token(w)], "get", everybody(OK)),
    ("news:consent", lambda w: ["forged:token"], "get", everybody(OK)),
    ("news:consent-agree", lambda w: [token(w)], "get", everybody(NOT_THAT_WAY)),
    (
        "news:consent-agree",
        lambda w: [token(w)],
        "post",
        {**everybody(OK), "visitor": ELSEWHERE, "other_member": ELSEWHERE},
    ),
    ("news:consent-refuse", lambda w: [token(w)], "get", everybody(NOT_THAT_WAY)),
    (
        "news:consent-refuse",
        lambda w: [token(w)],
        "post",
        {**everybody(OK), "visitor": ELSEWHERE, "other_member": ELSEWHERE},
    ),
    ("news:letter-list", lambda w: [], "get", signed_in()),
    ("news:letter", lambda w: [w.letter.pk], "get", signed_in_only("member", *OFFICE)),
    ("news:letter", lambda w: [w.draft_letter.pk], "get", signed_in_only(*OFFICE)),
    ("sitemap", lambda w: [], "get", everybody(OK)),
    ("sitemap-section", lambda w: ["meetings"], "get", everybody(OK)),
    ("sitemap-section", lambda w: ["nothing"], "get", everybody(NOTHING)),
]
