"""Who is who at a meeting, for its page."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from meetings.models import AgendaItem, Duty
from members.models import Officer


@dataclass(frozen=True)
class Person:
    """A firm or a person, and what it does at the meeting."""

    name: str
    part: str
    chairs: bool = False


def who_is_who(
    duties: Iterable[Duty], items: Iterable[AgendaItem], officers: Iterable[Officer]
) -> list[Person]:
    """The firms that chair and host, those who speak, and those who hold an office.

    The caller passes what its reader may see; a speaker is seen by who sees the agenda.
    """
    firms = [
        Person(duty.company.name, duty.get_role_display(), duty.role == Duty.Role.CHAIR) for duty in duties
    ]
    speakers = [
        Person(
            item.speaker,
            _("Speaks, %(company)s") % {"company": item.company} if item.company else _("Speaks"),
        )
        for item in items
        if item.speaker
    ]
    holders = [Person(officer.user.name, officer.get_office_display()) for officer in officers]
    return list(dict.fromkeys([*firms, *speakers, *holders]))
