from django.urls import path

from meetings import views

app_name = "meetings"

urlpatterns = [
    path("meetings/", views.meeting_list, name="meeting-list"),
    path("meetings/past/", views.meeting_archive, name="meeting-archive"),
    path("meetings/<int:pk>/", views.meeting, name="meeting"),
    path("meetings/<int:pk>/calendar.ics", views.meeting_ics, name="meeting-calendar"),
    path("clusters/<slug:slug>/calendar.ics", views.cluster_ics, name="cluster-calendar"),
    path("associations/<slug:slug>/calendar.ics", views.association_ics, name="association-calendar"),
    path("presentations/<uuid:uid>.pdf", views.presentation_file, name="presentation-file"),
]
