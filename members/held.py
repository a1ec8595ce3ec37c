"""What is held of a person in this app, in `clusters` and in the libraries (`clusters.held`)."""

import re

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext as _

from clusters.held import After, Held
from clusters.models import Act, AskedQuestion, Question

from . import outbox
from .models import (
    Block,
    ColleagueInvitation,
    Export,
    Import,
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
    User,
)


def without_keys(mail: dict) -> dict:
    """A mail as its reader knows it: links that act for who has them lead to the site alone, codes are left out."""
    if mail["kind"] == outbox.ACCOUNT:
        return {
            **mail,
            "subject": _("About your account"),
            "text": _("It held a code or a link, and is not shown."),
        }
    return {**mail, "text": re.sub(r"(https?://[^/\s]+)/\S+", r"\1/…", mail["text"])}


HELD = [
    Held("account", User, "pk", without=("password",)),
    Held("email-addresses", EmailAddress, "user", "email", After.GOES),
    Held(
        "two-step-sign-in",
        Authenticator,
        "user",
        after=After.GOES,
        only=("type", "created_at", "last_used_at"),
    ),
    Held(
        "sessions",
        UserSession,
        "user",
        after=After.GOES,
        only=("ip", "user_agent", "created_at", "last_seen_at"),
    ),
    Held("firms-you-act-for", Representative, "user", emptied=("job", "listed")),
    Held("offices", Officer, "user"),
    Held("applications-you-sent", Membership, "applied_by", without=("decided_by",)),
    Held(
        "applications-you-decided",
        Membership,
        "decided_by",
        only=("company", "cluster", "state", "joined_at", "ended_at"),
    ),
    Held(
        "lists-you-are-on",
        Invitation,
        address="email",
        after=After.GOES,
        without=("by", "came_by"),
    ),
    Held("invitations-you-sent", Invitation, "by", only=("company", "cluster", "created_at", "sent_at")),
    Held(
        "colleagues-who-invited-you",
        ColleagueInvitation,
        "accepted_by",
        "email",
        After.GOES,
        without=("invited_by",),
    ),
    Held("colleagues-you-invited", ColleagueInvitation, "invited_by", only=("company", "sent_at")),
    Held("introductions-you-asked-for", Introduction, "asked_by"),
    Held(
        "introductions-you-answered",
        Introduction,
        "forwarded_by decided_by outcome_by",
        only=("asker", "asked", "state", "forwarded_at", "decided_at", "outcome", "outcome_at"),
    ),
    Held("messages-to-other-firms", IntroductionMessage, "author"),
    Held("firms-you-blocked", Block, "by"),
    Held("asks-and-offers", Opportunity, "author"),
    Held("asks-and-offers-you-closed", Opportunity, "closed_by", only=("company", "title", "closed_at")),
    Held("reports", Report, "by", without=("note", "settled_by")),
    Held("reports-you-settled", Report, "settled_by", only=("state", "settled_at", "note")),
    Held("clusters-you-wait-for", Interest, address="email", after=After.GOES),
    Held("link-for-neighbours", ReferralLink, "user", after=After.GOES, only=("since",)),
    Held("firms-you-brought", Referral, "referrer", after=After.LET_GO),
    Held("choices-of-mail", MailChoice, "user", after=After.GOES),
    Held(
        "mails-to-you",
        OutgoingMail,
        "user",
        "to",
        After.GOES,
        only=("kind", "to", "from_name", "subject", "text", "created_at", "sent_at", "state"),
        as_shown=without_keys,
    ),
    Held("lists-you-brought", Import, "by", only=("kind", "file_name", "cluster", "state", "created_at")),
    Held("exports-you-made", Export, "by", after=After.GOES, only=("cluster", "association", "asked_at")),
    Held(
        "questions-you-asked",
        AskedQuestion,
        "user",
        "email",
        After.LET_GO,
        emptied=("name", "email"),
        without=("ended_by",),
    ),
    Held("questions-you-answered", AskedQuestion, "ended_by", only=("question", "answer", "ended_at")),
    Held("answers-of-the-faq-you-look-after", Question, "owner", after=After.LET_GO, only=("question",)),
    Held("what-you-did", Act, "actor", without=("note", "faded")),
    Held("saves-on-the-desk", LogEntry, "user", after=After.GOES, only=("action_time", "action_flag")),
]
OF_NO_PERSON = {
    "clusters.Association.contact_email": "How an association is reached; its own.",
    "clusters.Cluster.contact_email": "How a cluster is reached; its own.",
    "members.Company.email": "How a firm is reached; its own. An address of somebody who goes is taken out.",
    "members.OutgoingMail.reply_to": "Where answers to a mail go. An address of somebody who goes is taken out.",
    "members.User.groups": "Groups give no rights here: offices do.",
    "members.User.user_permissions": "Nor do single permissions.",
}
