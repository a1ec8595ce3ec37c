from django.urls import path

from meetings.views import meetings

app_name = "meetings"

urlpatterns = [
    path("meetings/", meetings.meeting_list, name="meeting-list"),
    path("meetings/past/", meetings.meeting_archive, name="meeting-archive"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/calendar.ics", meetings.meeting_ics, name="meeting-calendar"),
    path("clusters/<slug:slug>/calendar.ics", meetings.cluster_ics, name="cluster-calendar"),
    path("associations/<slug:slug>/calendar.ics", meetings.association_ics, name="association-calendar"),
    path("presentations/<uuid:uid>.pdf", meetings.presentation_file, name="presentation-file"),
]
