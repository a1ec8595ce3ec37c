from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path

from clusters.addresses import Remembering
from clusters.visitors_pages import same_for_visitors
from news.sitemaps import SITEMAPS

addresses = [
    path("", include("news.urls")),
    path("", include("meetings.urls")),
    path("", include("members.urls")),
    path("", include("clusters.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path(
        "sitemap.xml",
        same_for_visitors()(login_not_required(sitemaps.index)),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-section"},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml",
        same_for_visitors("p")(login_not_required(sitemaps.sitemap)),
        {"sitemaps": SITEMAPS, "template_name": "sitemap_section.xml"},
        name="sitemap-section",
    ),
]
urlpatterns = [Remembering(addresses)]

handler400 = "clusters.views.errors.bad_request"
handler403 = "clusters.views.errors.forbidden"
handler404 = "clusters.views.errors.not_found"
handler500 = "clusters.views.errors.server_error"
