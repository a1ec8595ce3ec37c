"""Members' text as HTML: Markdown without raw HTML, then cleaned once more."""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "h3", "h4", "blockquote", "a", "code", "pre", "hr"}
KEPT = 500  # texts, of 1 to 10 KB with their HTML: lists show the same again on each page made anew
parser = MarkdownIt("commonmark", {"html": False}).disable("image")


@lru_cache(maxsize=KEPT)
def render(text: str) -> SafeString:
    """HTML that is safe whatever was typed. Headings start at h3, since pages own h1 and h2."""
    html = parser.render(text)
    for level in (2, 1):
        html = html.replace(f"<h{level}>", "<h3>").replace(f"</h{level}>", "</h3>")
    return mark_safe(  # noqa: S308 - nh3 has cleaned it
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener ugc",
        )
    )


@lru_cache(maxsize=KEPT)
def plain(text: str) -> str:
    """The words alone, for descriptions and search results."""
    return " ".join(nh3.clean(parser.render(text), tags=set()).split())
