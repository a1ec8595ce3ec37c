from .company import Company, Representative
from .drive import Drive, Target
from .mail import MailChoice, OutgoingMail, WorkerBeat
from .membership import Membership
from .office import Officer
from .user import User

__all__ = [
    "Company",
    "Drive",
    "MailChoice",
    "Membership",
    "Officer",
    "OutgoingMail",
    "Representative",
    "Target",
    "User",
    "WorkerBeat",
]
