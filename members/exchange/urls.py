from django.urls import path

from members.views import contact, introduction_links, introductions, opportunities

urlpatterns = [
    path("introductions/", introductions.introduction_list, name="introduction-list"),
    path("introductions/<int:pk>/", introductions.introduction, name="introduction"),
    path("introductions/<int:pk>/accept/", introductions.introduction_accept, name="introduction-accept"),
    path("introductions/<int:pk>/decline/", introductions.introduction_decline, name="introduction-decline"),
    path(
        "introductions/<int:pk>/withdraw/", introductions.introduction_withdraw, name="introduction-withdraw"
    ),
    path("introductions/<int:pk>/write/", introductions.introduction_write, name="introduction-write"),
    path("introductions/<int:pk>/outcome/", introductions.introduction_outcome, name="introduction-outcome"),
    path("introductions/<int:pk>/report/", introductions.introduction_report, name="introduction-report"),
    path("introductions/<int:pk>/block/", introductions.introduction_block, name="introduction-block"),
    path("introductions/blocked/<int:pk>/unblock/", introductions.unblock, name="unblock"),
    path(
        "introductions/by-mail/<str:token>/", introduction_links.introduction_link, name="introduction-link"
    ),
    path(
        "introductions/by-mail/<str:token>/forward/",
        introduction_links.link_forward,
        name="introduction-link-forward",
    ),
    path(
        "introductions/by-mail/<str:token>/turn-down/",
        introduction_links.link_turn_down,
        name="introduction-link-turn-down",
    ),
    path(
        "introductions/by-mail/<str:token>/accept/",
        introduction_links.link_accept,
        name="introduction-link-accept",
    ),
    path(
        "introductions/by-mail/<str:token>/decline/",
        introduction_links.link_decline,
        name="introduction-link-decline",
    ),
    path(
        "introductions/by-mail/<str:token>/outcome/",
        introduction_links.link_outcome,
        name="introduction-link-outcome",
    ),
    path("companies/<slug:slug>/introduce/", introductions.introduction_ask, name="introduction-ask"),
    path("opportunities/", opportunities.opportunity_list, name="opportunity-list"),
    path("opportunities/post/", opportunities.opportunity_post, name="opportunity-post"),
    path("opportunities/<int:pk>/", opportunities.opportunity, name="opportunity"),
    path("opportunities/<int:pk>/reply/", opportunities.opportunity_reply, name="opportunity-reply"),
    path("opportunities/<int:pk>/close/", opportunities.opportunity_close, name="opportunity-close"),
    path("opportunities/<int:pk>/report/", opportunities.opportunity_report, name="opportunity-report"),
    path("clusters/<slug:slug>/contact/", contact.contact_cluster, name="contact"),
    path("associations/<slug:slug>/contact/", contact.contact_association, name="association-contact"),
]
