"""Firms in lists, kept for the same values (clusters.fragments)."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from clusters.fragments import HOLE, filled, fragment
from members.directory import Firm
from members.models import Company

register = template.Library()


@register.simple_tag
def small_logo(company: Company) -> SafeString:
    """Its logo, or its initials. Select the logo beforehand."""
    logo = company.logo_if_any
    if logo is None:
        return fragment(
            "members/company/_small_logo.html", src="", width=0, height=0, initials=company.initials
        )
    return fragment(
        "members/company/_small_logo.html",
        src=logo.small_url,
        width=logo.width,
        height=logo.height,
        initials="",
    )


@register.simple_tag
def firm_row(firm: Firm, place: SafeString) -> SafeString:
    """`place` is where, in what it wrote, it has the words that were looked for, or ""."""
    return filled(fragment("members/directory/_firm.html", firm=firm, place=HOLE if place else ""), place)


@register.simple_tag
def firm_tile(company: Company) -> SafeString:
    """Inside ul.tiles.is-firms."""
    return fragment(
        "members/company/_tile.html",
        logo=small_logo(company),
        url=company.get_absolute_url(),
        name=company.name,
        summary=company.summary,
    )


@register.simple_tag
def firm_names(companies: Iterable[Company]) -> SafeString:
    """A list of many, by name alone."""
    return fragment(
        "members/company/_names.html", firms=tuple((one.get_absolute_url(), one.name) for one in companies)
    )
