"""Who comes next: each firm's standing in the queue for a role."""

from dataclasses import dataclass, field
from datetime import date

from meetings.rotation.terms import Company, Role

Moment = tuple[date, int]  # the day and the id of a meeting: the order in which turns come


@dataclass
class Standing:
    """A firm's standing in the queue for one role. The first refusal defers a turn, so that the
    firm comes next; refused again, the turn is forfeited and counts as taken."""

    company: Company
    role: Role
    turns: list[Moment] = field(default_factory=list)
    forfeited: list[Moment] = field(default_factory=list)
    deferred: date | None = None
    credit: int = 0

    def take(self, moment: Moment) -> None:
        self.turns.append(moment)
        if self.deferred and self.deferred <= moment[0]:
            self.deferred = None

    def refuse(self, moment: Moment) -> None:
        if self.deferred:
            self.forfeited.append(moment)
            self.deferred = None
        else:
            self.deferred = moment[0]

    @property
    def level(self) -> int:
        return self.credit + len(self.turns) + len(self.forfeited)

    def taken_before(self, day: date) -> int:
        return sum(turn < day for turn, _ in self.turns + self.forfeited)

    @property
    def queues_from(self) -> date | None:
        return self.company.queues_from(self.role)

    def in_queue(self, on: date) -> bool:
        return self.queues_from is not None and self.queues_from < on

    def last_turn(self, before: Moment) -> date | None:
        return max((turn for turn in self.turns if turn < before), default=(None, 0))[0]

    def deferred_on(self, day: date) -> date | None:
        return self.deferred if self.deferred and self.deferred <= day else None

    def waiting(self, at: Moment, planned: Moment | None = None) -> tuple:
        """Sorts who comes next first: a turn deferred, never a turn, the last longest ago, the
        earliest to join. `planned`: as if it had that turn too."""
        turns = [*self.turns, planned] if planned else self.turns
        had = [(*turn, True) for turn in turns if turn < at]
        had += [(*turn, False) for turn in self.forfeited if turn < at]
        deferred = self.deferred_on(at[0])
        comes_next = deferred and not (planned and planned[0] >= deferred)
        return (not comes_next, max(had, default=()), self.company.joined)


def start_level(standings: list[Standing]) -> None:
    """Credits who joined a queue with the turns that the least served of those already in it had
    had by then, so that nobody is owed turns from before."""
    entries = [(s.queues_from, s) for s in standings if s.queues_from]
    entries.sort(key=lambda entry: entry[0])
    for joined, newcomer in entries:
        levels = [s.credit + s.taken_before(joined) for since, s in entries if since < joined]
        newcomer.credit = max(0, min(levels, default=0) - newcomer.taken_before(joined))
