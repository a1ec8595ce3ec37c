"""The rota of a cluster as its coordinator looks at it: the turns ahead with how they stand, and the fair order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from clusters import present
from clusters.dates import row_date
from clusters.models import Cluster
from meetings import rotation
from meetings.models import Duty, Meeting, Registration
from meetings.roles import DOES
from meetings.turns import rota
from members.models import Company, Membership

LAST = 12  # meetings whose dots are shown
State = Duty.State


@dataclass(frozen=True)
class Turn:
    """One role at one meeting. `would_be`: whom a new plan would give it to, if not to who has it."""

    role: str
    duty: Duty | None
    company: Company | None
    reason: str
    needed: bool
    would_be: Company | None
    changes: bool
    passed_over: list[tuple[Company, str]]

    @property
    def status(self) -> str:
        if self.duty is None:
            return _("Open") if self.needed else _("None needed")
        if self.duty.state == State.OFFERED and self.duty.answer_by:
            return _("Offered until %(day)s") % {"day": row_date(self.duty.answer_by)}
        return _("Agreed") if self.is_agreed else _("Proposed")

    @property
    def label(self) -> str:
        return str(Duty.Role(self.role).label)

    @property
    def does(self) -> str:
        return str(DOES[self.role])

    @property
    def is_agreed(self) -> bool:
        return self.duty is not None and self.duty.state in Duty.AGREED

    @property
    def is_proposed(self) -> bool:
        """Not agreed, and not waiting for an answer either."""
        if self.duty is None or self.is_agreed:
            return False
        return self.duty.state != State.OFFERED or self.duty.answer_by is None


@dataclass(frozen=True)
class Row:
    meeting: Meeting
    day: date
    turns: list[Turn]
    turns_are_due: bool
    coming: int
    agenda: str
    agenda_is_late: bool
    is_out: bool


@dataclass(frozen=True)
class Place:
    """A firm in the fair order."""

    company: Company
    marks: list[str]
    words: str
    last_chaired: date | None
    last_hosted: date | None
    chairs: bool
    hosts: bool
    notes: list[str]


@dataclass(frozen=True)
class Picture:
    rows: list[Row]
    places: list[Place]
    members: int
    changes: int

    @property
    def missing(self) -> dict[str, int]:
        """How many turns of each role nobody has agreed to yet."""
        turns = [turn for row in self.rows for turn in row.turns if turn.needed and not turn.is_agreed]
        return {role: sum(turn.role == role for turn in turns) for role in Duty.Role.values}

    @property
    def proposed(self) -> int:
        return sum(turn.is_proposed for row in self.rows for turn in row.turns)


def picture(cluster: Cluster, *, now: datetime | None = None) -> Picture:
    now = now or present.now()
    meetings = list(
        rota.meetings_ahead(cluster, now)
        .select_related("venue")
        .annotate(
            coming=Count(
                "registrations", filter=Q(registrations__state=Registration.State.REGISTERED), distinct=True
            ),
            sent_at=Max("editions__published_at"),
        )
    )
    facts = rota.Known(cluster, meetings, now)
    plan = facts.plan()
    ids = {turn.company for turn in plan.turns} | {duty.company_id for duty in facts.open.values()}
    firms = Company.objects.in_bulk({*ids, *facts.companies} - {None})
    rows = [_row(facts, plan, meeting, firms) for meeting in meetings]
    return Picture(
        rows=rows,
        places=_places(facts, plan, firms),
        members=Membership.objects.active().filter(cluster=cluster).count(),
        changes=sum(turn.changes for row in rows for turn in row.turns),
    )


# --- the turns ahead ---------------------------------------------------------------------------------------
def _row(facts: rota.Known, plan: rotation.Plan, meeting, firms: dict[int, Company]) -> Row:
    meeting.cluster = facts.cluster
    turns = [_turn(facts, plan, meeting, role, firms) for role in Duty.Role.values]
    day = facts.day(meeting.starts_at)
    due = day - timedelta(days=facts.cluster.agenda_days)
    chair = turns[0]
    if meeting.sent_at:
        agenda = _("Sent %(day)s") % {"day": row_date(facts.day(meeting.sent_at))}
    elif not chair.is_agreed:
        agenda = _("Needs a chair")
    else:
        agenda = _("Due %(day)s") % {"day": row_date(due)}
    late = not meeting.sent_at and due < facts.day(facts.now)
    turns_due = day - timedelta(days=facts.cluster.answer_days) <= facts.day(facts.now)
    return Row(meeting, day, turns, turns_due, meeting.coming, agenda, late, meeting.sent_at is not None)


def _turn(
    facts: rota.Known, plan: rotation.Plan, meeting: Meeting, role: str, firms: dict[int, Company]
) -> Turn:
    duty = facts.open.get((meeting.pk, role))
    if duty is not None:
        duty.meeting = meeting
    planned = next((turn for turn in plan.turns if (turn.meeting, turn.role) == (meeting.pk, role)), None)
    has, gets = duty.company_id if duty else None, planned.company if planned else None
    passed = [
        (firms[one.company], one.reason)
        for one in plan.passed_over
        if (one.meeting, one.role, gets) == (meeting.pk, role, has)
    ]
    reason = duty.reason if duty else planned.reason if planned and gets is None else ""
    return Turn(
        role=role,
        duty=duty,
        company=firms.get(has) if has else None,
        reason=reason,
        needed=planned is not None,
        would_be=firms.get(gets) if gets and gets != has else None,
        changes=gets != has,
        passed_over=passed,
    )


# --- the fair order ----------------------------------------------------------------------------------------
def _places(facts: rota.Known, plan: rotation.Plan, firms: dict[int, Company]) -> list[Place]:
    """Those who chair in the order in which they come, then those who only host."""
    by_role = {(place.company, place.role.value): place for place in plan.queue}
    order = dict.fromkeys(
        place.company for role in rotation.Role for place in plan.queue if place.role is role
    )
    last = _last_meetings(facts)
    came = _who_came(last)
    return [_place(facts, firms[pk], by_role, last, came) for pk in order]


def _place(facts, company: Company, by_role, last: list[Meeting], came: dict[int, set[int]]) -> Place:
    chair, host = (by_role.get((company.pk, role)) for role in Duty.Role.values)
    marks = [_mark(facts, company, meeting, came) for meeting in last]
    counted = [mark for mark in marks if mark]
    words = _("Came to %(sum)s of %(number)s") % {
        "sum": sum(mark != "away" for mark in counted),
        "number": len(counted),
    }
    return Place(
        company=company,
        marks=marks,
        words=words,
        last_chaired=_last(facts, company, Duty.Role.CHAIR),
        last_hosted=_last(facts, company, Duty.Role.HOST),
        chairs=chair is not None,
        hosts=host is not None,
        notes=list(dict.fromkeys(place.note for place in (chair, host) if place and place.note)),
    )


def _last_meetings(facts: rota.Known) -> list[Meeting]:
    """The last meetings that took place, the last one at the end."""
    past = facts.cluster.meetings.filter(kind=Meeting.Kind.MEETING).past(facts.now)
    return list(past[:LAST])[::-1]


def _who_came(meetings: Iterable[Meeting]) -> dict[int, set[int]]:
    """The firms that came to each meeting; of a meeting where nobody was noted, nothing."""
    rows = Registration.objects.attended().filter(meeting__in=meetings, company__isnull=False)
    came: dict[int, set[int]] = {}
    for meeting, company in rows.values_list("meeting", "company"):
        came.setdefault(meeting, set()).add(company)
    return came


def _mark(facts: rota.Known, company: Company, meeting: Meeting, came: dict[int, set[int]]) -> str:
    roles = {
        duty.role for duty in facts.past if (duty.meeting_id, duty.company_id) == (meeting.pk, company.pk)
    }
    if Duty.Role.CHAIR in roles:
        return "chaired"
    if Duty.Role.HOST in roles:
        return "hosted"
    if meeting.pk not in came or facts.day(meeting.starts_at) < facts.companies[company.pk].joined:
        return ""
    return "came" if company.pk in came[meeting.pk] else "away"


def _last(facts: rota.Known, company: Company, role: str) -> date | None:
    had = (
        facts.day(duty.meeting.starts_at)
        for duty in facts.past
        if (duty.company_id, duty.role) == (company.pk, role)
    )
    return max(had, default=None)
