from .company import Company, Representative
from .drive import Drive, Target
from .mail import MailChoice, OutgoingMail
from .membership import Membership
from .office import Officer
from .trail import Act
from .user import User

__all__ = [
    "Act",
    "Company",
    "Drive",
    "MailChoice",
    "Membership",
    "Officer",
    "OutgoingMail",
    "Representative",
    "Target",
    "User",
]
