"""What representatives change on the page of their firm."""

from django.db import transaction

from clusters import trail
from clusters.images import Sizes

from .companies import clusters_of
from .models import Company, CompanyLogo, User


@transaction.atomic
def save_page(
    company: Company,
    *,
    by: User,
    changed: list[str],
    logo: Sizes | None = None,
    remove_logo: bool = False,
) -> None:
    """Writes the named fields, and the logo: `logo` is as `clusters.images.made_anew` gives it."""
    company.save(update_fields=changed)
    if logo or remove_logo:
        for old in CompanyLogo.objects.filter(company=company):
            old.delete()
    if logo:
        CompanyLogo(company=company).store(logo)
    for cluster in clusters_of(company) or (None,):
        trail.record(by, "changed the page of", company, cluster=cluster, note=", ".join(changed))
