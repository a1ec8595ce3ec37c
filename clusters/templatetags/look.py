"""The look, for templates: icons, pictures from data, and dates as we write them."""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clusters import charts, dates, fragments, pictures
from clusters.templatetags.constant import of_literals

register = template.Library()

register.simple_tag(fragments.fragment)
register.simple_tag(charts.attendance)
register.simple_tag(charts.rhythm)
register.simple_tag(pictures.glyph)
register.simple_tag(pictures.mark)
register.simple_tag(pictures.month_dots)
register.simple_tag(pictures.places)
register.simple_tag(pictures.topic_glyph)
register.simple_tag(pictures.turn_dots)
for written in (
    dates.long_date,
    dates.weekday_date,
    dates.short_date,
    dates.row_date,
    dates.clock,
    dates.date_and_clock,
):
    register.filter(written, expects_localtime=True)


@register.simple_tag
def icon(name: str) -> str:
    """An icon of the sprite img/icons.svg. It stands beside words, never for them."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


register.tag("icon", of_literals(register.tags["icon"]))


@register.simple_tag
def scene(name: str, css_class: str = "scene", height: int = 520) -> str:
    """A dot-screen picture of the place: "bay", "fells" or "mills". A lower one is cut at its foot."""
    return format_html(
        '<svg class="{}" viewBox="0 0 1200 {}" stroke="currentColor" preserveAspectRatio="xMidYM{} slice" '
        'aria-hidden="true" focusable="false"><use href="{}#scene" width="1200" height="520"/></svg>',
        css_class,
        height,
        "ax" if height == 520 else "in",
        static(f"img/scene-{name}.svg"),
    )


@register.simple_tag
def font_preload() -> str:
    """Tells the browser early of the font of the headings; nothing where it wasn't built."""
    try:
        url = static("fonts/bricolage-grotesque.woff2")
    except ValueError:  # not in the manifest
        return ""
    return format_html('<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin>', url)


@register.simple_block_tag
def kept(content: str) -> str:
    """The words of a block, to be printed more than once, in attributes too:
    {% kept as page_title %}{% block title %}{% endblock %}{% endkept %}"""
    return SafeString(" ".join(content.split()).replace('"', "&quot;"))


@register.simple_tag
def language_in_force() -> str:
    """As HTML writes it: en-GB, zh-Hans."""
    language, _, region = (get_language() or settings.LANGUAGE_CODE).partition("-")
    region = region.upper() if len(region) == 2 else region.title()
    return f"{language}-{region}" if region else language
