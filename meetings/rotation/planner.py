"""Gives the turns one by one, each to the first in the queue with whom the whole plan stays as full
and as even as any plan can be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from meetings.rotation.queue import Standing, start_level
from meetings.rotation.reasons import Bar
from meetings.rotation.solver import Option, RotaModel
from meetings.rotation.terms import Company, Duty, Meeting, Policy, Role, Slot


@dataclass
class Choice:
    """How a turn was given: the queue at that moment, with what barred each firm, and the levels."""

    queue: dict[int, Bar | None]
    levels: dict[int, int]
    taken_by: int | None
    last: date | None = None
    deferred: date | None = None

    def ahead(self) -> Iterator[tuple[int, Bar | None]]:
        return takewhile(lambda place: place[0] != self.taken_by, self.queue.items())


class Rota:
    """The plan in the making: meetings in order of date, what each firm is bound to by now."""

    def __init__(
        self,
        meetings: Iterable[Meeting],
        companies: Iterable[Company],
        past: Iterable[Duty],
        declined: Iterable[Duty],
        fixed: Iterable[Duty],
        proposed: Iterable[Duty],
        policy: Policy,
    ):
        self.policy = policy
        self.meetings = {m.id: m for m in sorted(meetings, key=lambda m: (m.date, m.id))}
        self.companies = {c.id: c for c in sorted(companies, key=lambda c: c.id)}
        self.past = tuple(past)
        self.fixed: dict[Slot, Duty] = {}
        for duty in fixed:
            if self.fixed.setdefault((duty.meeting, duty.role), duty) != duty:
                raise ValueError(f"Two firms are fixed to {duty.role} meeting {duty.meeting}.")
        self.declined = {(d.meeting, d.role, d.company): d for d in declined}
        self.proposed = {(d.meeting, d.role): d.company for d in proposed}
        self.engaged = self._engagements()
        self.slots = [
            (meeting.id, role) for meeting in self.meetings.values() for role in Role if role in meeting.roles
        ]
        self.standings = self._standings()
        self.outset = [replace(s, turns=[*s.turns]) for s in self.standings.values()]
        self.bars = self._bars()
        self.free = self._find_free()
        self.options = self._options()
        self.choices: dict[Slot, Choice] = {}

    def assign(self) -> None:
        levels = {key: standing.level for key, standing in self.standings.items()}
        model = RotaModel(self.options, self._exclusive(), levels)
        model.fill()
        model.level()
        for slot in self.options:
            self.choices[slot] = self._give(slot, model)

    def _give(self, slot: Slot, model: RotaModel) -> Choice:
        meeting, role = self.meetings[slot[0]], slot[1]
        queue = {firm: self._bar(meeting, role, firm) for firm in self._queue(meeting, role)}
        levels = {firm: self.standings[firm, role].level for firm in queue}
        taken_by = model.give(slot, [firm for firm, bar in queue.items() if bar is None])
        choice = Choice(queue, levels, taken_by)
        if taken_by is not None:
            standing = self.standings[taken_by, role]
            choice.last = standing.last(meeting.date)
            choice.deferred = standing.deferred_on(meeting.date)
            standing.take(meeting.date)
            self.engaged[taken_by].append(meeting)
        return choice

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
        refusals = [(self._day(duty), Standing.refuse, duty) for duty in self.declined.values()]
        turns = [(self._day(d), Standing.take, d) for d in (*self.past, *self.fixed.values())]
        for day, act, duty in sorted(refusals + turns, key=lambda event: event[0]):
            if standing := standings.get((duty.company, duty.role)):
                act(standing, day)
        if self.policy.newcomers_start_level:
            for role in Role:
                start_level([s for s in standings.values() if s.role is role])
        return standings

    def _queue(self, meeting: Meeting, role: Role) -> list[int]:
        """The firms in the queue for a turn, in the order in which they come."""
        proposed = self.proposed.get((meeting.id, role))
        waiting = [
            standing
            for standing in self.standings.values()
            if standing.role is role and standing.in_queue(meeting.date)
        ]
        waiting.sort(key=lambda s: (s.waiting(meeting.date), s.company.id != proposed, s.company.id))
        return [standing.company.id for standing in waiting]

    def _bars(self) -> dict[tuple[Slot, int], Bar | None]:
        """What bars each firm in the queue from each open turn, before any turn is given."""
        return {
            (slot, firm): self._own_bar(self.meetings[slot[0]], slot[1], self.companies[firm])
            for slot in self.slots
            if slot not in self.fixed
            for firm in self._queue(self.meetings[slot[0]], slot[1])
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

    def _bar(self, meeting: Meeting, role: Role, firm: int) -> Bar | None:
        """What bars a firm now that the turns before this one are given."""
        if bar := self.bars[(meeting.id, role), firm]:
            return bar
        if any(self.too_close(meeting, other) for other in self.engaged[firm]):
            return Bar.TOO_CLOSE
        here = any(other.id == meeting.id for other in self.engaged[firm])
        return Bar.OTHER_ROLE if here and not self._may_do_both(meeting, firm) else None

    def _find_free(self) -> dict[Slot, list[int]]:
        """Who could take each turn, the other turns apart."""
        free = {turn: [duty.company] for turn, duty in self.fixed.items()}
        for (turn, firm), bar in self.bars.items():
            free.setdefault(turn, [])
            if bar is None:
                free[turn].append(firm)
        return free

    def _may_do_both(self, meeting: Meeting, firm: int) -> bool:
        if not self.companies[firm].both_at_once:
            return False
        return self.policy.one_firm_may_do_both or all(
            self.free.get((meeting.id, role)) == [firm] for role in Role
        )

    def _options(self) -> dict[Slot, list[int]]:
        return {
            slot: [
                firm
                for firm in self.free.get(slot, ())
                if self._bar(self.meetings[slot[0]], slot[1], firm) is None
            ]
            for slot in self.slots
            if slot not in self.fixed
        }

    def _exclusive(self) -> Iterator[list[list[Option]]]:
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
                    if options and self._may_do_both(meeting, firm):
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
