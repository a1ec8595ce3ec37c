"""The objective of docs/rotation.md, written down a second time, with a search through every plan of
a small cluster and a proof by matching for a large one. Shares nothing with the planner but the terms.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from meetings.rotation import Company, Duty, Meeting, Policy, Role

Slot = tuple[int, Role]


@dataclass
class Case:
    """Everything `plan` is given."""

    meetings: list[Meeting]
    companies: list[Company]
    past: list[Duty]
    declined: list[Duty]
    fixed: list[Duty]
    proposed: list[Duty]
    policy: Policy

    @cached_property
    def date_of(self) -> dict[int, date]:
        return {meeting.id: meeting.date for meeting in self.meetings}

    def day(self, duty: Duty) -> date:
        return self.date_of.get(duty.meeting, duty.date)

    @cached_property
    def pinned(self) -> dict[Slot, int]:
        return {(duty.meeting, duty.role): duty.company for duty in self.fixed}

    @cached_property
    def slots(self) -> list[Slot]:
        meetings = sorted(self.meetings, key=lambda meeting: (meeting.date, meeting.id))
        roles = (Role.CHAIR, Role.HOST)
        return [(m.id, role) for m in meetings for role in roles if role in m.roles]

    @cached_property
    def open_slots(self) -> list[Slot]:
        return [slot for slot in self.slots if slot not in self.pinned]

    def entry(self, company: Company, role: Role) -> date | None:
        if role in company.offers and company.first_came:
            return max(company.offers[role], company.first_came)
        return None

    def bound(self, company: int) -> list[tuple[int, date]]:
        """Meetings and days at which a firm has served or will, before planning."""
        duties = [*self.past, *self.fixed]
        return [(d.meeting, self.day(d)) for d in duties if d.company == company]

    def close(self, one: tuple[int, date], two: tuple[int, date]) -> bool:
        return one[0] != two[0] and abs((one[1] - two[1]).days) < self.policy.gap_days

    @cached_property
    def free(self) -> dict[Slot, list[int]]:
        """Who could take a turn if it were the only one."""
        return {
            slot: [self.pinned[slot]]
            if slot in self.pinned
            else sorted(c.id for c in self.companies if self.can(slot, c))
            for slot in self.slots
        }

    def can(self, slot: Slot, company: Company) -> bool:
        meeting = next(m for m in self.meetings if m.id == slot[0])
        entry = self.entry(company, slot[1])
        declined = {(d.meeting, d.role) for d in self.declined if d.company == company.id}
        fits = company.room_for is None or company.room_for >= meeting.people
        return (
            entry is not None
            and entry < meeting.date
            and not any(first <= meeting.date <= last for first, last in company.away)
            and slot not in declined
            and (slot[1] == Role.CHAIR or fits)
            and not any(self.close((meeting.id, meeting.date), other) for other in self.bound(company.id))
        )

    def both(self, meeting: int, company: int) -> bool:
        firm = next(c for c in self.companies if c.id == company)
        alone = all(self.free.get((meeting, role)) == [company] for role in Role)
        return firm.both_at_once and (self.policy.one_firm_may_do_both or alone)

    def clashes(self, slot: Slot, company: int, given: dict[Slot, int | None]) -> bool:
        here = (slot[0], self.date_of[slot[0]])
        planned = [(m, self.date_of[m]) for (m, _), firm in given.items() if firm == company]
        for other in [*self.bound(company), *planned]:
            if self.close(here, other):
                return True
            if other[0] == slot[0] and not self.both(slot[0], company):
                return True
        return False

    @cached_property
    def record(self) -> dict[tuple[int, Role], tuple[list[tuple], date | None]]:
        """For each firm and role: day, meeting and whether really taken, of the turns had, agreed
        or forfeited; and the day of an open refusal."""
        record = {}
        for company in self.companies:
            for role in company.offers:
                mine = (company.id, role)
                turns = [
                    (self.day(d), d.meeting, 1)
                    for d in [*self.past, *self.fixed]
                    if (d.company, d.role) == mine
                ]
                refusals = {(self.day(d), d.meeting) for d in self.declined if (d.company, d.role) == mine}
                days = [day for day, _, _ in turns]
                open_refusal, forfeited = None, []
                for day, meeting in sorted(refusals):
                    if open_refusal and not any(open_refusal <= turn < day for turn in days):
                        forfeited.append((day, meeting, 0))
                        open_refusal = None
                    else:
                        open_refusal = day
                if open_refusal and any(turn >= open_refusal for turn in days):
                    open_refusal = None
                record[mine] = (turns + forfeited, open_refusal)
        return record

    def credit(self, company: Company, role: Role) -> int:
        entry = self.entry(company, role)
        if entry is None or not self.policy.newcomers_start_level:
            return 0
        levels = [
            self.credit(other, role) + self.had_before(other, role, entry)
            for other in self.companies
            if (joined := self.entry(other, role)) and joined < entry
        ]
        return max(0, min(levels, default=0) - self.had_before(company, role, entry))

    def had_before(self, company: Company, role: Role, day: date) -> int:
        return sum(turn[0] < day for turn in self.record[company.id, role][0])

    @cached_property
    def levels(self) -> dict[tuple[int, Role], int]:
        return {
            (company.id, role): self.credit(company, role) + len(self.record[company.id, role][0])
            for company in self.companies
            for role in company.offers
        }

    def key(self, slot: Slot, company: int | None, given: dict[Slot, int | None]) -> tuple:
        """How far back in the queue the firm stands that takes a turn; nobody stands last."""
        if company is None:
            return (1,)
        meeting, role = slot
        day = self.date_of[meeting]
        turns, refused = self.record[company, role]
        planned = [(self.date_of[m], m, 1) for (m, r), c in given.items() if (r, c) == (role, company)]
        before = [turn for turn in turns + planned if turn[:2] < (day, meeting)]
        comes_next = (
            refused is not None and refused <= day and not any(refused <= turn[0] for turn in planned)
        )
        joined = next(c.joined for c in self.companies if c.id == company)
        return (0, not comes_next, bool(before), max(before, default=()), joined)

    def changes(self, given: dict[Slot, int | None]) -> int:
        proposed = {(d.meeting, d.role): d.company for d in self.proposed}
        return sum(proposed.get(slot, firm) != firm for slot, firm in given.items())

    def unevenness(self, given: dict[Slot, int | None]) -> int:
        counts = dict(self.levels)
        for (_, role), company in given.items():
            if company is not None:
                counts[company, role] += 1
        return sum(count**2 for count in counts.values())


def best_plan(case: Case) -> tuple[tuple, dict[Slot, int | None]]:
    """Tries every plan; leaves a branch only when it is already emptier, or as empty and less
    even, than a plan seen, for both only grow."""
    best: list = [(len(case.slots) + 1,), {}]

    def search(at: int, given: dict[Slot, int | None], keys: tuple) -> None:
        score = (sum(firm is None for firm in given.values()), case.unevenness(given))
        if score > best[0][:2]:
            return
        if at == len(case.open_slots):
            names = tuple((firm is None, firm or 0) for firm in given.values())
            found = [(*score, keys, case.changes(given), names), given]
            best[:] = min(best, found, key=lambda found: found[0])
            return
        slot = case.open_slots[at]
        takers = [c for c in case.free[slot] if not case.clashes(slot, c, given)]
        for key, firm in sorted(((case.key(slot, c, given), c) for c in takers), key=lambda f: f[0]):
            search(at + 1, {**given, slot: firm}, (*keys, key))
        search(at + 1, {**given, slot: None}, (*keys, case.key(slot, None, given)))

    search(0, {}, ())
    return best[0], best[1]


def fullest_and_evenest(
    options: Mapping[Hashable, Collection[int]], had: Mapping[int, int]
) -> tuple[int, int]:
    """The most turns of one role that can be taken, and then the least sum of squares of the firms'
    turns, other roles and gaps apart: no plan can be better.

    Turns are matched to the firms' first, second… shares, those that add least to the squares first.
    The shares that can be matched together are the independent sets of a matroid, so greed is right.
    """
    shares = sorted((had[firm] + nth, firm, nth) for firm in had for nth in range(len(options)))
    turns_of = {firm: [turn for turn, firms in options.items() if firm in firms] for firm in had}
    share_of: dict[Hashable, tuple[int, int]] = {}

    def match(share: tuple[int, int], seen: set[Hashable]) -> bool:
        for turn in turns_of[share[0]]:
            if turn not in seen:
                seen.add(turn)
                if turn not in share_of or match(share_of[turn], seen):
                    share_of[turn] = share
                    return True
        return False

    for _, firm, nth in shares:
        match((firm, nth), set())
    counts = dict(had)
    for firm, _ in share_of.values():
        counts[firm] += 1
    return len(share_of), sum(count**2 for count in counts.values())
