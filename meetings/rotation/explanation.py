"""Turns a finished rota into the plan people read: each turn with its reason, who was passed over
and why, the queues."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from meetings.rotation import reasons
from meetings.rotation.planner import Rota
from meetings.rotation.reasons import Bar
from meetings.rotation.terms import Meeting, PassedOver, Place, Plan, Role, Slot, Turn


def explained(rota: Rota) -> Plan:
    turns = [
        _fixed_turn(rota, slot) if slot in rota.fixed else _planned_turn(rota, slot) for slot in rota.slots
    ]
    passed_over = [
        PassedOver(
            meeting,
            role,
            firm,
            reasons.passed_over(
                bar,
                role,
                elsewhere=elsewhere,
                room=rota.companies[firm].room_for,
                people=rota.meetings[meeting].people,
            ),
        )
        for (meeting, role), choice in rota.choices.items()
        for firm, bar, elsewhere in _obstacles(rota, (meeting, role))
        if choice.taken_by is not None
    ]
    return Plan(tuple(turns), tuple(passed_over), tuple(_places(rota, turns)))


def _fixed_turn(rota: Rota, slot: Slot) -> Turn:
    duty = rota.fixed[slot]
    reason = reasons.PINNED if duty.pinned else reasons.ACCEPTED
    return Turn(slot[0], rota.meetings[slot[0]].date, slot[1], duty.company, reason, fixed=True)


def _planned_turn(rota: Rota, slot: Slot) -> Turn:
    meeting, role = rota.meetings[slot[0]], slot[1]
    choice = rota.choices[slot]
    bars = Counter(bar for _, bar, _ in _obstacles(rota, slot))
    if choice.taken_by is None:
        newcomers = any(standing.role is role for standing in rota.standings.values())
        reason = reasons.nobody(role, bars, people=meeting.people, newcomers=newcomers)
    else:
        reason = reasons.taken(
            role,
            bars,
            joined=rota.companies[choice.taken_by].joined,
            last=choice.last,
            deferred=choice.deferred,
            only_firm=rota.options[slot] == [choice.taken_by],
            only_date=_dates_open_to(rota, choice.taken_by, role) == 1,
        )
    changed = rota.proposed.get(slot, choice.taken_by) != choice.taken_by
    return Turn(meeting.id, meeting.date, role, choice.taken_by, reason, changed=changed)


def _dates_open_to(rota: Rota, firm: int, role: Role) -> int:
    return sum(firm in firms for (_, of), firms in rota.options.items() if of == role)


def _obstacles(rota: Rota, slot: Slot) -> Iterator[tuple[int, Bar, date | None]]:
    """The firms ahead of the one that took the turn, what kept each from it, and the day of the
    turn that did."""
    meeting = rota.meetings[slot[0]]
    choice = rota.choices[slot]
    for firm, bar in choice.ahead():
        if bar is None:
            yield firm, *_why_left_out(rota, slot, firm)
        elif bar is Bar.TOO_CLOSE:
            yield firm, bar, _too_close(rota, meeting, firm)
        else:
            yield firm, bar, None


def _too_close(rota: Rota, meeting: Meeting, firm: int) -> date | None:
    near = [other.date for other in rota.engaged[firm] if rota.too_close(meeting, other)]
    return min(near, key=lambda day: (abs(day - meeting.date), day), default=None)


def _why_left_out(rota: Rota, slot: Slot, firm: int) -> tuple[Bar, date | None]:
    """Why a firm that was free had to let the turn go, seen from the finished plan."""
    meeting, role = rota.meetings[slot[0]], slot[1]
    choice = rota.choices[slot]
    if any(other.id == meeting.id for other in rota.engaged[firm]):
        return Bar.OTHER_ROLE, None
    if near := _too_close(rota, meeting, firm):
        return Bar.TOO_CLOSE, near
    later = [day for day in rota.standings[firm, role].turns if day > meeting.date]
    if later:
        return Bar.OTHER_DATE, min(later)
    if choice.taken_by is not None and choice.levels[firm] > choice.levels[choice.taken_by]:
        return Bar.MORE_TURNS, None
    return Bar.LESS_EVEN, None


def _places(rota: Rota, turns: list[Turn]) -> Iterator[Place]:
    """The queues before the first meeting ahead, longest waiting first, newcomers last."""
    start = min((meeting.date for meeting in rota.meetings.values()), default=date.max)
    had, ahead = defaultdict(list), defaultdict(list)
    for duty in rota.past:
        had[duty.company, duty.role].append(duty.date)
    for turn in turns:
        ahead[turn.company, turn.role].append(turn.date)
    standings = sorted(
        rota.outset,
        key=lambda s: (s.role, not s.in_queue(start), s.waiting(start), s.company.id),
    )
    for standing in standings:
        key = standing.company.id, standing.role
        last = max(had[key], default=None)
        note = reasons.place_note(
            standing.role,
            in_queue=standing.in_queue(start),
            last=last,
            deferred=standing.deferred,
        )
        yield Place(standing.role, key[0], len(had[key]), last, tuple(ahead[key]), note)
