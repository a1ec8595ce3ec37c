from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from news.models import Article, ArticlePicture, Consent, Digest, Letter

from .clusters import AssociationFactory, ClusterFactory
from .members import CompanyFactory


class ArticleFactory(DjangoModelFactory):
    class Meta:
        model = Article

    association = factory.SubFactory(AssociationFactory)
    title = factory.Sequence("Article {}".format)
    slug = factory.Sequence("article-{}".format)
    summary = "What happened."
    body = "It happened."
    state = Article.State.PUBLISHED
    published_at = factory.LazyAttribute(
        lambda o: timezone.now() - timedelta(days=1) if o.state == Article.State.PUBLISHED else None
    )
    submitted_at = factory.LazyAttribute(
        lambda o: timezone.now() if o.state == Article.State.SUBMITTED else None
    )
    note = factory.LazyAttribute(lambda o: "Say more." if o.state == Article.State.RETURNED else "")


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = Consent

    article = factory.SubFactory(ArticleFactory, state=Article.State.SUBMITTED)
    company = factory.SubFactory(CompanyFactory)
    fingerprint = factory.LazyAttribute(lambda o: o.article.fingerprint)


class ArticlePictureFactory(DjangoModelFactory):
    class Meta:
        model = ArticlePicture

    article = factory.SubFactory(ArticleFactory)
    description = "Two people at a table."
    large = "pictures/large.webp"
    small = "pictures/small.webp"
    width = 1600
    height = 900


class LetterFactory(DjangoModelFactory):
    """To the members of a cluster, or of an `association`."""

    class Meta:
        model = Letter

    cluster = factory.Maybe("association", None, factory.SubFactory(ClusterFactory))
    association = None
    subject = factory.Sequence("Letter {}".format)
    body = "See you on Thursday."
    sent_at = factory.LazyAttribute(lambda o: timezone.now() if o.state == Letter.State.SENT else None)
    state = Letter.State.DRAFT


class DigestFactory(DjangoModelFactory):
    class Meta:
        model = Digest

    week = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=timezone.localdate().weekday()))
    sent_at = factory.LazyFunction(timezone.now)
