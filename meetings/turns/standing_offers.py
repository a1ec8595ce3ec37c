"""What firms offer to do in a cluster until they take it back: to chair, and to host in their room."""

from django.db import transaction
from django.utils.translation import gettext as _

from clusters import trail
from clusters.errors import Refused
from clusters.models import Cluster
from meetings.models import Duty, RotaOffer, Venue
from members.models import Company, Membership


@transaction.atomic
def set_offers(
    company: Company,
    cluster: Cluster,
    *,
    chair: bool,
    host_at: Venue | None,
    both_at_once: bool = True,
    by,
) -> None:
    """The firm offers this, and no more, in the cluster. What it offered before keeps its date and so its place."""
    if not Membership.objects.active().filter(company=company, cluster=cluster).exists():
        raise Refused(
            _("%(company)s is not a member of %(cluster)s. Only members take turns.")
            % {"company": company, "cluster": cluster}
        )
    wanted = {Duty.Role.CHAIR: chair, Duty.Role.HOST: host_at is not None}
    for role, offered in wanted.items():
        venue = host_at if role == Duty.Role.HOST else None
        if offered:
            offer, new = RotaOffer.objects.update_or_create(
                company=company,
                cluster=cluster,
                role=role,
                defaults={"venue": venue, "both_at_once": both_at_once},
            )
            if new:
                trail.record(by, "made the offer", offer, cluster=cluster)
        else:
            made = RotaOffer.objects.filter(company=company, cluster=cluster, role=role)
            for offer in made.select_related("company", "cluster"):
                trail.record(by, "took back the offer", offer, cluster=cluster)
                offer.delete()
