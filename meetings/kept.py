"""What of this app goes into an export of all data (`clusters.archives`)."""

from typing import Any

from clusters.archives import Kept

from .models import (
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

OF_MEETING: dict[str, Any] = {"cluster": "meeting__cluster", "association": "meeting__association"}
OF_DUTY: dict[str, Any] = {"cluster": "duty__meeting__cluster", "association": "duty__meeting__association"}

KEPT = [
    Kept(Venue, cluster="cluster", label="name"),
    Kept(Meeting, cluster="cluster", association="association", label="title"),
    Kept(AgendaItem, **OF_MEETING, label="title"),
    Kept(AgendaEdition, **OF_MEETING),
    Kept(TemplateItem, cluster="cluster"),
    Kept(AgendaProposal, cluster="cluster"),
    Kept(TopicWish, cluster="topic__cluster"),
    Kept(Duty, **OF_MEETING),
    Kept(RotaOffer, cluster="cluster"),
    Kept(Unavailability, cluster="company__memberships__cluster"),
    Kept(SwapRequest, **OF_DUTY),
    Kept(Registration, **OF_MEETING),
    Kept(StandingAnswer, cluster="cluster", owner="cluster"),
    Kept(Presentation, **OF_MEETING),
    Kept(Action, **OF_MEETING),
    Kept(Feedback, **OF_MEETING),
    Kept(MeetingPhoto, **OF_MEETING),
]
LEFT_OUT = {PrivateCalendar: "Its address shows a person's meetings to whoever knows it."}
