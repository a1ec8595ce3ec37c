"""Invitations to people who are said to act for a firm: sent once, when an officer says so; answered by a link.

An account is made by the person's own yes, never by a list. Whoever has one signs in first, as ever.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language

from . import outbox
from .models import Company, Invitation, Representative, User

OPEN_FOR = timedelta(days=30)
KEEP_UNSENT = timedelta(days=180)

invitation_signer = signing.Signer(salt="members.invitation")


def path_of(invitation: Invitation) -> str:
    return reverse("members:invitation", args=[invitation_signer.sign(str(invitation.pk))])


def read_token(token: str) -> Invitation | None:
    """Whose invitation it is. None: not a whole link of ours, or it is forgotten."""
    try:
        pk = invitation_signer.unsign(token)
    except signing.BadSignature:
        return None
    rows = Invitation.objects.select_related("company", "cluster__association")
    return rows.prefetch_related("cluster__association__hostnames").filter(pk=pk).first()


def is_open(invitation: Invitation) -> bool:
    return (
        invitation.accepted_at is None
        and invitation.sent_at is not None
        and present.now() < invitation.sent_at + OPEN_FOR
    )


def waiting_for(user: User):
    """To be answered on one's own page, also if no mail was sent: an address in use is never mailed to join."""
    return Invitation.objects.filter(email=user.email, accepted_at=None).exclude(sent_at=None)


@transaction.atomic
def send(invitations: Iterable[Invitation], *, by: User) -> int:
    """Each once. Who has signed in here before reads it on their own page. Returns how many were sent now.

    Both count the same, so that nobody learns by it who has an account.
    """
    numbers = [invitation.pk for invitation in invitations]
    rows = Invitation.objects.unsent().filter(pk__in=numbers).select_for_update(of=["self"], no_key=True)
    fresh = list(rows.select_related("company", "cluster__association").order_by("pk"))
    known = set(
        User.objects.filter(email__in=[one.email for one in fresh])
        .exclude(last_login=None)
        .values_list("email", flat=True)
    )
    for invitation in fresh:
        if invitation.email not in known:
            _mail(invitation)
    Invitation.objects.filter(pk__in=[one.pk for one in fresh]).update(sent_at=present.now())
    trail.record_many([trail.line(by, "invited", one, cluster=one.cluster) for one in fresh])
    return len(fresh)


@transaction.atomic
def accept(invitation: Invitation, user: User | None = None) -> User:
    """The person acts for the firm from now on. Without an account they get one: the link proves the address."""
    locking = Invitation.objects.select_for_update(of=["self"], no_key=True)
    invitation.refresh_from_db(from_queryset=locking.select_related("company", "cluster"))
    if user is None:
        user = _new_user(invitation)
    if user.email != invitation.email:
        raise Refused(_("This invitation was mailed to somebody else."))
    company = invitation.company
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)  # two at once: one of them leads
    led = company.representatives.active().filter(role=Representative.Role.LEAD).exists()
    acting = company.representatives.filter(user=user, state__in=["asked", "active"]).first()
    if acting is None:
        acting = Representative(company=company, user=user, role=invitation.role, job=invitation.job)
        if led and acting.role == Representative.Role.LEAD:  # somebody else came first
            acting.role = Representative.Role.MEMBER
    acting.state = Representative.State.ACTIVE
    acting.role = acting.role if led else Representative.Role.LEAD
    acting.save()
    if invitation.accepted_at is None:
        invitation.accepted_at = present.now()
        invitation.save(update_fields=["accepted_at"])
        trail.record(user, "accepted the invitation", acting, cluster=invitation.cluster)
    return user


@transaction.atomic
def decline(invitation: Invitation) -> None:
    """The address is forgotten."""
    if invitation.accepted_at is None:
        trail.record(
            None, "forgot", invitation.company, cluster=invitation.cluster, note="An invitation, declined."
        )
        invitation.delete()


def outdated(now: datetime) -> models.QuerySet[Invitation]:
    """Addresses of people who did not answer, or were never asked, are not kept."""
    silent = Q(accepted_at=None, sent_at__lt=now - 2 * OPEN_FOR)
    never_asked = Q(sent_at=None, created_at__lt=now - KEEP_UNSENT)
    return Invitation.objects.filter(silent | never_asked | Q(accepted_at__lt=now - OPEN_FOR))


def forget_old() -> None:
    outdated(present.now()).delete()


def _new_user(invitation: Invitation) -> User:
    if User.objects.filter(email=invitation.email).exists():
        raise Refused(_("You have an account here. Sign in first."))
    user = User.objects.create_user(invitation.email, name=invitation.name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@in_site_language()
def _mail(invitation: Invitation) -> None:
    outbox.queue(
        key=f"invitation:{invitation.pk}",
        kind="invitation",
        to=invitation.email,
        subject=_("%(company)s in %(cluster)s: is it you?")
        % {"company": invitation.company, "cluster": invitation.cluster},
        template="invitation",
        context={
            "invitation": invitation,
            "company": invitation.company,
            "path": path_of(invitation),
            "until": present.now() + OPEN_FOR,
        },
        cluster=invitation.cluster,
    )
