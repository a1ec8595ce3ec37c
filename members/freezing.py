"""A firm is frozen at once when something is wrong: it is off the public pages, and nothing of it is lost."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.languages import in_site_language
from clusters.models import Cluster

from . import outbox
from .companies import clusters_of
from .memberships import coordinators_of, representatives_of
from .models import Company, Membership, User


@transaction.atomic
def freeze(company: Company, *, by: User, reason: str) -> None:
    """The firm takes no part until `unfreeze`. Its people read the reason. A second time changes nothing.

    Its turns ahead go to the next firms when the worker comes round.
    """
    _lock(company)
    _refuse_stranger(company, by)
    if company.frozen_at:
        return
    company.frozen_at, company.frozen_reason = present.now(), reason
    company.save(update_fields=["frozen_at", "frozen_reason"])
    clusters = clusters_of(company)
    for cluster in clusters:
        trail.record(by, "froze", company, cluster=cluster, note=reason)
    with in_site_language():
        _mail_firm(
            company, "frozen", _("%(company)s is not shown at the moment") % {"company": company}, clusters
        )
    _mail_fellow_coordinators(company, by, clusters)


@transaction.atomic
def unfreeze(company: Company, *, by: User) -> None:
    """The firm takes part again, as it did before. A second time changes nothing."""
    _lock(company)
    _refuse_stranger(company, by)
    if not company.frozen_at:
        return
    since = company.frozen_at
    company.frozen_at, company.frozen_reason = None, ""
    company.save(update_fields=["frozen_at", "frozen_reason"])
    clusters = clusters_of(company)
    for cluster in clusters:
        trail.record(by, "unfroze", company, cluster=cluster)
    with in_site_language():
        _mail_firm(
            company, "unfrozen", _("%(company)s is shown again") % {"company": company}, clusters, since=since
        )


def _lock(company: Company) -> None:
    company.refresh_from_db(from_queryset=Company.objects.select_for_update(no_key=True))


def _refuse_stranger(company: Company, by: User) -> None:
    """Whoever looks after a cluster that the firm only applied to can say no to it there, and no more.

    The operator may always: a frozen firm that has left all clusters is nobody else's to unfreeze.
    """
    if by.is_superuser:
        return
    ours = Membership.objects.filter(company=company, state=Membership.State.ACTIVE)
    if not ours.managed_by(by).exists():
        raise Refused(_("%(company)s is a member of none of your clusters.") % {"company": company})


def _mail_firm(company: Company, template: str, subject: str, clusters: list[Cluster], since=None) -> None:
    outbox.queue_many(
        representatives_of(company),
        key=f"{template}:{company.pk}:{(since or company.frozen_at):%Y%m%d%H%M%S%f}",
        kind="frozen",
        subject=subject,
        template=template,
        context=lambda user: {"person": user, "company": company},
        cluster=next(iter(clusters), None),
    )


@in_site_language()
def _mail_fellow_coordinators(company: Company, by: User, clusters: list[Cluster]) -> None:
    """The firm is theirs as well, and one of them may know better."""
    for cluster in clusters:
        outbox.queue_many(
            [user for user in coordinators_of(cluster) if user != by],
            key=f"froze:{company.pk}:{cluster.pk}:{company.frozen_at:%Y%m%d%H%M%S%f}",
            kind="frozen",
            subject=_("%(by)s has frozen %(company)s") % {"by": by, "company": company},
            template="froze",
            context=lambda user: {
                "person": user,
                "company": company,
                "by": by,
                "path": reverse("admin:members_company_change", args=[company.pk]),
            },
            cluster=cluster,
        )
