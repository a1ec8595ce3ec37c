"""What search engines should read: the pages that everybody may see, under the site's main address."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from clusters.addresses import address
from clusters.kept_figures import kept
from clusters.models import Association, Cluster
from meetings.models import Meeting
from news.models import Article

EVERYBODY = AnonymousUser()


def changed_on(moment: datetime) -> SafeString:
    return SafeString(f"<lastmod>{timezone.localdate(moment).isoformat()}</lastmod>")


class PublicSitemap(Sitemap):
    limit = 500
    protocol = "https" if settings.HTTPS else "http"

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc

    def get_latest_lastmod(self) -> None:
        """None, for Django's own reads every row."""

    def _urls(self, page, protocol, domain) -> list[SafeString]:
        """An entry for each, made here: in Django's template each of hundreds takes longer than finding it."""
        begin, end = format_html("<url><loc>{}://{}", protocol, domain), SafeString("</url>\n")
        return [
            begin + escape(self.location(item)) + SafeString("</loc>") + self.changed(item) + end
            for item in self.paginator.page(page).object_list
        ]

    def changed(self, item) -> SafeString:
        return SafeString("")


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

    def location(self, item):
        return reverse(item)


class AssociationSitemap(PublicSitemap):
    def items(self):
        return Association.objects.visible_to(EVERYBODY).only("slug").order_by("pk")


class AssociationQuestionsSitemap(AssociationSitemap):
    def location(self, item):
        return address("clusters:association-faq", item.slug)


class ClusterSitemap(PublicSitemap):
    def items(self):
        return Cluster.objects.visible_to(EVERYBODY).only("slug").order_by("pk")


class ClusterQuestionsSitemap(ClusterSitemap):
    def location(self, item):
        return address("clusters:cluster-faq", item.slug)


class MeetingSitemap(PublicSitemap):
    @property
    def paginator(self):
        """They are counted for the index, and for each section."""
        pages = super().paginator
        pages.count = kept(("meetings in the sitemap",), self.items().count, ("meetings.Meeting",))
        return pages

    def items(self):
        return Meeting.objects.visible_to(EVERYBODY).only("changed_at").order_by("pk")

    def changed(self, item):
        return changed_on(item.changed_at)


class ArticleSitemap(PublicSitemap):
    def items(self):
        return Article.objects.visible_to(EVERYBODY).only("slug", "changed_at").order_by("pk")

    def changed(self, item):
        return changed_on(item.changed_at)


SITEMAPS = {
    "pages": PageSitemap,
    "associations": AssociationSitemap,
    "association-questions": AssociationQuestionsSitemap,
    "clusters": ClusterSitemap,
    "cluster-questions": ClusterQuestionsSitemap,
    "meetings": MeetingSitemap,
    "articles": ArticleSitemap,
}
