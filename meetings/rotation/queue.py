"""Who comes next: each firm's standing in the queue for a role."""

from dataclasses import dataclass, field
from datetime import date

from meetings.rotation.terms import Company, Role


@dataclass
class Standing:
    """A firm's standing in the queue for one role. The first refusal defers a turn, so that the
    firm comes next; refused again, the turn is forfeited and counts as taken."""

    company: Company
    role: Role
    turns: list[date] = field(default_factory=list)
    forfeited: list[date] = field(default_factory=list)
    deferred: date | None = None
    credit: int = 0

    def take(self, day: date) -> None:
        self.turns.append(day)
        if self.deferred and self.deferred <= day:
            self.deferred = None

    def refuse(self, day: date) -> None:
        if self.deferred:
            self.forfeited.append(day)
            self.deferred = None
        else:
            self.deferred = day

    @property
    def level(self) -> int:
        return self.credit + len(self.turns) + len(self.forfeited)

    def taken_before(self, day: date) -> int:
        return sum(turn < day for turn in self.turns + self.forfeited)

    @property
    def queues_from(self) -> date | None:
        return self.company.queues_from(self.role)

    def in_queue(self, on: date) -> bool:
        return self.queues_from is not None and self.queues_from < on

    def last(self, before: date) -> date | None:
        return max((turn for turn in self.turns if turn < before), default=None)

    def deferred_on(self, day: date) -> date | None:
        return self.deferred if self.deferred and self.deferred <= day else None

    def waiting(self, on: date) -> tuple[bool, bool, date, date]:
        """Sorts who comes next first: a turn deferred, never a turn, the last longest ago, the
        earliest to join."""
        last = max((turn for turn in self.turns + self.forfeited if turn < on), default=None)
        return (
            self.deferred_on(on) is None,
            last is not None,
            last or date.min,
            self.company.joined,
        )


def start_level(standings: list[Standing]) -> None:
    """Credits who joined a queue with the turns that the least served of those already in it had
    had by then, so that nobody is owed turns from before."""
    entries = [(s.queues_from, s) for s in standings if s.queues_from]
    entries.sort(key=lambda entry: entry[0])
    for joined, newcomer in entries:
        levels = [s.credit + s.taken_before(joined) for since, s in entries if since < joined]
        newcomer.credit = max(0, min(levels, default=0) - newcomer.taken_before(joined))
