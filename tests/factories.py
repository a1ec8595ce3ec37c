"""One factory for each model. Defaults make the smallest row that is valid and visible."""

from datetime import UTC, date, datetime, timedelta

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from clusters.models import Act, Association, Cluster, Hostname, Question, Support, Supporter, Theme, Topic
from meetings.models import (
    Action,
    AgendaEdition,
    AgendaItem,
    AgendaProposal,
    Duty,
    Feedback,
    Meeting,
    MeetingPhoto,
    Presentation,
    PrivateCalendar,
    Registration,
    RotaOffer,
    StandingAnswer,
    SwapRequest,
    TemplateItem,
    TopicWish,
    Unavailability,
    Venue,
)
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
from news.models import Article

PASSWORD = "a-long-and-odd-password"


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


class ActFactory(DjangoModelFactory):
    class Meta:
        model = Act

    verb = "approved"
    subject_type = "membership"
    subject_id = 1
    subject = "Firm in Cluster"


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


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = Venue

    cluster = factory.SubFactory(ClusterFactory)
    name = factory.Sequence("Venue {}".format)
    address = "1 Market Street"
    town = "Lancaster"
    postcode = "LA1 1AA"
    capacity = 24


class MeetingFactory(DjangoModelFactory):
    """A published two-hour meeting a fortnight ahead, at 17:30 London time."""

    class Meta:
        model = Meeting

    cluster = factory.Maybe("association", None, factory.SubFactory(ClusterFactory))
    association = None
    title = factory.Sequence("Meeting {}".format)
    starts_at = factory.LazyFunction(
        lambda: (timezone.localtime() + timedelta(days=14)).replace(
            hour=17, minute=30, second=0, microsecond=0
        )
    )
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(hours=2))
    state = Meeting.State.PUBLISHED


class AgendaItemFactory(DjangoModelFactory):
    class Meta:
        model = AgendaItem

    meeting = factory.SubFactory(MeetingFactory)
    position = factory.Sequence(lambda n: n)
    title = factory.Sequence("Item {}".format)
    minutes = 20


class AgendaEditionFactory(DjangoModelFactory):
    class Meta:
        model = AgendaEdition

    meeting = factory.SubFactory(MeetingFactory)
    number = 1
    content = factory.LazyFunction(lambda: {"title": "Meeting", "items": []})
    published_at = factory.LazyFunction(timezone.now)


class DutyFactory(DjangoModelFactory):
    class Meta:
        model = Duty

    meeting = factory.SubFactory(MeetingFactory)
    role = Duty.Role.CHAIR
    company = factory.SubFactory(CompanyFactory)
    state = Duty.State.ACCEPTED


class RotaOfferFactory(DjangoModelFactory):
    class Meta:
        model = RotaOffer

    cluster = factory.SubFactory(ClusterFactory)
    company = factory.SubFactory(CompanyFactory)
    role = Duty.Role.CHAIR
    since = date(2024, 1, 10)


class UnavailabilityFactory(DjangoModelFactory):
    class Meta:
        model = Unavailability

    company = factory.SubFactory(CompanyFactory)
    start = factory.LazyFunction(timezone.localdate)
    end = factory.LazyAttribute(lambda o: o.start + timedelta(days=30))


class SwapRequestFactory(DjangoModelFactory):
    class Meta:
        model = SwapRequest

    duty = factory.SubFactory(DutyFactory)


class TemplateItemFactory(DjangoModelFactory):
    class Meta:
        model = TemplateItem

    cluster = factory.SubFactory(ClusterFactory)
    title = factory.Sequence("Usual item {}".format)
    minutes = 20


class AgendaProposalFactory(DjangoModelFactory):
    class Meta:
        model = AgendaProposal

    cluster = factory.SubFactory(ClusterFactory)
    title = factory.Sequence("Proposal {}".format)


class TopicWishFactory(DjangoModelFactory):
    class Meta:
        model = TopicWish

    topic = factory.SubFactory(TopicFactory)
    company = factory.SubFactory(CompanyFactory)


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = Registration

    meeting = factory.SubFactory(MeetingFactory)
    user = factory.SubFactory(UserFactory)
    created_at = factory.LazyFunction(timezone.now)
    queue_number = factory.LazyAttributeSequence(
        lambda o, number: number + 1 if getattr(o, "state", "") == Registration.State.WAITLISTED else None
    )


class StandingAnswerFactory(DjangoModelFactory):
    class Meta:
        model = StandingAnswer

    user = factory.SubFactory(UserFactory)
    cluster = factory.SubFactory(ClusterFactory)


class PrivateCalendarFactory(DjangoModelFactory):
    class Meta:
        model = PrivateCalendar

    user = factory.SubFactory(UserFactory)


class PresentationFactory(DjangoModelFactory):
    class Meta:
        model = Presentation

    meeting = factory.SubFactory(MeetingFactory)
    title = factory.Sequence("Presentation {}".format)
    state = Presentation.State.PUBLISHED
    audience = Presentation.Audience.PUBLIC
    format = Presentation.Format.PDF
    published_at = factory.LazyFunction(timezone.now)


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    meeting = factory.SubFactory(MeetingFactory)
    text = factory.Sequence("Thing to do {}".format)


class FeedbackFactory(DjangoModelFactory):
    class Meta:
        model = Feedback

    meeting = factory.SubFactory(MeetingFactory)
    registration = factory.SubFactory(
        RegistrationFactory, meeting=factory.SelfAttribute("..meeting"), state="attended"
    )
    rating = Feedback.Rating.GOOD
    given_at = factory.LazyFunction(timezone.now)


class MeetingPhotoFactory(DjangoModelFactory):
    class Meta:
        model = MeetingPhoto

    meeting = factory.SubFactory(MeetingFactory)
    large = "photos/large.webp"
    small = "photos/small.webp"
    width = 1600
    height = 900
    description = "People around a table"


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
