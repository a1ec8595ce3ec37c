"""The front pages."""

from __future__ import annotations

from copy import copy
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from clusters.brands import brand_of, canonical, wear
from clusters.kept_figures import kept
from clusters.linked_data import graph, organization, site
from clusters.models import Association
from clusters.templatetags.pages import linked_data
from clusters.visitors_pages import same_for_visitors
from meetings.models import Meeting
from news import front

EVERYBODY = AnonymousUser()


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
    if request.user.is_authenticated:
        page = page.for_reader(request.user)
    context = {
        "page": page,
        "next_meetings": Meeting.objects.that_know_seats(page.next_meetings),
        "canonical_url": canonical(request),
    }
    return render(request, "news/home.html", context)


class FrontPage(NamedTuple):
    """What everybody sees of it but for the places left at meetings. Of the association, the columns are meant."""

    association: Association | None
    linked: SafeString
    hero: SafeString
    next_meetings: list[Meeting]
    year: SafeString
    story: SafeString
    themes: SafeString
    supporters: SafeString

    def for_reader(self, user) -> FrontPage:
        """Who may see more meetings, and quiet supporters."""
        here = copy(self.association)
        supporters = written_supporters(here, user)
        return self._replace(next_meetings=list(front.next_meetings(here, user)), supporters=supporters)


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
        next_meetings=list(front.next_meetings(association, EVERYBODY)),
        year=render_to_string("news/_year.html", shown),
        story=render_to_string("news/_story.html", shown),
        themes=render_to_string("news/_themes.html", shown),
        supporters=written_supporters(association, EVERYBODY),
    )


def written_supporters(association: Association | None, user) -> SafeString:
    return render_to_string("clusters/_supporters.html", {"supports": front.supporters(association, user)})
