"""The front pages, and the news."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from clusters.brands import canonical, wear
from clusters.linked_data import graph, organization, site
from clusters.models import Association
from news import front
from news.linked_data import article_data
from news.models import Article

ARTICLES_PER_PAGE = 12


@login_not_required
@require_safe
def home(request):
    """The front page of the installation; under an association's own host name, the association's."""
    if request.site_association:
        return render_front(request, request.site_association)
    return render_front(request, None)


@login_not_required
@require_safe
def association(request, slug):
    association = get_object_or_404(Association.objects.visible_to(request.user), slug=slug)
    if association == request.site_association:
        return redirect("news:home")
    wear(request, association)
    return render_front(request, association)


def render_front(request, association):
    user = request.user
    clusters = front.clusters_of(association, user)
    story, news = front.story_and_news(association, user)
    context = {
        "association": association,
        "clusters": clusters,
        "groups": front.groups(clusters, user),
        "next_meetings": front.next_meetings(association, user),
        "year": front.months_ahead(association, user),
        "story": story,
        "news": news,
        "themes": front.themes(association, user),
        "supporters": front.supporters(association, user),
        "targets": front.drive_targets(association) if association else [],
        "canonical_url": canonical(request),
        "linked": graph(organization(association) if association else site()),
    }
    return render(request, "news/home.html", context)


@login_not_required
@require_safe
def article_list(request):
    kind = request.GET.get("kind", "")
    articles = Article.objects.visible_to(request.user).of(request.site_association).published().defer("body")
    if kind in Article.Kind.values:
        articles = articles.filter(kind=kind)
    page = Paginator(articles.prefetch_related("clusters"), ARTICLES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "nav": "news",
        "page": page,
        "kind": kind if kind in Article.Kind.values else "",
        "kinds": Article.Kind,
        "canonical_url": canonical(request),
    }
    return render(request, "news/article_list.html", context)


@login_not_required
@require_safe
def article(request, slug):
    articles = Article.objects.visible_to(request.user).select_related("association", "author")
    article = get_object_or_404(articles.prefetch_related("clusters", "companies"), slug=slug)
    wear(request, article.association)
    context = {
        "nav": "news",
        "article": article,
        "more": (
            Article.objects.visible_to(request.user)
            .of(article.association)
            .published()
            .exclude(pk=article.pk)
            .defer("body")[:3]
        ),
        "linked": article_data(article),
    }
    return render(request, "news/article.html", context)
