"""The news as everybody reads it: lists, feeds, articles, and their pictures."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.dateformat import format as format_date
from django.utils.safestring import SafeString
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from clusters.bounded import BoundedPaginator
from clusters.brands import canonical, wear
from clusters.images import served
from clusters.kept_figures import kept
from clusters.models import Association, Theme
from clusters.share_picture import SharePicture
from clusters.templatetags.pages import linked_data
from clusters.views.share_pictures import EVERYBODY, Shared, picture_response, shared
from clusters.visitors_pages import same_for_visitors
from members.models import Company
from news import feeds
from news.linked_data import article_data
from news.lists import NewsList, Wanted
from news.models import Article, ArticlePicture

PER_PAGE = 12
SHARE_ADDRESS = "news:article-share-picture"
WITH_ALL = ["association", "author", "company", "picture"]


class ListPage(NamedTuple):
    """All but the frame, and whose brand that wears."""

    number: int
    title: str
    brand: Association | None
    main: SafeString


@login_not_required
@require_safe
@same_for_visitors("association", "cluster", "kind", "theme", "page")
def article_list(request):
    """The published articles, with ?kind=, ?cluster=, ?theme=, ?association= and ?page=."""
    wanted, number = Wanted.asked_for(request), request.GET.get("page")
    make = partial(written_list, wanted, number)
    page = make() if number else kept(("news in parts", wanted), make)
    if page.brand:
        wear(request, page.brand)
    context = {"nav": "news", "list": page, "wanted": wanted, "canonical_url": canonical(request)}
    return render(request, "news/article_list.html", context)


def written_list(wanted: Wanted, number: str | None) -> ListPage:
    asked = NewsList.of(wanted)
    articles = asked.articles().defer(*Article.LONG).prefetch_related("clusters")
    page = BoundedPaginator(articles, PER_PAGE).get_page(number)
    page.object_list = list(page.object_list)
    shown = {
        "page": page,
        "asked": asked,
        "parameters": wanted.parameters,
        "kinds": Article.Kind,
        "themes": Theme,
    }
    return ListPage(page.number, asked.title, asked.brand, render_to_string("news/_list.html", shown))


@login_not_required
@require_safe
@same_for_visitors("association", "cluster", "kind", "theme")
@conditional_page
@cache_control(public=True, max_age=300)
def article_feed(request, form: str):
    """The same list as a feed, `form` "atom" or "rss"."""
    wanted = Wanted.asked_for(request)
    body = kept(("feed", form, wanted), partial(feeds.written, wanted, form))
    return HttpResponse(body, content_type=feeds.FORMS[form].content_type)


class ArticlePage(NamedTuple):
    title: str
    summary: str
    association: Association
    linked: SafeString
    share_picture: Shared | None
    main: SafeString


@login_not_required
@require_safe
@same_for_visitors()
def article(request, slug):
    page = article_page(request.user, slug)
    wear(request, page.association)
    context = {"nav": "news", "page": page, "share_picture": page.share_picture}
    return render(request, "news/article.html", context)


def article_page(user, slug: str) -> ArticlePage:
    """What everybody reads is kept. Raises Http404."""
    try:
        return kept(("article", slug), partial(page_of, EVERYBODY, slug))
    except Http404:
        if user.is_anonymous:
            raise
        return page_of(user, slug)


def page_of(user, slug: str) -> ArticlePage:
    articles = Article.objects.visible_to(user).select_related(*WITH_ALL)
    with_pages = Company.objects.visible_to(user)  # not the frozen, nor those that left
    companies = Prefetch("companies", with_pages)
    article = get_object_or_404(articles.prefetch_related("clusters", companies), slug=slug)
    related = Article.objects.visible_to(EVERYBODY).related_to(article)
    share_picture = shared_picture_of(article)
    shown = {
        "article": article,
        "is_author": article.author_id is not None and article.author_id == user.pk,
        "picture": getattr(article, "picture", None),
        "more": related.defer(*Article.LONG)[:3],
    }
    return ArticlePage(
        article.title,
        article.summary,
        article.association,
        linked=linked_data(article_data(article, share_picture.url if share_picture else "")),
        share_picture=share_picture,
        main=render_to_string("news/_whole.html", shown),
    )


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


def shared_picture_of(article: Article) -> Shared | None:
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
