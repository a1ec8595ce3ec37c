from .afterwards import Action, Feedback, MeetingPhoto
from .agenda import AgendaEdition, AgendaItem
from .duty import Duty
from .meeting import Meeting
from .presentation import Presentation
from .proposal import AgendaProposal, TemplateItem, TopicWish, UsualAgenda
from .registration import PrivateCalendar, Registration, StandingAnswer
from .rota import RotaOffer, SwapRequest, Unavailability
from .venue import Venue

__all__ = [
    "Action",
    "AgendaEdition",
    "AgendaItem",
    "AgendaProposal",
    "Duty",
    "Feedback",
    "Meeting",
    "MeetingPhoto",
    "Presentation",
    "PrivateCalendar",
    "Registration",
    "RotaOffer",
    "StandingAnswer",
    "SwapRequest",
    "TemplateItem",
    "TopicWish",
    "Unavailability",
    "UsualAgenda",
    "Venue",
]
