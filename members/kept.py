"""What of this app goes into an export of all data (`clusters.archives`)."""

from clusters.archives import Kept

from .models import (
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
    WorkerBeat,
)

OF_PEOPLE = "representations__company__memberships__cluster"

KEPT = [
    Kept(
        User,
        cluster=f"{OF_PEOPLE} offices__cluster",
        association="offices__association",
        without=("password", "last_login", "is_superuser", "groups", "user_permissions"),
        outside=("name",),
        label="name",
    ),
    Kept(Company, cluster="memberships__cluster", outside=("name", "slug"), label="name"),
    Kept(CompanyLogo, cluster="company__memberships__cluster"),
    Kept(Representative, cluster="company__memberships__cluster"),
    Kept(Membership, cluster="cluster"),
    Kept(Invitation, cluster="cluster"),
    Kept(Officer, cluster="cluster", association="association"),
    Kept(MailChoice, cluster=f"user__{OF_PEOPLE}", owner="user"),
    Kept(Opportunity, cluster="company__memberships__cluster", label="title"),
    Kept(Introduction, cluster="cluster"),
    Kept(IntroductionMessage, cluster="introduction__cluster"),
    Kept(Block),  # whom a firm does not want to hear from is its own: in exports of the whole site alone
    Kept(Report, cluster="cluster", association="association"),
    Kept(Drive, cluster="cluster", association="association", label="name"),
    Kept(Target, cluster="drive__cluster", association="drive__association"),
    Kept(ReferralLink),  # who brought whom is nobody else's: in exports of the whole site alone
    Kept(Referral),
]
LEFT_OUT = {
    ColleagueInvitation: "A link to one address that holds for two weeks; whom a firm asked is its own affair.",
    Export: "An export is no part of itself.",
    Import: "A table somebody brought; what came of it is exported, and the table is forgotten after 30 days.",
    ImportLine: "A line of such a table.",
    Interest: "Their addresses are nobody's to read: they were given to be told one thing by this site.",
    OutgoingMail: "A mail goes out once, from the site that wrote it; some hold codes.",
    WorkerBeat: "Says which workers run at this moment.",
}
