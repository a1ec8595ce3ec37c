from datetime import UTC, date, datetime, timedelta

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from clusters.models import Theme
from members.models import (
    Block,
    ColleagueInvitation,
    Company,
    CompanyLogo,
    Drive,
    Export,
    Import,
    ImportLine,
    Interest,
    Introduction,
    IntroductionMessage,
    Invitation,
    MailChoice,
    Membership,
    Officer,
    Opportunity,
    OutgoingMail,
    Referral,
    ReferralLink,
    Report,
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


class CompanyLogoFactory(DjangoModelFactory):
    class Meta:
        model = CompanyLogo

    company = factory.SubFactory(CompanyFactory)
    large = "logos/large.webp"
    small = "logos/small.webp"
    width = 512
    height = 512


class ColleagueInvitationFactory(DjangoModelFactory):
    class Meta:
        model = ColleagueInvitation

    company = factory.SubFactory(CompanyFactory)
    email = factory.Sequence("colleague{}@firm.example".format)
    invited_by = factory.SubFactory(UserFactory)


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

    association = factory.Maybe("cluster", None, factory.SubFactory(AssociationFactory))
    cluster = None
    name = "A drive"
    slug = factory.Sequence("drive-{}".format)
    start = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=180))
    end = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=180))


class ReferralLinkFactory(DjangoModelFactory):
    class Meta:
        model = ReferralLink

    user = factory.SubFactory(UserFactory)


class ReferralFactory(DjangoModelFactory):
    class Meta:
        model = Referral

    company = factory.SubFactory(CompanyFactory)
    referrer = factory.SubFactory(UserFactory)


class TargetFactory(DjangoModelFactory):
    class Meta:
        model = Target

    drive = factory.SubFactory(DriveFactory)
    kind = Target.Kind.NEW_MEMBERS
    number = 250


class OpportunityFactory(DjangoModelFactory):
    """Of a member firm, to all members."""

    class Meta:
        model = Opportunity

    company = factory.LazyFunction(lambda: MembershipFactory().company)
    kind = Opportunity.Kind.ASK
    theme = Theme.TECHNOLOGY
    title = factory.Sequence("Opportunity {}".format)
    text = "Tell us if you know somebody."
    until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    closed_at = factory.LazyAttribute(lambda o: None if o.state == Opportunity.State.OPEN else timezone.now())
    state = Opportunity.State.OPEN


class IntroductionFactory(DjangoModelFactory):
    """Between two member firms of the cluster. The dates follow the state, as the acts would set them."""

    class Meta:
        model = Introduction

    cluster = factory.SubFactory(ClusterFactory)
    asker = factory.LazyAttribute(lambda o: MembershipFactory(cluster=o.cluster).company)
    asked = factory.LazyAttribute(lambda o: MembershipFactory(cluster=o.cluster).company)
    via = Introduction.Via.COORDINATOR
    reason = "We would like to hear how you do it."
    state = Introduction.State.REQUESTED
    asked_at = factory.LazyFunction(timezone.now)
    forwarded_at = factory.LazyAttribute(
        lambda o: (
            o.asked_at if o.state in (Introduction.State.FORWARDED, Introduction.State.ACCEPTED) else None
        )
    )
    decided_at = factory.LazyAttribute(
        lambda o: (
            o.asked_at if o.state in (Introduction.State.ACCEPTED, Introduction.State.DECLINED) else None
        )
    )
    ended_at = factory.LazyAttribute(
        lambda o: (
            o.asked_at if o.state in (Introduction.State.DECLINED, Introduction.State.WITHDRAWN) else None
        )
    )


class IntroductionMessageFactory(DjangoModelFactory):
    class Meta:
        model = IntroductionMessage

    introduction = factory.SubFactory(IntroductionFactory, state=Introduction.State.ACCEPTED)
    company = factory.LazyAttribute(lambda o: o.introduction.asked)
    text = "Come and see us on Tuesday."


class BlockFactory(DjangoModelFactory):
    class Meta:
        model = Block

    company = factory.SubFactory(CompanyFactory)
    blocked = factory.SubFactory(CompanyFactory)


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    introduction = factory.SubFactory(IntroductionFactory, state=Introduction.State.FORWARDED)
    company = factory.LazyAttribute(lambda o: o.introduction.asked)
    cluster = factory.LazyAttribute(lambda o: o.introduction.cluster)
    text = "They want to sell us insurance."


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = Import

    cluster = factory.SubFactory(ClusterFactory)
    file_name = "members.csv"
    columns = ["Firm"]
    mapping = ["name"]


class ImportLineFactory(DjangoModelFactory):
    class Meta:
        model = ImportLine

    of = factory.SubFactory(ImportFactory)
    number = factory.Sequence(lambda number: number + 2)
    cells = ["Bay Software"]


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    company = factory.SubFactory(CompanyFactory)
    cluster = factory.SubFactory(ClusterFactory)
    email = factory.Sequence("invited{}@firm.example".format)
    name = factory.Sequence("Invited {}".format)


class ExportFactory(DjangoModelFactory):
    class Meta:
        model = Export

    cluster = factory.SubFactory(ClusterFactory)
    by = factory.SubFactory(UserFactory)


class InterestFactory(DjangoModelFactory):
    class Meta:
        model = Interest

    association = factory.SubFactory(AssociationFactory)
    district = "TR1"
    email = factory.Sequence("somebody{}@far.example".format)
