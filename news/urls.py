from django.urls import path

from . import views

app_name = "news"

urlpatterns = [
    path("", views.home, name="home"),
    path("associations/<slug:slug>/", views.association, name="association"),
    path("news/", views.article_list, name="article-list"),
    path("news/<slug:slug>/", views.article, name="article"),
]
