"""The front pages."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from clusters.brands import canonical, wear
from clusters.linked_data import graph, organization, site
from clusters.models import Association
from clusters.visitors_pages import same_for_visitors
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
    association = get_object_or_404(Association.objects.visible_to(request.user), slug=slug)
    if association == request.site_association:
        return redirect("news:home")
    wear(request, association)
    return render_front(request, association)


def render_front(request, association):
    user = request.user
    figures = front.figures(association)
    story, news = front.story_and_news(association, user)
    context = {
        "association": association,
        "clusters": figures.clusters,
        "groups": figures.groups,
        "number_of_clusters": sum(group["number"] for group in figures.groups),
        "next_meetings": front.next_meetings(association, user),
        "year": figures.year,
        "story": story,
        "news": news,
        "themes": figures.themes,
        "supporters": front.supporters(association, user),
        "drive": front.running_drive(association) if association else None,
        "canonical_url": canonical(request),
        "linked": graph(organization(association) if association else site()),
    }
    return render(request, "news/home.html", context)
