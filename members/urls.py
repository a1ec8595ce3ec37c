from django.conf import settings
from django.urls import include, path

from .views import (
    asking,
    companies,
    company_edit,
    demo,
    directory,
    drives,
    interests,
    invitations,
    join,
    mail,
    me,
    people,
    site_figures,
)

app_name = "members"

of_joining = [
    path("", join.join, name="join"),
    path("company/", join.join_company, name="join-company"),
    path("company/alike/", join.look_alike_companies, name="join-look-alikes"),
    path("company/alike/<int:pk>/", join.join_represent, name="join-represent"),
    path("company/another/", join.join_register, name="join-register"),
    path("clusters/", join.join_clusters, name="join-clusters"),
    path("done/", join.join_done, name="join-done"),
]

of_company = [
    path("", companies.company, name="company"),
    path("card.vcf", companies.company_card, name="company-card"),
    path(
        "share-<slug:version>.png",
        companies.company_share_picture,
        name="company-share-picture",
    ),
    path("edit/", company_edit.company_edit, name="company-edit"),
    path("people/", people.company_people, name="company-people"),
    path("people/invite/", people.company_invite, name="company-invite"),
    path("take-over/", people.company_take_over, name="company-take-over"),
]

of_representative = [
    path("accept/", me.representative_accept, name="representative-accept"),
    path("refuse/", me.representative_refuse, name="representative-refuse"),
    path("lead/", people.representative_lead, name="representative-lead"),
    path("deputy/", people.representative_deputy, name="representative-deputy"),
    path("end/", people.representative_end, name="representative-end"),
    path("about/", people.representative_about, name="representative-about"),
    path("take-back/", me.representative_take_back, name="representative-take-back"),
]

urlpatterns = [
    path("join/", include(of_joining)),
    path("me/neighbour/", me.referral_link_make, name="referral-link-make"),
    path("drives/<slug:slug>/", drives.drive, name="drive"),
    path("drives/<slug:slug>/<slug:key>/", drives.drive_rows, name="drive-rows"),
    path("companies/", directory.company_list, name="company-list"),
    path("companies/<slug:slug>/", include(of_company)),
    path("logos/<uuid:uid>/<slug:size>.webp", companies.company_logo, name="company-logo"),
    path("colleagues/<int:pk>/withdraw/", people.colleague_withdraw, name="colleague-withdraw"),
    path("colleagues/<str:token>/", people.colleague_invitation, name="colleague-invitation"),
    path("colleagues/<str:token>/accept/", people.colleague_accept, name="colleague-accept"),
    path("me/", me.me, name="me"),
    path("memberships/<int:pk>/leave/", me.membership_leave, name="membership-leave"),
    path("memberships/<int:pk>/rejoin/", me.membership_rejoin, name="membership-rejoin"),
    path("representatives/<int:pk>/", include(of_representative)),
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
    path("tell-me/", interests.interest_ask, name="interest-ask"),
    path("tell-me/<str:token>/", interests.interest, name="interest"),
    path("tell-me/<str:token>/confirm/", interests.interest_confirm, name="interest-confirm"),
    path("tell-me/<str:token>/remove/", interests.interest_remove, name="interest-remove"),
    path("operator/", site_figures.site_figures, name="site-figures"),
    path("mail/unsubscribe/<str:token>/", mail.unsubscribe, name="unsubscribe"),
]

if settings.DEMO:
    urlpatterns += [
        path("demo/mails/", demo.demo_mails, name="demo-mails"),
        path("demo/mails/<int:pk>/", demo.demo_mail, name="demo-mail"),
        path("demo/mails/<int:pk>/html/", demo.demo_mail_html, name="demo-mail-html"),
        path("demo/mails/<int:pk>/calendar.ics", demo.demo_mail_calendar, name="demo-mail-calendar"),
    ]
