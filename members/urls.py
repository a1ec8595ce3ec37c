from django.conf import settings
from django.urls import include, path

from .views import asking, demo, drives, invitations, join, mail, me

app_name = "members"

urlpatterns = [
    path("join/", join.join, name="join"),
    path("me/neighbour/", me.referral_link_make, name="referral-link-make"),
    path("drives/<slug:slug>/", drives.drive, name="drive"),
    path("drives/<slug:slug>/<slug:key>/", drives.drive_rows, name="drive-rows"),
    path("join/company/", join.join_company, name="join-company"),
    path("join/company/alike/", join.look_alike_companies, name="join-look-alikes"),
    path("join/company/alike/<int:pk>/", join.join_represent, name="join-represent"),
    path("join/company/another/", join.join_register, name="join-register"),
    path("join/clusters/", join.join_clusters, name="join-clusters"),
    path("join/done/", join.join_done, name="join-done"),
    path("me/", me.me, name="me"),
    path("memberships/<int:pk>/leave/", me.membership_leave, name="membership-leave"),
    path("memberships/<int:pk>/rejoin/", me.membership_rejoin, name="membership-rejoin"),
    path("representatives/<int:pk>/accept/", me.representative_accept, name="representative-accept"),
    path("representatives/<int:pk>/refuse/", me.representative_refuse, name="representative-refuse"),
    path("representatives/<int:pk>/take-back/", me.representative_take_back, name="representative-take-back"),
    path("me/mail/", mail.my_mail, name="my-mail"),
    path("faq/ask/", asking.question_ask, name="question-ask"),
    path(
        "associations/<slug:slug>/faq/ask/",
        asking.association_question_ask,
        name="association-question-ask",
    ),
    path("clusters/<slug:slug>/faq/ask/", asking.cluster_question_ask, name="cluster-question-ask"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("invitations/<str:token>/accept/", invitations.invitation_accept, name="invitation-accept"),
    path("invitations/<str:token>/decline/", invitations.invitation_decline, name="invitation-decline"),
    path("", include("members.exchange.urls")),
    path("mail/unsubscribe/<str:token>/", mail.unsubscribe, name="unsubscribe"),
]

if settings.DEMO:
    urlpatterns += [
        path("demo/mails/", demo.demo_mails, name="demo-mails"),
        path("demo/mails/<int:pk>/", demo.demo_mail, name="demo-mail"),
        path("demo/mails/<int:pk>/html/", demo.demo_mail_html, name="demo-mail-html"),
        path("demo/mails/<int:pk>/calendar.ics", demo.demo_mail_calendar, name="demo-mail-calendar"),
    ]
