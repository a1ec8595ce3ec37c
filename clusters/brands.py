"""Whose site it is: the brand that pages wear and the host names that choose it."""

from collections.abc import Mapping
from copy import copy
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext

from clusters.addresses import address
from clusters.colours import deepen
from clusters.kept_figures import kept
from clusters.models import Association, Hostname

THEMES = ("auto", "light", "dark")


class Brand(NamedTuple):
    name: str
    name_lines: tuple[str, ...]
    slug: str = ""
    tagline: str = ""
    mark: tuple = ()
    home_url: str = "/"
    css_url: str = ""
    faq_url: str = ""
    cluster_word: str = "Clusters"


class AssociationByHostname:
    """Sets `request.site_association`: the association whose host name was asked for, or None.

    Views that show one association's things call `wear(request, association)`.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        host = request.get_host().rsplit(":", 1)[0].lower()
        request.site_association = copy(associations_by_hostname().get(host))
        request.worn_association = request.site_association
        return self.get_response(request)


def associations_by_hostname() -> dict[str, Association]:
    def ask() -> dict[str, Association]:
        return {one.name.lower(): one.association for one in Hostname.objects.select_related("association")}

    return kept(("host names",), ask)


def wear(request, association: Association) -> None:
    """The page shown is this association's, which may be kept: it wears its brand."""
    request.worn_association = copy(association)


def brand_of(association: Association | None, *, on_own_host: bool) -> Brand:
    if association is None:
        first, _, rest = settings.SITE_NAME.rpartition(" ")
        return Brand(
            name=settings.SITE_NAME,
            name_lines=(first or rest, rest if first else ""),
            tagline=gettext(
                "Local clusters of digital businesses: find yours, come to a meeting, join free."
            ),
            faq_url=address("clusters:faq"),
        )
    return Brand(
        name=association.name,
        name_lines=(*association.name_lines.split("|"), "")[:2],
        slug=association.slug,
        tagline=association.tagline,
        mark=tuple(map(tuple, association.mark)),
        home_url="/" if on_own_host else association.get_absolute_url(),
        css_url=address("clusters:brand-css", association.slug, association.accent[1:]),
        faq_url=address("clusters:faq")
        if on_own_host
        else address("clusters:association-faq", association.slug),
        cluster_word=association.cluster_word,
    )


def stylesheet(accent: str, slug: str) -> str:
    """The two tokens that make a brand, as CSS. `accent` is #rrggbb, checked by the model."""
    return f':root[data-region="{slug}"]{{--accent:{accent};--gorse-deep:{deepen(accent)}}}\n'


def canonical(request) -> str:
    """The address of a page that differs by host name: lists and front pages. Others have one address."""
    if request.site_association is None:
        return f"{settings.SITE_URL}{request.path}"
    return request.build_absolute_uri(request.path)


def theme_in(cookies: Mapping[str, str]) -> str:
    """The visitor's choice of light or dark."""
    theme = cookies.get("theme", "auto")
    return theme if theme in THEMES else "auto"


def brand(request) -> dict:
    """Context processor: the brand, the canonical address and the visitor's choice of light or dark."""
    association = getattr(request, "worn_association", None)
    own = association is not None and association == getattr(request, "site_association", None)
    return {
        "brand": brand_of(association, on_own_host=own),
        "lit_cluster": "",  # the slug of the dot of its mark that is lit, on pages of a cluster
        "canonical_url": f"{settings.SITE_URL}{request.path}",
        "theme": theme_in(request.COOKIES),
        "demo": settings.DEMO,
    }
