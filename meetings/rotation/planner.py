"""Gives the turns in order of date, each to the first in the queue with whom the whole plan stays as
full and as even as any plan can be.

Firms that have waited equally long stay tied until all turns are given: which of them takes which of
their turns decides how many proposed turns can stay, and at last the lower id decides.
"""

from collections import defaultdict
from dataclasses import dataclass

from meetings.rotation.facts import Facts
from meetings.rotation.solver import RotaModel
from meetings.rotation.terms import Role, Slot


@dataclass
class Tie:
    """One of these firms takes the turn, and which is open; those are left out that are known to
    have a later one. `loose`: it may have taken the turn of another tie, too."""

    slot: Slot
    firms: list[int]
    loose: bool = False


# One place in the queue for a turn: each firm there with the tie whose turn it must have taken to
# stand there, or with None if it must have taken none.
Place = list[tuple[int, Tie | None]]


def assignment(facts: Facts) -> dict[Slot, int | None]:
    """Who takes each turn that is not fixed. Uses the facts up."""
    model = RotaModel(facts.options, facts.exclusive(), facts.levels())
    model.fill()
    model.level()
    search = Search(facts, model)
    for slot in facts.options:
        search.give(slot)
    if search.tied:
        model.keep(facts.proposed)
    for slot in search.tied:
        model.prefer(slot, {firm: place for place, firm in enumerate(sorted(facts.options[slot]))})
        model.claim(slot, [firm for firm in [model.plan[slot]] if firm is not None])
    return model.plan


class Search:
    def __init__(self, facts: Facts, model: RotaModel):
        self.facts = facts
        self.model = model
        self.ties: dict[Role, list[Tie]] = {role: [] for role in Role}
        self.tied: list[Slot] = []

    def give(self, slot: Slot) -> None:
        places = self._places(slot)
        first = 0
        if places and not self._is_at(places[0], slot):
            earliest: dict[int, int] = {}
            for at, place in enumerate(places):
                for firm, _ in place:
                    earliest.setdefault(firm, at)
            first = self.model.prefer(slot, earliest, len(places))
        if not any(self._take(place, slot) for place in places[first:]):
            self.model.claim(slot, [])

    def _places(self, slot: Slot) -> list[Place]:
        """The queue for a turn, as far as it is known who takes the turns before."""
        at = self.facts.moment(slot)
        places: dict[tuple, Place] = defaultdict(list)
        for firm in self.facts.options[slot]:
            if self.facts.bar(slot, firm) is None:
                standing = self.facts.standings[firm, slot[1]]
                places[standing.waiting(at)].append((firm, None))
                for tie in self._ties_of(firm, slot[1]):
                    planned = self.facts.moment(tie.slot)
                    places[standing.waiting(at, planned)].append((firm, tie))
        return [places[waiting] for waiting in sorted(places)]

    def _ties_of(self, firm: int, role: Role) -> list[Tie]:
        return [tie for tie in self.ties[role] if firm in tie.firms]

    def _is_at(self, place: Place, slot: Slot) -> bool:
        """Whether the plan at hand gives the turn to a firm at this place."""
        plan = self.model.plan
        firm = plan[slot]
        if firm is None:
            return False
        taken = [tie for tie in self._ties_of(firm, slot[1]) if plan[tie.slot] == firm]
        return (firm, taken[-1] if taken else None) in place

    def _take(self, place: Place, slot: Slot) -> bool:
        """Gives the turn to this place, if the plan can still be best."""
        firms = sorted({firm for firm, _ in place})
        ties = [tie for at, (_, tie) in enumerate(place) if tie not in [t for _, t in place[:at]]]
        continued = ties[0] if len(ties) == 1 else None
        none_of = {firm: self._turns_not_taken(firm, place, slot[1]) for firm in firms}
        if not self.model.claim(slot, firms, continued.slot if continued else None, none_of):
            return False
        if continued:
            self.ties[slot[1]].remove(continued)
        if len(firms) == 1:
            self.facts.give(slot, firms[0])
            for tie in self._ties_of(firms[0], slot[1]):
                tie.firms.remove(firms[0])
        else:
            self.ties[slot[1]].append(Tie(slot, firms, loose=len(ties) > 1))
            self.tied.append(slot)
        return True

    def _turns_not_taken(self, firm: int, place: Place, role: Role) -> list[Slot]:
        """The turns of ties that a firm at this place has not taken. The ties of which it took one
        exclude each other already, but for the loose."""
        held = [tie for of, tie in place if of == firm]
        return [
            tie.slot for tie in self._ties_of(firm, role) if tie not in held and (tie.loose or None in held)
        ]
