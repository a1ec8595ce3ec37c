"""Somebody with a work address of a firm's own domain asks to lead it: its people have gone, or don't answer.

Whoever reads mail at bay.example is of the firm whose website is bay.example. A coordinator decides all the same, and
the people who act for it are told, so that they can say if it is wrong.
"""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters import trail
from clusters.errors import Refused
from clusters.languages import in_site_language

from . import outbox
from .companies import clusters_of, refuse_often
from .memberships import coordinators_of
from .models import Company, Representative, User
from .models.company import SHARED_DOMAINS

# Everybody can have an address there, whatever a firm may have written as its website.
MAIL_PROVIDERS = {
    "aol.com", "btinternet.com", "fastmail.com", "gmail.com", "gmx.com", "googlemail.com", "hotmail.co.uk",
    "hotmail.com", "icloud.com", "live.co.uk", "live.com", "mail.com", "me.com", "msn.com", "outlook.com",
    "proton.me", "protonmail.com", "sky.com", "talktalk.net", "virginmedia.com", "yahoo.co.uk", "yahoo.com",
}  # fmt: skip


def may_take_over(user: User, company: Company) -> bool:
    """Whether they have a confirmed address of the firm's own domain, and act for no firm yet."""
    domain = company.web_domain
    if not domain or domain in MAIL_PROVIDERS or domain in SHARED_DOMAINS:
        return False
    if user.representations.filter(state__in=["asked", "active"]).exists():
        return False
    return EmailAddress.objects.filter(user=user, verified=True, email__iendswith=f"@{domain}").exists()


@transaction.atomic
def ask(user: User, company: Company) -> Representative:
    """Asked twice is asked once."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    asked = user.representations.filter(company=company, state=Representative.State.ASKED).first()
    if asked:
        return asked
    if not may_take_over(user, company):
        if not company.web_domain:
            raise Refused(_("For this you need an email address at the firm’s own domain."))
        raise Refused(
            _("For this you need an email address at %(web_domain)s.") % {"web_domain": company.web_domain}
        )
    refuse_often(user)
    representative = Representative.objects.create(
        company=company,
        user=user,
        role=Representative.Role.MEMBER,
        state=Representative.State.ASKED,
        takes_over=True,
    )
    clusters = clusters_of(company)
    for cluster in clusters or (None,):
        trail.record(user, "asked to take over", representative, cluster=cluster)
    _mail(representative, clusters)
    return representative


@in_site_language()
def _mail(representative: Representative, clusters) -> None:
    company = representative.company
    coordinators = {user.pk: user for cluster in clusters for user in coordinators_of(cluster)}
    deciders = coordinators or {
        user.pk: user for user in User.objects.filter(is_superuser=True, is_active=True)
    }
    acting = company.representatives.active().filter(user__is_active=True).select_related("user")
    informed = {one.user_id: one.user for one in acting if one.user_id not in deciders}
    for user in [*deciders.values(), *informed.values()]:
        decides = user.pk in deciders
        outbox.queue(
            key=f"take-over:{representative.pk}:{user.pk}",
            kind="representative",
            to=user,
            subject=_("May %(person)s lead %(company)s here?")
            % {"person": representative.user, "company": company},
            template="take_over",
            context={
                "person": user,
                "representative": representative,
                "company": company,
                "path": reverse("admin:members_representative_change", args=[representative.pk])
                if decides
                else "",
            },
            cluster=next(iter(clusters), None),
        )
