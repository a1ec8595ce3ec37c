"""What one may see of meetings and of what belongs to them, as conditions on the columns of the meeting alone: with
sets of meetings instead Postgres would look at all that there are. `of` leads to the meeting ("meeting__").
"""

from django.db.models import Q

from clusters.models import Association, Cluster
from clusters.reach import reach_of


def is_public(of: str = "") -> Q:
    return ~Q(**{f"{of}state": "draft"}) & ~Q(**{f"{of}openness": "members"})


def is_managed_by(user, of: str = "") -> Q:
    if user.is_superuser:
        return Q(**{f"{of}pk__isnull": False})
    reach = reach_of(user)
    clusters = reach.managed_clusters if reach else Cluster.objects.managed_by(user)
    associations = reach.managed_associations if reach else Association.objects.managed_by(user)
    return Q(**{f"{of}cluster__in": clusters}) | Q(**{f"{of}association__in": associations})


def is_whole_for(user, of: str = "") -> Q:
    """Out of draft and of a cluster where one's firm is a member; managed ones."""
    reach = reach_of(user)
    clusters = reach.clusters if reach else Cluster.objects.with_member(user)
    associations = reach.associations if reach else Cluster.objects.with_member(user).values("association")
    member = Q(**{f"{of}cluster__in": clusters}) | Q(**{f"{of}association__in": associations})
    return ~Q(**{f"{of}state": "draft"}) & member | is_managed_by(user, of)
