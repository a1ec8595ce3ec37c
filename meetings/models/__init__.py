from .agenda import AgendaEdition, AgendaItem
from .duty import Duty
from .meeting import Meeting
from .presentation import Presentation
from .registration import Registration
from .venue import Venue

__all__ = [
    "AgendaEdition",
    "AgendaItem",
    "Duty",
    "Meeting",
    "Presentation",
    "Registration",
    "Venue",
]
