from django import template

from clusters import markdown as md

register = template.Library()


@register.filter
def markdown(text):
    return md.render(text or "")


@register.filter
def words_of(text):
    """Markdown as plain words, for <meta> descriptions."""
    return md.plain(text or "")
