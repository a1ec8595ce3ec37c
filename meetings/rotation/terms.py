"""What the rota is planned from, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    CHAIR = "chair"
    HOST = "host"


Slot = tuple[int, Role]  # a meeting and one of its turns


@dataclass(frozen=True)
class Meeting:
    """A meeting ahead. The host's room must hold its `people`, registered or expected; `roles` are
    the turns it has to give."""

    id: int
    date: date
    people: int = 0
    roles: tuple[Role, ...] = (Role.CHAIR, Role.HOST)


@dataclass(frozen=True)
class Company:
    """A member firm: what it offers to do and since when, its first attendance (it joins the queue
    after it; None: still to come), how many its room holds (None: not said), the days it is away
    (first and last)."""

    id: int
    joined: date
    offers: Mapping[Role, date]
    first_came: date | None
    room_for: int | None = None
    both_at_once: bool = True
    away: tuple[tuple[date, date], ...] = ()

    def queues_from(self, role: Role) -> date | None:
        """The day on which it joined the queue; it can take the turns after that day."""
        if role not in self.offers or self.first_came is None:
            return None
        return max(self.offers[role], self.first_came)


@dataclass(frozen=True)
class Duty:
    """A firm's turn at one meeting: fulfilled, declined, fixed (offered, accepted or pinned) or
    proposed."""

    meeting: int
    date: date
    role: Role
    company: int
    pinned: bool = False


@dataclass(frozen=True)
class Policy:
    """`gap_days` is the least number of days between a firm's turns at two meetings, whichever
    the roles. With `newcomers_start_level`, who joins the queue is owed no turns from before."""

    one_firm_may_do_both: bool = False
    gap_days: int = 0
    newcomers_start_level: bool = True


@dataclass(frozen=True)
class Turn:
    """One turn of the plan: who takes it, or nobody, and why. `changed`: another firm had been
    proposed for it."""

    meeting: int
    date: date
    role: Role
    company: int | None
    reason: str
    fixed: bool = False
    changed: bool = False


@dataclass(frozen=True)
class PassedOver:
    """A firm that was ahead of the one that takes the turn, and why it does not take it. Of a turn
    nobody takes: each firm in the queue."""

    meeting: int
    role: Role
    company: int
    reason: str


@dataclass(frozen=True)
class Place:
    """A firm's place in the queue for a role before the first meeting ahead, longest waiting first:
    the turns it had, the last of them, its turns in this plan."""

    role: Role
    company: int
    turns: int
    last: date | None
    ahead: tuple[date, ...]
    note: str = ""


@dataclass(frozen=True)
class Plan:
    turns: tuple[Turn, ...]
    passed_over: tuple[PassedOver, ...]
    queue: tuple[Place, ...]

    def company(self, meeting: int, role: Role) -> int | None:
        return next((t.company for t in self.turns if (t.meeting, t.role) == (meeting, role)), None)

    @property
    def open_turns(self) -> tuple[Turn, ...]:
        return tuple(turn for turn in self.turns if turn.company is None)
