"""A firm asks a colleague by mail to act for it. The link is signed, holds for two weeks and works once, for the
person whose address it was sent to."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language

from . import outbox
from .companies import clusters_of
from .models import ColleagueInvitation, Company, Representative, User
from .representation import settle

MOST_OPEN = 10  # of one firm
MOST_A_DAY = 30  # of one firm, withdrawn ones too
FORGOTTEN_AFTER = timedelta(days=60)
BETWEEN = timedelta(hours=6)  # two mails of a firm to one address

invitation_signer = signing.Signer(salt="members.colleague")


@transaction.atomic
def invite(company: Company, email: str, *, by: User, now: datetime | None = None) -> ColleagueInvitation:
    """Asked again some hours later, the person gets a new link, and the old one is void."""
    now = now or present.now()
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    email = email.lower()
    if company.representatives.active().filter(user__email=email).exists():
        raise Refused(_("%(email)s acts for %(company)s already.") % {"email": email, "company": company})
    invitation = company.colleague_invitations.filter(
        email=email, accepted_at=None, withdrawn_at=None
    ).first()
    if invitation and now - invitation.sent_at < BETWEEN:
        return invitation
    if not invitation:
        _refuse_soon_after_withdrawing(company, email, now)
        _refuse_too_many(company, now)
        invitation = ColleagueInvitation(company=company, email=email)
    invitation.invited_by, invitation.sent_at = by, now
    invitation.save()
    clusters = clusters_of(company)
    for cluster in clusters or (None,):
        trail.record(by, "invited a colleague to", company, cluster=cluster)
    with in_site_language():
        outbox.queue(
            key=f"colleague:{token_of(invitation)}",
            kind="colleague",
            to=email,
            subject=_("Will you act for %(company)s with us?") % {"company": company},
            template="colleague_invitation",
            context={
                "company": company,
                "inviter": by,
                "path": reverse("members:colleague-invitation", args=[token_of(invitation)]),
                "ends_at": invitation.ends_at,
            },
            cluster=next(iter(clusters), None),
        )
    return invitation


def _refuse_soon_after_withdrawing(company: Company, email: str, now: datetime) -> None:
    withdrawn = company.colleague_invitations.filter(email=email, accepted_at=None, sent_at__gt=now - BETWEEN)
    if withdrawn.exists():
        raise Refused(
            _("You took an invitation to %(email)s back just now. Ask them again in some hours.")
            % {"email": email}
        )


def _refuse_too_many(company: Company, now: datetime) -> None:
    if company.colleague_invitations.open(now).count() >= MOST_OPEN:
        raise Refused(
            _("%(most_open)s invitations are open. Wait for an answer, or take one back.")
            % {"most_open": MOST_OPEN}
        )
    if company.colleague_invitations.filter(sent_at__date=now.date()).count() >= MOST_A_DAY:
        raise Refused(_("That is enough invitations for one day. Go on tomorrow."))


@transaction.atomic
def withdraw(invitation: ColleagueInvitation, *, by: User) -> None:
    """The link is void. A second time changes nothing."""
    _lock(invitation)
    if invitation.accepted_at:
        raise Refused(
            _("%(accepted_by)s said yes already.") % {"accepted_by": invitation.accepted_by or _("They")}
        )
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = present.now()
        invitation.save(update_fields=["withdrawn_at"])
        for cluster in clusters_of(invitation.company) or (None,):
            trail.record(by, "took back an invitation to", invitation.company, cluster=cluster)


@transaction.atomic
def accept(invitation: ColleagueInvitation, user: User, *, now: datetime | None = None) -> Representative:
    """The person acts for the firm, as a colleague; as its lead where it has none."""
    _lock(invitation)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    acting = user.representations.filter(company=invitation.company)
    if invitation.accepted_by == user and (mine := acting.filter(state=Representative.State.ACTIVE).first()):
        return mine
    if sentence := why_not(invitation, user, now):
        raise Refused(sentence)
    if other := user.representations.active().exclude(company=invitation.company).first():
        raise Refused(
            _("You act for %(company)s already. To add another firm, write to a coordinator.")
            % {"company": other.company}
        )
    representative = acting.filter(state__in=["asked", "active"]).first() or Representative(
        company=invitation.company, user=user
    )
    representative.state = Representative.State.ACTIVE
    representative.takes_over = False
    representative.save()
    invitation.accepted_at, invitation.accepted_by = now or present.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    for cluster in clusters_of(invitation.company) or (None,):
        trail.record(user, "took up an invitation as", representative, cluster=cluster)
    settle(invitation.company)
    return representative


def why_not(invitation: ColleagueInvitation, user: User, now: datetime | None = None) -> str:
    """Why the person can't take it up, as a sentence; empty if they can."""
    if invitation.withdrawn_at:
        return _("%(company)s has taken this invitation back.") % {"company": invitation.company}
    if invitation.accepted_at:
        return _("This invitation was taken up already.")
    if invitation.ends_at <= (now or present.now()):
        return _("This invitation has run out. Ask %(company)s for a new one.") % {
            "company": invitation.company
        }
    if user.is_authenticated and not is_theirs(invitation, user):
        return _("This invitation was sent to another address. Sign in with the address it came to.")
    return ""


def is_theirs(invitation: ColleagueInvitation, user: User) -> bool:
    """A confirmed address: who merely has the link may have had it forwarded."""
    return EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()


def token_of(invitation: ColleagueInvitation) -> str:
    return invitation_signer.sign(f"{invitation.pk}-{int(invitation.sent_at.timestamp())}")


def read_token(token: str) -> ColleagueInvitation | None:
    """None if we didn't make it, or a newer link took its place."""
    try:
        pk, _, sent = invitation_signer.unsign(token).partition("-")
    except signing.BadSignature:
        return None
    invitation = ColleagueInvitation.objects.select_related("company", "invited_by").filter(pk=pk).first()
    return invitation if invitation and int(invitation.sent_at.timestamp()) == int(sent) else None


def outdated(now: datetime) -> models.QuerySet[ColleagueInvitation]:
    """An address that somebody else typed is kept no longer than it is of use."""
    return ColleagueInvitation.objects.filter(sent_at__lt=now - FORGOTTEN_AFTER)


def forget_old(now: datetime | None = None) -> None:
    outdated(now or present.now()).delete()


def _lock(invitation: ColleagueInvitation) -> None:
    Company.objects.select_for_update(no_key=True).get(pk=invitation.company_id)
    invitation.refresh_from_db(
        from_queryset=ColleagueInvitation.objects.select_related("company", "accepted_by")
    )
