"""Bring a neighbour: a member's link, the firm that came by it, and thanks when it has joined. Nobody else is told."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clusters import present
from clusters.languages import in_site_language

from . import outbox
from .models import Company, Drive, Membership, Referral, ReferralLink, Representative, User


def link_of(user: User) -> ReferralLink:
    return ReferralLink.objects.get_or_create(user=user)[0]


def remember(company: Company, code: str, *, by: User) -> Referral | None:
    """The firm came by this link. Nothing of the kind if it is the person's own, or the firm was a member before."""
    link = ReferralLink.objects.filter(code=code).first() if code else None
    if link is None or link.user_id == by.pk or was_ever_member(company) or acts_for(link.user_id, company):
        return None
    return Referral.objects.get_or_create(company=company, defaults={"referrer_id": link.user_id})[0]


def was_ever_member(company: Company) -> bool:
    return Membership.objects.filter(company=company, joined_at__isnull=False).exists()


def acts_for(user_id: int | None, company: Company) -> bool:
    people = Representative.objects.filter(company=company, state__in=["asked", "active"])
    return people.filter(user=user_id).exists()


@transaction.atomic
@in_site_language()
def thank(membership: Membership, now: datetime | None = None) -> None:
    """Its firm has joined: who brought it is thanked, once, however many clusters it joins."""
    waiting = Referral.objects.select_for_update().filter(company=membership.company, thanked_at__isnull=True)
    referral = waiting.first()
    if referral is None or acts_for(referral.referrer_id, membership.company):
        return
    referral.thanked_at = now or present.now()
    referral.save(update_fields=["thanked_at"])
    if referral.referrer is None or not referral.referrer.is_active:
        return
    cluster = membership.cluster
    outbox.queue(
        key=f"referral:{referral.pk}",
        kind="neighbour_joined",
        to=referral.referrer,
        subject=_("%(company)s has joined: thank you") % {"company": membership.company},
        template="neighbour_joined",
        context={
            "person": referral.referrer,
            "company": membership.company,
            "cluster": cluster,
            "drive": Drive.objects.running()
            .of(cluster.association)
            .filter(start__lte=present.today())
            .first(),
        },
        cluster=cluster,
    )
