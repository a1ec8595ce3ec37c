"""What search engines should read: the pages that everybody may see, under the site's main address."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from clusters.models import Association, Cluster
from meetings.models import Meeting
from news.models import Article

EVERYBODY = AnonymousUser()


class PublicSitemap(Sitemap):
    limit = 1_000  # a page is made in about a tenth of a second
    protocol = "https" if settings.HTTPS else "http"

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc

    def get_latest_lastmod(self) -> None:
        """None, for Django's own reads every row."""


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
        return reverse("clusters:association-faq", args=[item.slug])


class ClusterSitemap(PublicSitemap):
    def items(self):
        return Cluster.objects.visible_to(EVERYBODY).only("slug").order_by("pk")


class ClusterQuestionsSitemap(ClusterSitemap):
    def location(self, item):
        return reverse("clusters:cluster-faq", args=[item.slug])


class MeetingSitemap(PublicSitemap):
    def items(self):
        return Meeting.objects.visible_to(EVERYBODY).only("changed_at").order_by("pk")

    def lastmod(self, item):
        return item.changed_at


class ArticleSitemap(PublicSitemap):
    def items(self):
        return Article.objects.visible_to(EVERYBODY).only("slug", "changed_at").order_by("pk")

    def lastmod(self, item):
        return item.changed_at


SITEMAPS = {
    "pages": PageSitemap,
    "associations": AssociationSitemap,
    "association-questions": AssociationQuestionsSitemap,
    "clusters": ClusterSitemap,
    "cluster-questions": ClusterQuestionsSitemap,
    "meetings": MeetingSitemap,
    "articles": ArticleSitemap,
}
