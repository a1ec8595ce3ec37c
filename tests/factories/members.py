from datetime import UTC, date, datetime, timedelta

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from members.models import (
    Company,
    Drive,
    MailChoice,
    Membership,
    Officer,
    OutgoingMail,
    Representative,
    Target,
    User,
)

from .clusters import AssociationFactory, ClusterFactory

PASSWORD = "a-long-and-odd-password"


class UserFactory(DjangoModelFactory):
    """A person with a verified address who signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence("person{}@firm.example".format)
    name = factory.Sequence("Person {}".format)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(
            kwargs.pop("email"), kwargs.pop("password", PASSWORD), **kwargs
        )

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        if create and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence("Firm {}".format)
    slug = factory.Sequence("firm-{}".format)
    summary = "Makes software."


class RepresentativeFactory(DjangoModelFactory):
    class Meta:
        model = Representative

    company = factory.SubFactory(CompanyFactory)
    user = factory.SubFactory(UserFactory)
    role = Representative.Role.LEAD


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    company = factory.SubFactory(CompanyFactory)
    cluster = factory.SubFactory(ClusterFactory)
    state = Membership.State.ACTIVE
    applied_at = datetime(2024, 1, 10, 12, tzinfo=UTC)
    joined_at = factory.LazyAttribute(lambda o: None if o.state == Membership.State.APPLIED else o.applied_at)


class OfficerFactory(DjangoModelFactory):
    class Meta:
        model = Officer

    user = factory.SubFactory(UserFactory)
    office = Officer.Office.COORDINATOR
    cluster = factory.Maybe("association", None, factory.SubFactory(ClusterFactory))
    association = None
    start = date(2020, 1, 1)


class OutgoingMailFactory(DjangoModelFactory):
    class Meta:
        model = OutgoingMail

    key = factory.Sequence("test:{}".format)
    kind = "test"
    to = "person@firm.example"
    subject = "A subject"
    text = "Some text."
    message_id = factory.Sequence("<{}@site.example>".format)


class MailChoiceFactory(DjangoModelFactory):
    class Meta:
        model = MailChoice

    user = factory.SubFactory(UserFactory)
    kind = MailChoice.Kind.AGENDAS


class DriveFactory(DjangoModelFactory):
    class Meta:
        model = Drive

    association = factory.SubFactory(AssociationFactory)
    name = "A drive"
    slug = factory.Sequence("drive-{}".format)
    start = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=180))
    end = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=180))


class TargetFactory(DjangoModelFactory):
    class Meta:
        model = Target

    drive = factory.SubFactory(DriveFactory)
    kind = Target.Kind.NEW_MEMBERS
    number = 250
