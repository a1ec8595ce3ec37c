"""The news as everybody reads it: lists, feeds, articles, and their pictures."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils.dateformat import format as format_date
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from clusters.bounded import BoundedPaginator
from clusters.brands import canonical, wear
from clusters.images import served
from clusters.models import Theme
from clusters.share_picture import SharePicture
from clusters.views.share_pictures import EVERYBODY, picture_response, shared
from clusters.visitors_pages import same_for_visitors
from members.models import Company
from news import feeds
from news.linked_data import article_data
from news.lists import NewsList
from news.models import Article, ArticlePicture

PER_PAGE = 12
SHARE_ADDRESS = "news:article-share-picture"
WITH_ALL = ["association", "author", "company", "picture"]


@login_not_required
@require_safe
@same_for_visitors("association", "cluster", "kind", "theme", "page")
def article_list(request):
    """The published articles, with ?kind=, ?cluster=, ?theme=, ?association= and ?page=."""
    asked = NewsList.asked_for(request)
    articles = asked.articles(request.user).defer(*Article.LONG).prefetch_related("clusters")
    if asked.brand:
        wear(request, asked.brand)
    context = {
        "nav": "news",
        "page": BoundedPaginator(articles, PER_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "kinds": Article.Kind,
        "themes": Theme,
        "canonical_url": canonical(request),
    }
    return render(request, "news/article_list.html", context)


@login_not_required
@require_safe
@same_for_visitors("association", "cluster", "kind", "theme")
@conditional_page
@cache_control(public=True, max_age=300)
def article_feed(request, form: str):
    """The same list as a feed, `form` "atom" or "rss". It has what everybody may read, whoever asks."""
    asked = NewsList.asked_for(request)
    return feeds.response(asked, asked.articles(EVERYBODY), form, request)


@login_not_required
@require_safe
@same_for_visitors()
def article(request, slug):
    articles = Article.objects.visible_to(request.user).select_related(*WITH_ALL)
    with_pages = Company.objects.visible_to(request.user)  # not the frozen, nor those that left
    companies = Prefetch("companies", with_pages)
    article = get_object_or_404(articles.prefetch_related("clusters", companies), slug=slug)
    wear(request, article.association)
    related = Article.objects.visible_to(request.user).related_to(article)
    share_picture = shared_picture_of(article)
    context = {
        "nav": "news",
        "article": article,
        "picture": getattr(article, "picture", None),
        "more": related.defer(*Article.LONG)[:3],
        "linked": article_data(article, share_picture),
        "share_picture": share_picture,
    }
    return render(request, "news/article.html", context)


@login_not_required
@require_safe
@cache_control(private=True, max_age=3600)
def article_picture(request, uid, size: str):
    return served(ArticlePicture.objects.visible_to(request.user), uid, size)


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
