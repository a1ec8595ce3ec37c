"""Days on which a firm can neither chair nor host, as it says itself."""

from django.db import transaction

from clusters import trail
from meetings.models import Unavailability
from members.companies import clusters_of


@transaction.atomic
def note(absence: Unavailability, *, by) -> None:
    absence.save()
    _record(by, "noted", absence)


@transaction.atomic
def take_back(absence: Unavailability, *, by) -> None:
    """The firm is there after all."""
    _record(by, "took back", absence)
    absence.delete()


def _record(by, verb: str, absence: Unavailability) -> None:
    for cluster in clusters_of(absence.company) or (None,):
        trail.record(by, verb, absence, cluster=cluster)
