from datetime import date

import factory
from factory.django import DjangoModelFactory

from clusters.models import (
    Act,
    AskedQuestion,
    Association,
    Cluster,
    Hostname,
    Question,
    Support,
    Supporter,
    SupporterLogo,
    Theme,
    Topic,
)


class AssociationFactory(DjangoModelFactory):
    class Meta:
        model = Association

    name = factory.Sequence("Association {}".format)
    short_name = factory.Sequence("A{}".format)
    slug = factory.Sequence("association-{}".format)
    name_lines = "Association of|Local Firms"
    contact_email = factory.LazyAttribute(lambda o: f"office@{o.slug}.example")


class HostnameFactory(DjangoModelFactory):
    class Meta:
        model = Hostname

    association = factory.SubFactory(AssociationFactory)
    name = factory.Sequence("association-{}.localhost".format)


class ClusterFactory(DjangoModelFactory):
    class Meta:
        model = Cluster

    association = factory.SubFactory(AssociationFactory)
    name = factory.Sequence("Cluster {}".format)
    slug = factory.Sequence("cluster-{}".format)
    state = Cluster.State.ACTIVE
    town = "Lancaster"
    latitude = "54.0466"
    longitude = "-2.8007"


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = Topic

    cluster = factory.SubFactory(ClusterFactory)
    theme = Theme.TECHNOLOGY
    name = factory.Sequence("Topic {}".format)


class SupporterFactory(DjangoModelFactory):
    class Meta:
        model = Supporter

    name = factory.Sequence("Supporter {}".format)
    slug = factory.Sequence("supporter-{}".format)
    kind = Supporter.Kind.FUNDER


class SupporterLogoFactory(DjangoModelFactory):
    class Meta:
        model = SupporterLogo

    supporter = factory.SubFactory(SupporterFactory)
    large = "logos/large.webp"
    small = "logos/small.webp"
    width = 512
    height = 256


class SupportFactory(DjangoModelFactory):
    class Meta:
        model = Support

    supporter = factory.SubFactory(SupporterFactory)
    association = factory.Maybe("cluster", None, factory.SubFactory(AssociationFactory))
    cluster = None
    gives = Support.Gives.MONEY
    start = date(2020, 1, 1)


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    key = factory.Sequence("question-{}".format)
    group = Question.Group.JOINING
    question = factory.Sequence("Question {}?".format)
    answer = "An answer."
    state = Question.State.PUBLISHED


class AskedQuestionFactory(DjangoModelFactory):
    class Meta:
        model = AskedQuestion

    question = factory.Sequence("Does it cost anything, for the {}th time?".format)
    name = "Anna Visitor"
    email = "anna@visitor.example"


class ActFactory(DjangoModelFactory):
    class Meta:
        model = Act

    verb = "approved"
    subject_type = "membership"
    subject_id = 1
    subject = "Firm in Cluster"
