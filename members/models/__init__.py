from .colleague import ColleagueInvitation
from .company import Company, Representative
from .drive import Drive, Target
from .export import Export
from .imports import Import, ImportLine, Invitation
from .interest import Interest
from .introduction import Block, Introduction, IntroductionMessage
from .logo import CompanyLogo
from .mail import MailChoice, OutgoingMail, WorkerBeat
from .membership import Membership
from .office import Officer
from .opportunity import Opportunity
from .referral import Referral, ReferralLink
from .report import Report
from .user import User

__all__ = [
    "Block",
    "ColleagueInvitation",
    "Company",
    "CompanyLogo",
    "Drive",
    "Export",
    "Import",
    "ImportLine",
    "Interest",
    "Introduction",
    "IntroductionMessage",
    "Invitation",
    "MailChoice",
    "Membership",
    "Officer",
    "Opportunity",
    "OutgoingMail",
    "Referral",
    "ReferralLink",
    "Report",
    "Representative",
    "Target",
    "User",
    "WorkerBeat",
]
