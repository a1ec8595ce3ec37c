"""A need, and the times within which coordinators answer and look after things."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple
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


class Words(NamedTuple):
    sentence: str
    button: str
    url: str


@dataclass(frozen=True)
class Need:
    """Put into words when it is shown: of a large site hundreds are found, and twenty shown."""

    of: Cluster | Association | str
    due: date
    words: Callable[[], Words]

    @cached_property
    def worded(self) -> Words:
        return self.words()

    @property
    def sentence(self) -> str:
        return self.worded.sentence

    @property
    def button(self) -> str:
        return self.worded.button

    @property
    def url(self) -> str:
        return self.worded.url


def desk_of_meetings(page: str, **query) -> str:
    return f"{reverse(f'admin:meetings_{page}')}?{urlencode(query)}"
