from django.urls import include, path

from meetings.views import (
    afterwards,
    answers,
    archive,
    checkins,
    guest_data,
    lists,
    meetings,
    my_calendar,
    proposals,
    reports,
    run_sheets,
    share_pictures,
    slides,
    turn_links,
    turns,
)

app_name = "meetings"

of_meeting = [
    path("", meetings.meeting, name="meeting"),
    path(
        "share-<slug:version>.png",
        share_pictures.meeting_share_picture,
        name="meeting-share-picture",
    ),
    path("calendar.ics", meetings.meeting_ics, name="meeting-calendar"),
    path("answer/", answers.answer_details, name="answer-details"),
    path("answer/yes/", answers.answer_yes, name="answer-yes"),
    path("answer/wait/", answers.answer_wait, name="answer-wait"),
    path("answer/no/", answers.answer_no, name="answer-no"),
    path("answer/bring/", answers.answer_bring, name="answer-bring"),
    path("answer/unbring/", answers.answer_unbring, name="answer-unbring"),
    path("guest/", answers.guest, name="guest"),
    path("check-in/", checkins.check_in, name="check-in"),
    path("check-in/<int:answer>/tick/", checkins.check_in_tick, name="check-in-tick"),
    path("check-in/<int:answer>/untick/", checkins.check_in_untick, name="check-in-untick"),
    path("check-in/walk-in/", checkins.check_in_walk_in, name="check-in-walk-in"),
    path("check-in/close/", checkins.check_in_close, name="check-in-close"),
    path("sign-in-sheet/", checkins.sign_in_sheet, name="sign-in-sheet"),
    path("badges/", checkins.badges, name="badges"),
    path("run-sheet/", run_sheets.run_sheet, name="run-sheet"),
]

of_answer = [
    path("", answers.answer, name="answer"),
    path("confirm/", answers.answer_confirm, name="answer-confirm"),
    path("held/", guest_data.held, name="guest-data"),
    path("forget/", guest_data.forget, name="guest-forget"),
    path("withdraw/", answers.answer_withdraw, name="answer-withdraw"),
]

of_cluster = [
    path("come-to-all/", answers.come_to_all, name="come-to-all"),
    path("stop-coming-to-all/", answers.stop_coming_to_all, name="stop-coming-to-all"),
    path("going/", reports.cluster_charts, name="cluster-charts"),
    path("calendar.ics", meetings.cluster_ics, name="cluster-calendar"),
    path("suggestions/", proposals.proposal_list, name="proposal-list"),
]

of_mine = [
    path("calendar/", my_calendar.private_calendar_make, name="private-calendar-make"),
    path("calendar/remove/", my_calendar.private_calendar_remove, name="private-calendar-remove"),
    path("slides/<int:pk>/", slides.my_slides, name="my-slides"),
    path("turns/", turns.my_turns, name="my-turns"),
    path("turns/<int:pk>/accept/", turns.my_turn_accept, name="my-turn-accept"),
    path("turns/<int:pk>/decline/", turns.my_turn_decline, name="my-turn-decline"),
    path("turns/<int:pk>/showcase/", turns.my_turn_showcase, name="my-turn-showcase"),
    path("turns/<int:pk>/give-back/", turns.my_turn_give_back, name="my-turn-give-back"),
    path("turns/<int:pk>/swap/", turns.my_turn_swap, name="my-turn-swap"),
    path("swaps/<int:pk>/take/<int:company>/", turns.my_swap_take, name="my-swap-take"),
    path("swaps/<int:pk>/withdraw/", turns.my_swap_withdraw, name="my-swap-withdraw"),
    path("swaps/<int:pk>/undo/", turns.my_swap_undo, name="my-swap-undo"),
    path("offers/<int:pk>/", turns.my_offers, name="my-offers"),
    path("offers/<int:pk>/room/", turns.my_room_add, name="my-room-add"),
    path("rooms/<int:pk>/", turns.my_room, name="my-room"),
    path("absences/", turns.my_absence_add, name="my-absence-add"),
    path("absences/<int:pk>/remove/", turns.my_absence_remove, name="my-absence-remove"),
]

of_report = [
    path("", reports.report, name="report"),
    path("report.csv", reports.report_csv, name="report-csv"),
    path("rows/<slug:key>/", reports.report_rows, name="report-rows"),
    path("rows/<slug:key>.csv", reports.report_rows_csv, name="report-rows-csv"),
]

of_turn = [
    path("", turn_links.turn, name="turn"),
    path("accept/", turn_links.turn_accept, name="turn-accept"),
    path("decline/", turn_links.turn_decline, name="turn-decline"),
    path("showcase/", turn_links.turn_showcase, name="turn-showcase"),
]

urlpatterns = [
    path("meetings/", lists.meeting_list, name="meeting-list"),
    path("meetings/past/", lists.meeting_archive, name="meeting-archive"),
    path("meetings/<int:pk>/", include(of_meeting)),
    path("answers/<str:token>/", include(of_answer)),
    path("clusters/<slug:slug>/", include(of_cluster)),
    path("calendars/<slug:token>.ics", my_calendar.private_ics, name="private-calendar"),
    path("me/", include(of_mine)),
    path("reports/", include(of_report)),
    path("associations/<slug:slug>/calendar.ics", meetings.association_ics, name="association-calendar"),
    path("presentations/", archive.presentation_list, name="presentation-list"),
    path("presentations/<uuid:uid>/file/", archive.presentation_file, name="presentation-file"),
    path("presentations/<uuid:uid>/view/", archive.presentation_view, name="presentation-view"),
    path("presentations/<uuid:uid>/picture.webp", archive.presentation_picture, name="presentation-picture"),
    path("slides/<str:token>/", slides.slides, name="slides"),
    path("slides/<str:token>/hand-in/", slides.slides_hand_in, name="slides-hand-in"),
    path("slides/<str:token>/withdraw/", slides.slides_withdraw, name="slides-withdraw"),
    path("feedback/<str:token>/", afterwards.feedback, name="feedback"),
    path("feedback/<str:token>/give/", afterwards.feedback_give, name="feedback-give"),
    path("photos/<uuid:uid>-<slug:size>.webp", afterwards.meeting_photo, name="meeting-photo"),
    path("suggestions/<int:pk>/take-back/", proposals.proposal_take_back, name="proposal-take-back"),
    path("topics/<int:pk>/wish/", proposals.topic_wish, name="topic-wish"),
    path("topics/<int:pk>/unwish/", proposals.topic_unwish, name="topic-unwish"),
    path("turns/<str:token>/", include(of_turn)),
    path("swaps/<str:token>/", turn_links.swap, name="swap"),
    path("swaps/<str:token>/take/", turn_links.swap_take, name="swap-take"),
]
