"""The news as everybody reads it."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.dateformat import format as format_date
from django.views.decorators.http import require_safe

from clusters.brands import canonical, wear
from clusters.share_picture import SharePicture
from clusters.views.share_pictures import EVERYBODY, picture_response, shared
from clusters.visitors_pages import same_for_visitors
from news.linked_data import article_data
from news.models import Article

PER_PAGE = 12
SHARE_ADDRESS = "news:article-share-picture"


@login_not_required
@require_safe
@same_for_visitors("kind", "page")
def article_list(request):
    kind = request.GET.get("kind", "")
    articles = Article.objects.visible_to(request.user).of(request.site_association).published().defer("body")
    if kind in Article.Kind.values:
        articles = articles.filter(kind=kind)
    page = Paginator(articles.prefetch_related("clusters"), PER_PAGE).get_page(request.GET.get("page"))
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
@same_for_visitors()
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
        "share_picture": shared_picture_of(article),
    }
    return render(request, "news/article.html", context)


@login_not_required
@require_safe
def article_share_picture(request, slug, version):
    articles = Article.objects.visible_to(EVERYBODY).select_related("association")
    article = get_object_or_404(articles.prefetch_related("clusters"), slug=slug)
    return picture_response(picture_of_article(article), SHARE_ADDRESS, slug, version)


def shared_picture_of(article: Article) -> dict | None:
    """None for one that not everybody may read."""
    return shared(picture_of_article(article), SHARE_ADDRESS, article.slug) if article.is_out else None


def picture_of_article(article: Article) -> SharePicture:
    """Needs the association and the clusters."""
    clusters = article.clusters.all()
    return SharePicture.of(
        article.association,
        kicker=article.get_kind_display(),
        title=article.title,
        line=", ".join(filter(None, [article.where, format_date(article.published_at, "j F Y")])),
        lit=clusters[0].slug if clusters else "",
    )
