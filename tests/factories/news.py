from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from news.models import Article

from .clusters import AssociationFactory


class ArticleFactory(DjangoModelFactory):
    class Meta:
        model = Article

    association = factory.SubFactory(AssociationFactory)
    title = factory.Sequence("Article {}".format)
    slug = factory.Sequence("article-{}".format)
    summary = "What happened."
    body = "It happened."
    state = Article.State.PUBLISHED
    published_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
