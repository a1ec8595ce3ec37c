"""A need, and the times within which coordinators answer and look after things."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from clusters.models import Association, Cluster

ANSWER_TO_APPLICANTS = timedelta(days=3)
ANSWER_TO_QUESTIONS = timedelta(days=3)
ANSWER_TO_MEMBERS = timedelta(days=3)
CALL_SILENT_FIRMS = timedelta(days=14)
ANSWER_TO_AUTHORS = timedelta(days=7)
SOON = timedelta(days=7)  # before something is due it comes up
AFTERWARDS = timedelta(days=7)  # slides and notes are due
CADENCE_DAYS: dict[str, int] = {
    Cluster.Cadence.MONTHLY: 30,
    Cluster.Cadence.SIX_WEEKLY: 42,
    Cluster.Cadence.TWO_MONTHLY: 61,
}


@dataclass(frozen=True)
class Need:
    of: Cluster | Association | str
    sentence: str
    due: date
    button: str
    url: str


def desk_of_meetings(page: str, **query) -> str:
    return f"{reverse(f'admin:meetings_{page}')}?{urlencode(query)}"
