"""Firms in lists, kept for the same values (clusters.fragments)."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from clusters.fragments import fragment
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
def firm_row(firm: Any) -> SafeString:
    """As `directory.firms` gives it, with the `contact` fields that the reader may see."""
    return fragment(
        "members/directory/_firm.html",
        logo=small_logo(firm),
        url=firm.get_absolute_url(),
        name=firm.name,
        summary=firm.summary,
        place=firm.place,
        where=firm.contact.where,
        size=str(Company.Size(firm.size).label) if firm.size else "",
        clusters=tuple(firm.cluster_names),
        looks_for=firm.looks_for,
    )


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
