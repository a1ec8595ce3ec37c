from django.urls import path

from meetings.views import meetings, proposals, run_sheets, turn_links, turns

app_name = "meetings"

urlpatterns = [
    path("meetings/", meetings.meeting_list, name="meeting-list"),
    path("meetings/past/", meetings.meeting_archive, name="meeting-archive"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/calendar.ics", meetings.meeting_ics, name="meeting-calendar"),
    path("meetings/<int:pk>/run-sheet/", run_sheets.run_sheet, name="run-sheet"),
    path("clusters/<slug:slug>/calendar.ics", meetings.cluster_ics, name="cluster-calendar"),
    path("associations/<slug:slug>/calendar.ics", meetings.association_ics, name="association-calendar"),
    path("presentations/<uuid:uid>.pdf", meetings.presentation_file, name="presentation-file"),
    path("clusters/<slug:slug>/suggestions/", proposals.proposal_list, name="proposal-list"),
    path("suggestions/<int:pk>/take-back/", proposals.proposal_take_back, name="proposal-take-back"),
    path("topics/<int:pk>/wish/", proposals.topic_wish, name="topic-wish"),
    path("topics/<int:pk>/unwish/", proposals.topic_unwish, name="topic-unwish"),
    path("turns/<str:token>/", turn_links.turn, name="turn"),
    path("turns/<str:token>/accept/", turn_links.turn_accept, name="turn-accept"),
    path("turns/<str:token>/decline/", turn_links.turn_decline, name="turn-decline"),
    path("turns/<str:token>/showcase/", turn_links.turn_showcase, name="turn-showcase"),
    path("swaps/<str:token>/", turn_links.swap, name="swap"),
    path("swaps/<str:token>/take/", turn_links.swap_take, name="swap-take"),
    path("me/turns/", turns.my_turns, name="my-turns"),
    path("me/turns/<int:pk>/accept/", turns.my_turn_accept, name="my-turn-accept"),
    path("me/turns/<int:pk>/decline/", turns.my_turn_decline, name="my-turn-decline"),
    path("me/turns/<int:pk>/showcase/", turns.my_turn_showcase, name="my-turn-showcase"),
    path("me/turns/<int:pk>/give-back/", turns.my_turn_give_back, name="my-turn-give-back"),
    path("me/turns/<int:pk>/swap/", turns.my_turn_swap, name="my-turn-swap"),
    path("me/swaps/<int:pk>/take/<int:company>/", turns.my_swap_take, name="my-swap-take"),
    path("me/swaps/<int:pk>/withdraw/", turns.my_swap_withdraw, name="my-swap-withdraw"),
    path("me/swaps/<int:pk>/undo/", turns.my_swap_undo, name="my-swap-undo"),
    path("me/offers/<int:pk>/", turns.my_offers, name="my-offers"),
    path("me/offers/<int:pk>/room/", turns.my_room_add, name="my-room-add"),
    path("me/rooms/<int:pk>/", turns.my_room, name="my-room"),
    path("me/absences/", turns.my_absence_add, name="my-absence-add"),
    path("me/absences/<int:pk>/remove/", turns.my_absence_remove, name="my-absence-remove"),
]
