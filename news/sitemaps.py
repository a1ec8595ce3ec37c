"""What search engines should read: the pages that everybody may see, under the site's main address."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from clusters.addresses import address
from clusters.kept_figures import kept
from clusters.models import Association, Cluster
from meetings.models import Meeting
from news.models import Article

EVERYBODY = AnonymousUser()


class PublicSitemap(Sitemap):
    limit = 500
    protocol = "https" if settings.HTTPS else "http"

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc

    def get_latest_lastmod(self) -> None:
        """None, for Django's own reads every row."""

    def _urls(self, page, protocol, domain) -> list[SafeString]:
        """An entry for each, made here: in Django's template each of hundreds takes longer than finding it."""
        site, zone = escape(f"{protocol}://{domain}"), timezone.get_current_timezone()
        return [
            SafeString(f"<url><loc>{site}{escape(path)}</loc>{lastmod(zone, *changed)}</url>\n")
            for path, *changed in self.pages(self.paginator.page(page).object_list)
        ]

    def pages(self, items) -> Iterable[tuple]:
        """The path of each and, where that is known, when it changed."""
        raise NotImplementedError


def lastmod(zone: tzinfo, changed_at: datetime | None = None) -> str:
    return f"<lastmod>{changed_at.astimezone(zone).date().isoformat()}</lastmod>" if changed_at else ""


class PageSitemap(PublicSitemap):
    def items(self):
        return [
            "news:home",
            "clusters:cluster-list",
            "meetings:meeting-list",
            "meetings:presentation-list",
            "news:article-list",
            "clusters:faq",
            "clusters:supporters",
            "clusters:privacy",
            "clusters:accessibility",
        ]

    def pages(self, items):
        return [(reverse(item),) for item in items]


class SitemapOfRows(PublicSitemap):
    """Of rows with what stands for them in the address, and when they changed if that is known."""

    address: str  # its name

    @property
    def paginator(self):
        """They are counted for the index, and for each section."""
        pages, rows = super().paginator, self.rows()
        what = ("in the sitemap", type(self).__name__)
        pages.count = kept(what, rows.count, (rows.model._meta.label,))
        return pages

    def items(self):
        return self.rows()

    def rows(self) -> QuerySet:
        raise NotImplementedError

    def pages(self, items):
        """Addresses differ in nothing else, and one is looked up for all."""
        begin, end = address(self.address, 0).rsplit("0", 1)
        return [(f"{begin}{name}{end}", *changed) for name, *changed in items]


class AssociationSitemap(SitemapOfRows):
    address = "news:association"

    def rows(self):
        return Association.objects.visible_to(EVERYBODY).order_by("pk").values_list("slug")


class AssociationQuestionsSitemap(AssociationSitemap):
    address = "clusters:association-faq"


class ClusterSitemap(SitemapOfRows):
    address = "clusters:cluster"

    def rows(self):
        return Cluster.objects.visible_to(EVERYBODY).order_by("pk").values_list("slug")


class ClusterQuestionsSitemap(ClusterSitemap):
    address = "clusters:cluster-faq"


class MeetingSitemap(SitemapOfRows):
    address = "meetings:meeting"

    def rows(self):
        return Meeting.objects.visible_to(EVERYBODY).order_by("pk").values_list("pk", "changed_at")


class ArticleSitemap(SitemapOfRows):
    address = "news:article"

    def rows(self):
        return Article.objects.visible_to(EVERYBODY).order_by("pk").values_list("slug", "changed_at")


SITEMAPS = {
    "pages": PageSitemap,
    "associations": AssociationSitemap,
    "association-questions": AssociationQuestionsSitemap,
    "clusters": ClusterSitemap,
    "cluster-questions": ClusterQuestionsSitemap,
    "meetings": MeetingSitemap,
    "articles": ArticleSitemap,
}
