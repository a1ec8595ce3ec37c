"""How a firm is reached, as far as it lets the viewer know."""

from dataclasses import dataclass
from typing import Any

from clusters.reach import reach_of
from members.models import Company

Shown = Company.Shown
SEES = {  # by how near the viewer is: everybody, a member of any cluster, the firm's own people and its coordinators
    Shown.PUBLIC: {Shown.PUBLIC},
    Shown.MEMBERS: {Shown.PUBLIC, Shown.MEMBERS},
    Shown.NOBODY: {Shown.PUBLIC, Shown.MEMBERS, Shown.NOBODY},
}


@dataclass(frozen=True)
class ContactFields:
    """Empty where the firm has nothing, or doesn't show it."""

    email: str
    phone: str
    address: str
    town: str
    postcode: str

    @property
    def district(self) -> str:
        return self.postcode.partition(" ")[0]

    @property
    def where(self) -> str:
        """ "Caton LA2": roughly."""
        return f"{self.town} {self.district}".strip()


def is_member(user) -> bool:
    """Whether they act for a member firm, or hold an office today."""
    if user.is_anonymous:
        return False
    if reach := reach_of(user):
        offices = reach.managed_clusters | reach.managed_associations
        return user.is_superuser or bool(reach.clusters or offices)
    return user.is_staff or acts_for_member(user)


def acts_for_member(user) -> bool:
    if reach := reach_of(user):
        return bool(reach.clusters)
    return Company.objects.listed().represented_by(user).exists()


def nearness(user, company: Company | None = None) -> Company.Shown:
    """How near the viewer is to a firm, or to firms in general."""
    if user.is_anonymous:
        return Shown.PUBLIC
    if company and is_near(user, company):
        return Shown.NOBODY
    return Shown.MEMBERS if is_member(user) else Shown.PUBLIC


def is_near(user, company: Company) -> bool:
    """Whether they act for the firm or look after it."""
    reach = reach_of(user)
    if reach and company.pk in reach.firms:
        return True
    if reach and not (user.is_superuser or reach.managed_clusters):
        return False
    mine = Company.objects.filter(pk=company.pk)
    return (mine.represented_by(user) | mine.managed_by(user)).exists()


def contact_fields(company: Any, near: str) -> ContactFields:
    """Of a firm, or of a row with the same columns. `near` is as `nearness` says; `Shown.PUBLIC` gives what everybody
    may see.
    """
    seen = SEES[Shown(near)]
    has_address = company.address_shown in seen
    return ContactFields(
        email=company.email if company.email_shown in seen else "",
        phone=company.phone if company.phone_shown in seen else "",
        address=company.address if has_address else "",
        town=company.town if has_address else "",
        postcode=company.postcode if has_address else "",
    )
