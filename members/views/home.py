"""The brand of pages that belong to the reader rather than to a cluster."""

from clusters.brands import wear
from members.memberships import home_association


def wear_home(request) -> None:
    """That of the association whose member the reader is, where they have one, and no host name says otherwise."""
    association = None if request.site_association else home_association(request.user)
    if association:
        wear(request, association)
