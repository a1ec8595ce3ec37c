from django.urls import path

from .views import articles, front

app_name = "news"

urlpatterns = [
    path("", front.home, name="home"),
    path("associations/<slug:slug>/", front.association, name="association"),
    path("news/", articles.article_list, name="article-list"),
    path(
        "news/<slug:slug>/share-<slug:version>.png",
        articles.article_share_picture,
        name="article-share-picture",
    ),
    path("news/<slug:slug>/", articles.article, name="article"),
]
