"""What one may see of meetings and of what belongs to them, as conditions on the columns of the meeting alone: with
sets of meetings instead Postgres would look at all that there are. `of` leads to the meeting ("meeting__").
"""

from django.db.models import Q

from clusters.models import Association, Cluster


def is_public(of: str = "") -> Q:
    return ~Q(**{f"{of}state": "draft"}) & ~Q(**{f"{of}openness": "members"})


def is_managed_by(user, of: str = "") -> Q:
    if user.is_superuser:
        return Q(**{f"{of}pk__isnull": False})
    return Q(**{f"{of}cluster__in": Cluster.objects.managed_by(user)}) | Q(
        **{f"{of}association__in": Association.objects.managed_by(user)}
    )


def is_whole_for(user, of: str = "") -> Q:
    """Out of draft and of a cluster where one's firm is a member; managed ones."""
    clusters = Cluster.objects.with_member(user)
    member = Q(**{f"{of}cluster__in": clusters}) | Q(
        **{f"{of}association__in": clusters.values("association")}
    )
    return ~Q(**{f"{of}state": "draft"}) & member | is_managed_by(user, of)
