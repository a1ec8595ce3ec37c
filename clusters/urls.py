from django.urls import path, re_path

from .views import appearance, clusters, questions, reports, share_pictures, statements, supporters

app_name = "clusters"

urlpatterns = [
    path("clusters/", clusters.cluster_list, name="cluster-list"),
    path("clusters/<slug:slug>/", clusters.cluster, name="cluster"),
    path(
        "clusters/<slug:slug>/share-<slug:version>.png",
        share_pictures.cluster_share_picture,
        name="cluster-share-picture",
    ),
    path("clusters/<slug:slug>/faq/", questions.cluster_faq, name="cluster-faq"),
    path("associations/<slug:slug>/faq/", questions.association_faq, name="association-faq"),
    path("faq/", questions.faq, name="faq"),
    path("faq/<int:pk>/helpful/", questions.question_helpful, name="question-helpful"),
    path("supporters/", supporters.supporters, name="supporters"),
    path("supporters/costs/", supporters.supporter_costs, name="supporter-costs"),
    path("supporters/logos/<uuid:uid>-<slug:size>.webp", supporters.supporter_logo, name="supporter-logo"),
    path("privacy/", statements.privacy, name="privacy"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("robots.txt", statements.robots, name="robots"),
    path(".well-known/security.txt", statements.security_txt, name="security-txt"),
    path("csp-report/", reports.csp_report, name="csp-report"),
    path("appearance/", appearance.appearance, name="appearance"),
    re_path(
        r"^brand/(?P<slug>[-a-zA-Z0-9_]+)-(?P<accent>[0-9a-f]{6})\.css$",
        appearance.brand_css,
        name="brand-css",
    ),
]
