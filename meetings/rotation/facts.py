"""The facts the rota is planned from, put in order: who is in which queue, and what bars whom."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from meetings.rotation.queue import Moment, Standing, start_level
from meetings.rotation.reasons import Bar
from meetings.rotation.solver import Option
from meetings.rotation.terms import Company, Duty, Meeting, Policy, Role, Slot


@dataclass(frozen=True)
class Given:
    """What `plan` is given."""

    meetings: tuple[Meeting, ...]
    companies: tuple[Company, ...]
    past: tuple[Duty, ...]
    declined: tuple[Duty, ...]
    fixed: tuple[Duty, ...]
    proposed: tuple[Duty, ...]
    policy: Policy


class Facts:
    """Meetings in order of date, and what each firm is bound to by now."""

    def __init__(self, given: Given):
        self.policy = given.policy
        self.meetings = {m.id: m for m in sorted(given.meetings, key=lambda m: (m.date, m.id))}
        self.companies = {c.id: c for c in sorted(given.companies, key=lambda c: c.id)}
        self.past = given.past
        self.fixed: dict[Slot, Duty] = {}
        for duty in given.fixed:
            if self.fixed.setdefault((duty.meeting, duty.role), duty) != duty:
                raise ValueError(f"Two firms are fixed to {duty.role} meeting {duty.meeting}.")
        self.declined = {(d.meeting, d.role, d.company): d for d in given.declined}
        self.proposed = {(d.meeting, d.role): d.company for d in given.proposed}
        self.engaged = self._engagements()
        self.slots = [
            (meeting.id, role) for meeting in self.meetings.values() for role in Role if role in meeting.roles
        ]
        self.standings = self._standings()
        self.bars = self._bars()
        self.free = self._find_free()
        self.options = self._options()

    def give(self, slot: Slot, firm: int) -> None:
        self.standings[firm, slot[1]].take(self.moment(slot))
        self.engaged[firm].append(self.meetings[slot[0]])

    def moment(self, slot: Slot) -> Moment:
        return (self.meetings[slot[0]].date, slot[0])

    def levels(self) -> dict[tuple[int, Role], int]:
        return {key: standing.level for key, standing in self.standings.items()}

    def _day(self, duty: Duty) -> date:
        """A meeting may have been moved since the duty was agreed."""
        meeting = self.meetings.get(duty.meeting)
        return meeting.date if meeting else duty.date

    def _engagements(self) -> dict[int, list[Meeting]]:
        """The meetings at which a firm has a turn, whichever the role."""
        engaged: dict[int, list[Meeting]] = defaultdict(list)
        for duty in (*self.past, *self.fixed.values()):
            engaged[duty.company].append(Meeting(duty.meeting, self._day(duty)))
        return engaged

    def _standings(self) -> dict[tuple[int, Role], Standing]:
        standings = {
            (company.id, role): Standing(company, role)
            for company in self.companies.values()
            for role in Role
            if role in company.offers
        }
        refusals = [(self._day(d), 0, d.meeting, d) for d in self.declined.values()]
        turns = [(self._day(d), 1, d.meeting, d) for d in (*self.past, *self.fixed.values())]
        for day, taken, meeting, duty in sorted(refusals + turns, key=lambda event: event[:3]):
            if standing := standings.get((duty.company, duty.role)):
                (standing.take if taken else standing.refuse)((day, meeting))
        if self.policy.newcomers_start_level:
            for role in Role:
                start_level([s for s in standings.values() if s.role is role])
        return standings

    def queue(self, slot: Slot) -> list[Standing]:
        """The standings of the firms in the queue for a turn, in the order in which they come."""
        at = self.moment(slot)
        waiting = [
            standing
            for standing in self.standings.values()
            if standing.role is slot[1] and standing.in_queue(at[0])
        ]
        return sorted(waiting, key=lambda standing: (standing.waiting(at), standing.company.id))

    def _bars(self) -> dict[tuple[Slot, int], Bar | None]:
        """What bars each firm in the queue from each open turn, before any turn is given."""
        return {
            (slot, standing.company.id): self._own_bar(self.meetings[slot[0]], slot[1], standing.company)
            for slot in self.slots
            if slot not in self.fixed
            for standing in self.queue(slot)
        }

    def _own_bar(self, meeting: Meeting, role: Role, company: Company) -> Bar | None:
        if any(first <= meeting.date <= last for first, last in company.away):
            return Bar.AWAY
        if (meeting.id, role, company.id) in self.declined:
            return Bar.DECLINED
        room = company.room_for
        if role is Role.HOST and room is not None and room < meeting.people:
            return Bar.ROOM
        if any(self.too_close(meeting, other) for other in self.engaged[company.id]):
            return Bar.TOO_CLOSE
        return None

    def too_close(self, meeting: Meeting, other: Meeting) -> bool:
        apart = abs((meeting.date - other.date).days)
        return meeting.id != other.id and apart < self.policy.gap_days

    def bar(self, slot: Slot, firm: int) -> Bar | None:
        """What bars a firm from a turn now that the turns before are given."""
        if bar := self.bars[slot, firm]:
            return bar
        meeting = self.meetings[slot[0]]
        if any(self.too_close(meeting, other) for other in self.engaged[firm]):
            return Bar.TOO_CLOSE
        here = any(other.id == meeting.id for other in self.engaged[firm])
        return Bar.OTHER_ROLE if here and not self.may_do_both(meeting, firm) else None

    def _find_free(self) -> dict[Slot, list[int]]:
        """Who could take each turn, the other turns apart."""
        free = {turn: [duty.company] for turn, duty in self.fixed.items()}
        for (turn, firm), bar in self.bars.items():
            free.setdefault(turn, [])
            if bar is None:
                free[turn].append(firm)
        return free

    def may_do_both(self, meeting: Meeting, firm: int) -> bool:
        if not self.companies[firm].both_at_once:
            return False
        return self.policy.one_firm_may_do_both or all(
            self.free.get((meeting.id, role)) == [firm] for role in Role
        )

    def _options(self) -> dict[Slot, list[int]]:
        return {
            slot: [firm for firm in self.free.get(slot, ()) if self.bar(slot, firm) is None]
            for slot in self.slots
            if slot not in self.fixed
        }

    def exclusive(self) -> Iterator[list[list[Option]]]:
        """For each firm and each run of meetings closer than the gap: the options of which it may
        use one, or two at one meeting if it may do both."""
        runs = self._runs()
        for firm in self.companies:
            for run in runs:
                bundles: list[list[Option]] = []
                for meeting in run:
                    options = [
                        ((meeting.id, role), firm)
                        for role in Role
                        if firm in self.options.get((meeting.id, role), ())
                    ]
                    if options and self.may_do_both(meeting, firm):
                        bundles.append(options)
                    else:
                        bundles.extend([option] for option in options)
                if len(bundles) > 1:
                    yield bundles

    def _runs(self) -> list[list[Meeting]]:
        """The longest runs of meetings that are all too close to each other."""
        meetings = list(self.meetings.values())
        runs: list[list[Meeting]] = []
        for start, first in enumerate(meetings):
            run = [
                meeting for meeting in meetings[start:] if meeting is first or self.too_close(first, meeting)
            ]
            if not runs or run[-1] is not runs[-1][-1]:
                runs.append(run)
        return runs
