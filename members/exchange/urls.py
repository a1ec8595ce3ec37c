from django.urls import include, path

from members.views import contact, introduction_links, introductions, opportunities

of_introduction = [
    path("", introductions.introduction, name="introduction"),
    path("accept/", introductions.introduction_accept, name="introduction-accept"),
    path("decline/", introductions.introduction_decline, name="introduction-decline"),
    path("withdraw/", introductions.introduction_withdraw, name="introduction-withdraw"),
    path("write/", introductions.introduction_write, name="introduction-write"),
    path("outcome/", introductions.introduction_outcome, name="introduction-outcome"),
    path("report/", introductions.introduction_report, name="introduction-report"),
    path("block/", introductions.introduction_block, name="introduction-block"),
]

of_opportunity = [
    path("", opportunities.opportunity, name="opportunity"),
    path("reply/", opportunities.opportunity_reply, name="opportunity-reply"),
    path("close/", opportunities.opportunity_close, name="opportunity-close"),
    path("report/", opportunities.opportunity_report, name="opportunity-report"),
]

urlpatterns = [
    path("introductions/", introductions.introduction_list, name="introduction-list"),
    path("introductions/<int:pk>/", include(of_introduction)),
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
    path("opportunities/<int:pk>/", include(of_opportunity)),
    path("clusters/<slug:slug>/contact/", contact.contact_cluster, name="contact"),
    path("associations/<slug:slug>/contact/", contact.contact_association, name="association-contact"),
]
