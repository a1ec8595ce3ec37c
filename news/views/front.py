"""The front pages."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from clusters.brands import brand_of, canonical, wear
from clusters.kept_figures import kept
from clusters.linked_data import graph, organization, site
from clusters.models import Association
from clusters.onlookers import EVERYBODY, PLACES, kept_for_reach
from clusters.templatetags.pages import linked_data
from clusters.visitors_pages import same_for_visitors
from meetings.templatetags.meeting_rows import Listed, listed, written_rows
from news import front


@login_not_required
@require_safe
@same_for_visitors()
def home(request):
    """The front page of the installation; under an association's own host name, the association's."""
    if request.site_association:
        return render_front(request, request.site_association)
    return render_front(request, None)


@login_not_required
@require_safe
@same_for_visitors()
def association(request, slug):
    association = association_at(slug)
    if association == request.site_association:
        return redirect("news:home")
    wear(request, association)
    return render_front(request, association)


def association_at(slug: str) -> Association:
    """Everybody may see them all."""
    found = Association.objects.visible_to(EVERYBODY)
    return copy(kept(("association", slug), lambda: get_object_or_404(found, slug=slug)))


def render_front(request, association):
    number = association and association.pk
    page = kept(("front page in parts", number), lambda: front_page(number))
    own = kept_for_reach(
        request.user, PLACES, ("own parts of the front page", number), partial(own_parts, number)
    )
    context = {
        "page": page,
        "next_meetings": SafeString("".join(written_rows(own.next_meetings))),
        "supporters": own.supporters,
        "canonical_url": canonical(request),
    }
    return render(request, "news/home.html", context)


class OwnParts(NamedTuple):
    """Of which some see more than others: meetings, but for the places left at them, and quiet supporters."""

    next_meetings: list[Listed]
    supporters: SafeString


def own_parts(number: int | None, user) -> OwnParts:
    association = Association.objects.get(pk=number) if number else None
    shown = {"supports": front.supporters(association, user)}
    return OwnParts(
        [listed(meeting) for meeting in front.next_meetings(association, user)],
        supporters=render_to_string("clusters/_supporters.html", shown),
    )


class FrontPage(NamedTuple):
    """What everybody sees of it. Of the association, the columns are meant."""

    association: Association | None
    linked: SafeString
    hero: SafeString
    year: SafeString
    story: SafeString
    themes: SafeString


def front_page(number: int | None) -> FrontPage:
    """Of the association of this number, which is asked for here with all that it shows, or of the site."""
    association = Association.objects.get(pk=number) if number else None
    figures = front.figures(association)
    story, news = front.story_and_news(association, EVERYBODY)
    shown = {
        "association": association,
        "cluster_word": brand_of(association, on_own_host=False).cluster_word,
        "clusters": figures.clusters,
        "groups": figures.groups,
        "number_of_clusters": sum(group["number"] for group in figures.groups),
        "year": figures.year,
        "story": story,
        "news": news,
        "themes": figures.themes,
        "drive": front.running_drive(association) if association else None,
    }
    return FrontPage(
        association,
        linked=linked_data(graph(organization(association) if association else site())),
        hero=render_to_string("news/_hero.html", shown),
        year=render_to_string("news/_year.html", shown),
        story=render_to_string("news/_story.html", shown),
        themes=render_to_string("news/_themes.html", shown),
    )
