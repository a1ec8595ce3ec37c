"""The choices of a search, of which there may be a hundred: a template would take most of its page to write them."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def options(choices: Iterable[tuple], chosen: str) -> SafeString:
    """Each the value in the address, the words, and how many have it, if that is known; nobody has what 0 have."""
    written = (
        f'<option value="{conditional_escape(value)}"{" selected" if value == chosen else ""}>'
        f"{conditional_escape(words)}{f' ({number[0]})' if any(number) else ''}</option>"
        for value, words, *number in choices
        if number != [0] or value == chosen
    )
    return mark_safe("".join(written))  # noqa: S308 - escaped above
