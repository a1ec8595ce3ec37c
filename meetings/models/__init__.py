from .agenda import AgendaEdition, AgendaItem
from .duty import Duty
from .meeting import Meeting
from .presentation import Presentation
from .proposal import AgendaProposal, TemplateItem, TopicWish, UsualAgenda
from .registration import PrivateCalendar, Registration, StandingAnswer
from .rota import RotaOffer, SwapRequest, Unavailability
from .venue import Venue

__all__ = [
    "AgendaEdition",
    "AgendaItem",
    "AgendaProposal",
    "Duty",
    "Meeting",
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
