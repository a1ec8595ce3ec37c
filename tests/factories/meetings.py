from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

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

from .clusters import ClusterFactory, TopicFactory
from .members import CompanyFactory, UserFactory


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
