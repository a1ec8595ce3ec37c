"""Turns a finished rota into the plan people read: each turn with its reason, who was passed over
and why, the queues."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from meetings.rotation import reasons
from meetings.rotation.facts import Facts
from meetings.rotation.queue import Standing
from meetings.rotation.reasons import Bar
from meetings.rotation.terms import Meeting, PassedOver, Place, Plan, Role, Slot, Turn


@dataclass
class Choice:
    """How a turn was given: to whom, who was ahead in the queue and barred by what, the levels."""

    taken_by: int | None
    ahead: list[tuple[int, Bar | None]]
    levels: dict[int, int]
    last: date | None
    deferred: date | None


def explained(facts: Facts, assigned: Mapping[Slot, int | None]) -> Plan:
    places = list(_places(facts))
    choices = {slot: _choice(facts, slot, firm) for slot, firm in assigned.items()}
    turns = []
    passed_over = []
    for slot in facts.slots:
        if slot in facts.fixed:
            turns.append(_fixed_turn(facts, slot))
            continue
        obstacles = list(_obstacles(facts, slot, choices[slot]))
        turns.append(_planned_turn(facts, slot, choices[slot], Counter(bar for _, bar, _ in obstacles)))
        passed_over += [_passed_over(facts, slot, *obstacle) for obstacle in obstacles]
    ahead = defaultdict(list)
    for turn in turns:
        ahead[turn.company, turn.role].append(turn.date)
    queue = [replace(place, ahead=tuple(ahead[place.company, place.role])) for place in places]
    return Plan(tuple(turns), tuple(passed_over), tuple(queue))


def _choice(facts: Facts, slot: Slot, firm: int | None) -> Choice:
    """Gives the turn, and notes how things stood."""
    at = facts.moment(slot)
    queue = [(standing, facts.bar(slot, standing.company.id)) for standing in facts.queue(slot)]
    levels = {standing.company.id: standing.level for standing, _ in queue}
    if firm is None:
        return Choice(None, [(s.company.id, bar) for s, bar in queue], levels, None, None)
    taker = facts.standings[firm, slot[1]]
    ahead = [
        (standing.company.id, bar)
        for standing, bar in takewhile(lambda place: place[0] is not taker, queue)
        if bar or standing.waiting(at) < taker.waiting(at)
    ]
    choice = Choice(firm, ahead, levels, taker.last_turn(at), taker.deferred_on(at[0]))
    facts.give(slot, firm)
    return choice


def _fixed_turn(facts: Facts, slot: Slot) -> Turn:
    duty = facts.fixed[slot]
    reason = str(reasons.PINNED if duty.pinned else reasons.AGREED)
    return Turn(slot[0], facts.meetings[slot[0]].date, slot[1], duty.company, reason, fixed=True)


def _planned_turn(facts: Facts, slot: Slot, choice: Choice, bars: Counter[Bar]) -> Turn:
    meeting, role = facts.meetings[slot[0]], slot[1]
    if choice.taken_by is None:
        newcomers = any(standing.role is role for standing in facts.standings.values())
        reason = reasons.nobody(role, bars, people=meeting.people, newcomers=newcomers)
    else:
        reason = reasons.taken(
            role,
            bars,
            joined=facts.companies[choice.taken_by].joined,
            last=choice.last,
            deferred=choice.deferred,
            only_firm=facts.options[slot] == [choice.taken_by],
            only_date=_dates_open_to(facts, choice.taken_by, role) == 1,
        )
    changed = facts.proposed.get(slot, choice.taken_by) != choice.taken_by
    return Turn(meeting.id, meeting.date, role, choice.taken_by, reason, changed=changed)


def _passed_over(facts: Facts, slot: Slot, firm: int, bar: Bar, elsewhere: date | None) -> PassedOver:
    room, people = facts.companies[firm].room_for, facts.meetings[slot[0]].people
    why = reasons.passed_over(bar, slot[1], elsewhere=elsewhere, room=room, people=people)
    return PassedOver(slot[0], slot[1], firm, why)


def _dates_open_to(facts: Facts, firm: int, role: Role) -> int:
    return sum(firm in firms for (_, of), firms in facts.options.items() if of == role)


def _obstacles(facts: Facts, slot: Slot, choice: Choice) -> Iterator[tuple[int, Bar, date | None]]:
    """The firms ahead of the one that took the turn, what kept each from it, and the day of the
    turn that did."""
    meeting = facts.meetings[slot[0]]
    for firm, bar in choice.ahead:
        if bar is None:
            yield firm, *_why_left_out(facts, slot, choice, firm)
        elif bar is Bar.TOO_CLOSE:
            yield firm, bar, _too_close(facts, meeting, firm)
        else:
            yield firm, bar, None


def _too_close(facts: Facts, meeting: Meeting, firm: int) -> date | None:
    near = [other.date for other in facts.engaged[firm] if facts.too_close(meeting, other)]
    return min(near, key=lambda day: (abs(day - meeting.date), day), default=None)


def _why_left_out(facts: Facts, slot: Slot, choice: Choice, firm: int) -> tuple[Bar, date | None]:
    """Why a firm that was free had to let the turn go, seen from the finished plan."""
    meeting, role = facts.meetings[slot[0]], slot[1]
    here = any(other.id == meeting.id for other in facts.engaged[firm])
    if here and not facts.may_do_both(meeting, firm):
        return Bar.OTHER_ROLE, None
    if near := _too_close(facts, meeting, firm):
        return Bar.TOO_CLOSE, near
    later = [turn for turn in facts.standings[firm, role].turns if turn > facts.moment(slot)]
    if later:
        return Bar.OTHER_DATE, min(later)[0]
    if choice.taken_by is not None and choice.levels[firm] > choice.levels[choice.taken_by]:
        return Bar.MORE_TURNS, None
    return Bar.LESS_EVEN, None


def _places(facts: Facts) -> Iterator[Place]:
    """The queues before the first meeting ahead, longest waiting first, newcomers last."""
    start = min(map(facts.moment, facts.slots), default=(date.max, 0))
    had = defaultdict(list)
    for duty in facts.past:
        had[duty.company, duty.role].append(duty.date)

    def order(standing: Standing) -> tuple:
        waits = standing.in_queue(start[0])
        return (standing.role, not waits, standing.waiting(start), standing.company.id)

    for standing in sorted(facts.standings.values(), key=order):
        turns = had[standing.company.id, standing.role]
        last = max(turns, default=None)
        note = reasons.place_note(
            standing.role,
            in_queue=standing.in_queue(start[0]),
            last=last,
            deferred=standing.deferred,
        )
        yield Place(standing.role, standing.company.id, len(turns), last, (), note)
