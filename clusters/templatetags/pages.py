"""What the pages of clusters, meetings and news share: the map, days to go, small numbers, linked data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import quote

from django import template
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters import pictures, present
from clusters.addresses import address
from clusters.cluster_rows import ClusterRow, town_of
from clusters.fragments import fragment
from clusters.maps import Here, Town, region_map
from clusters.models import Cluster, Support, Supporter, SupporterLogo

register = template.Library()

MOST_DOTS = 600  # in a field
NUMBERS = [
    gettext_lazy("no"),
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
    gettext_lazy("ten"),
    gettext_lazy("eleven"),
    gettext_lazy("twelve"),
]
SAFE_IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def cluster_map(clusters, label: str, lit: str = "", here=None, rings: Sequence[int] = ()) -> SafeString:
    """The map of clusters that know their `firms`. `here` has a name and a position."""
    return map_of([town_of(cluster) for cluster in clusters], label, lit, here, rings)


@register.simple_tag
def map_of(
    towns: Sequence[Town], label: str, lit: str = "", here=None, rings: Sequence[int] = ()
) -> SafeString:
    spot = Here(here.name, here.latitude, here.longitude) if here else None
    return region_map(towns, label, lit=lit, here=spot, rings=rings)


@register.simple_tag
def cluster_tile(cluster) -> SafeString:
    """A cluster that knows its `firms`, inside ul.tiles."""
    is_active = cluster.state == "active"
    return fragment(
        "clusters/_tile.html",
        url=cluster.get_absolute_url(),
        name=cluster.name,
        seed=cluster.glyph_seed,
        firms=cluster.firms,
        is_active=is_active,
        rhythm=str(
            Cluster.Cadence(cluster.cadence).label
            if is_active
            else Cluster.State(cluster.state).label.lower()
        ),
    )


@register.simple_tag
def near_row(row: ClusterRow, miles: float | None = None, is_best: bool = False) -> SafeString:
    """`miles` from where the visitor is; `is_best` for the answer."""
    distance = "" if miles is None else distance_of(miles)
    return fragment("clusters/_near.html", row=row, distance=distance, is_best=is_best)


@register.simple_tag
def near_rows(rows: Sequence[ClusterRow]) -> SafeString:
    """Those of a list without miles."""
    return fragment("clusters/_near_rows.html", rows=tuple(rows))


def distance_of(miles: float) -> str:
    if miles < 1:
        return _("Less than 1 mile")
    return _("%(miles)s miles") % {"miles": floatformat(miles, 0 if miles >= 9.5 else 1)}


class Picture(NamedTuple):
    url: str
    width: int
    height: int

    @classmethod
    def of(cls, logo: SupporterLogo | None) -> Picture | None:
        if logo is None:
            return None
        return cls(address("clusters:supporter-logo", logo.uid, "small"), logo.width, logo.height)


class Gift(NamedTuple):
    what: str
    cluster: str
    start: date
    amount: Decimal | None  # if it is public
    description: str
    is_amount_public: bool
    is_public: bool

    @classmethod
    def of(cls, support: Support) -> Gift:
        return cls(
            str(Support.Gives(support.gives).label),
            support.cluster.name if support.cluster else "",
            support.start,
            support.amount if support.amount_public else None,
            support.description,
            support.amount_public,
            support.public,
        )


@register.simple_tag
def supporter_row(supporter: Supporter, supports: Sequence[Support]) -> SafeString:
    """With what it gives to whom. Select the logo and the clusters beforehand."""
    return fragment(
        "clusters/_supporter.html",
        slug=supporter.slug,
        name=supporter.name,
        kind=str(Supporter.Kind(supporter.kind).label),
        about=supporter.about,
        website=supporter.website,
        picture=Picture.of(supporter.picture),
        gifts=tuple(Gift.of(support) for support in supports),
    )


@register.simple_tag
def year_row(year) -> SafeString:
    """The twelve months of a cluster (`clusters.months`)."""
    months = tuple(
        (
            month.first,
            tuple(
                (meeting.get_absolute_url(), meeting.day, meeting.title, state)
                for meeting, state in month.meetings
            ),
        )
        for month in year
    )
    return fragment("clusters/_months.html", months=months)


@register.simple_tag
def topic_row(topic) -> SafeString:
    """Of a topic that knows by how many firms it is `wanted`."""
    return fragment(
        "clusters/_topic.html", name=topic.name, theme=topic.get_theme_display(), wanted=topic.wanted
    )


class Firm(NamedTuple):
    name: str
    initials: str
    url: str

    @classmethod
    def of(cls, company) -> Firm | None:
        return company and cls(company.name, company.initials, company.get_absolute_url())


@register.simple_tag
def rota_row(row: dict, signed_in: bool) -> SafeString:
    """A meeting, its state and the firms that agreed to chair and host it (`clusters.views.clusters.rota_of`)."""
    return fragment(
        "clusters/_rota_row.html",
        state=row["state"],
        starts_at=row["meeting"].starts_at,
        day=row["meeting"].day,
        chair=Firm.of(row["chair"]),
        host=Firm.of(row["host"]),
        signed_in=signed_in,
    )


@register.simple_tag
def turn_of_round(step: int) -> SafeString:
    """A small table at which the turn has moved on so many seats: one chairs, one hosts."""
    had = [*range(6, 9), *range(step)]
    return pictures.round_table(9, had, chair=step, host=step + 4, css_class="round round-sm", size=200)


@register.simple_tag
def target_field(target) -> SafeString:
    """The way to a target of a drive: a dot for each, or for several if they are very many. The figure is beside it."""
    scale = -(-target.number // MOST_DOTS)
    number = -(-target.number // scale)
    css_class = "field-dots is-tens" if number <= 10 else "field-dots"
    return pictures.dot_field(
        target.reached // scale, 0, number, columns=min(number, 25), css_class=css_class
    )


@register.simple_tag
def firm_dots(number: int) -> SafeString:
    """A dot for each firm; of very many the first. The number stands beside it."""
    shown = min(number, MOST_DOTS)
    return pictures.dot_field(shown, 0, shown, columns=30, css_class="field-dots is-branch")


@register.filter
def days_ahead(day: date) -> str:
    """today, tomorrow, in 10 days; nothing for what is over."""
    days = (day - present.today()).days
    if days < 0:
        return ""
    if days < 2:
        return _("tomorrow") if days else _("today")
    return ngettext("in %(number)s day", "in %(number)s days", days) % {"number": days}


@register.filter
def guesses(places: Sequence[str]) -> SafeString:
    """Searches for them, as links: Lancaster, Morecambe or Kendal."""
    links = [format_html('<a href="?q={}">{}</a>', quote(place), place) for place in places]
    return SafeString(f" {_('or')} ".join(links))


@register.filter
def in_words(number: int) -> str:
    """Up to twelve as a word: twelve clusters, 13 clusters."""
    return str(NUMBERS[number]) if 0 <= number < len(NUMBERS) else f"{number:,}"


@register.filter
def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


@register.simple_tag
def linked_data(thing: dict | list) -> SafeString:
    """Facts for search engines (schema.org) as JSON-LD: data, which a strict CSP lets pass."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":")).translate(SAFE_IN_SCRIPT)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


@register.filter
def lower_first(words: str) -> str:
    """For a phrase inside a sentence; its names keep their capitals."""
    return words[:1].lower() + words[1:]
