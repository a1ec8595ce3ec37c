from django.urls import include, path

from .views import articles, consents, front, letters, my_data, stories

app_name = "news"

of_mine = [
    path("data/", my_data.my_data, name="my-data"),
    path("data/copy.zip", my_data.my_copy, name="my-copy"),
    path("data/delete/", my_data.delete_me, name="delete-me"),
    path("data/deleted/", my_data.deleted, name="deleted"),
    path("stories/", stories.story_list, name="story-list"),
    path("stories/<int:pk>/", stories.story_edit, name="story-edit"),
    path("stories/<int:pk>/submit/", stories.story_submit, name="story-submit"),
    path("stories/<int:pk>/take-back/", stories.story_take_back, name="story-take-back"),
    path("stories/<int:pk>/delete/", stories.story_delete, name="story-delete"),
    path("stories/<int:pk>/picture/", stories.story_picture, name="story-picture"),
    path("stories/<int:pk>/picture/remove/", stories.story_picture_remove, name="story-picture-remove"),
]

urlpatterns = [
    path("", front.home, name="home"),
    path("associations/<slug:slug>/", front.association, name="association"),
    path("me/", include(of_mine)),
    path("news/", articles.article_list, name="article-list"),
    path("news/atom/", articles.article_feed, {"form": "atom"}, name="feed-atom"),
    path("news/rss/", articles.article_feed, {"form": "rss"}, name="feed-rss"),
    path("news/write/", stories.story_write, name="story-write"),
    path("news/<slug:slug>/", articles.article, name="article"),
    path(
        "news/<slug:slug>/share-<slug:version>.png",
        articles.article_share_picture,
        name="article-share-picture",
    ),
    path("news/pictures/<uuid:uid>-<slug:size>.webp", articles.article_picture, name="article-picture"),
    path("letters/", letters.letter_list, name="letter-list"),
    path("letters/<int:pk>/", letters.letter, name="letter"),
    path("stories/<str:token>/", consents.consent, name="consent"),
    path("stories/<str:token>/agree/", consents.consent_agree, name="consent-agree"),
    path("stories/<str:token>/refuse/", consents.consent_refuse, name="consent-refuse"),
]
