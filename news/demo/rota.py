"""Who came, and whose turn it was to chair and to host: two years and the next meetings, by the site's own rota."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from meetings import rotation
from meetings.models import Venue
from members.models import Membership
from news.demo.stage import Stage

QUORUM = 4  # firms; with fewer a meeting does not take place
CHAIR, HOST = rotation.Role.CHAIR, rotation.Role.HOST

# Turns that the stories and the front page speak of, by cluster and place in the calendar (0 is the next meeting).
KNOWN_TURNS = {
    "lancaster": {
        -1: {CHAIR: "Moor Lane Studio", HOST: "Castle Hill Software"},
        0: {CHAIR: "Fellside Analytics", HOST: "Halfpenny Hosting"},
        1: {CHAIR: "Lune Valley Systems", HOST: "Damside Digital"},
    },
    "blackburn": {-13: {CHAIR: "Solway Signal"}},
    "kendal": {0: {CHAIR: "Staveley Mill Data", HOST: "Kentmere Software"}},
}


@dataclass
class Turns:
    """Of one meeting day: who takes which turn and why, and the firms that come."""

    firms: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    came: list[int] = field(default_factory=list)

    @property
    def can_meet(self) -> bool:
        return CHAIR in self.firms and len(self.came) >= QUORUM


def turns(
    stage: Stage, slug: str, days: Sequence[date], next_at: int, rooms: dict[tuple[str, int], Venue]
) -> dict[date, Turns]:
    """`next_at` is the place of the next meeting in `days`. Ids are those of companies."""
    found = {day: Turns() for day in days}
    members = [m for m in stage.memberships.get(slug, []) if m.state == Membership.State.ACTIVE]
    chance = stage.random(f"attendance of {slug}")
    diligence = {membership.company_id: chance.uniform(0.35, 0.85) for membership in members}
    for day in days:
        able = [membership.company_id for membership in members if membership.joined_at.date() < day]
        came = [firm for firm in able if chance.random() < diligence[firm]]
        found[day].came = came if len(came) >= QUORUM else able[:QUORUM]
    fixed = [
        rotation.Duty(_number(day), day, role, stage.companies[firm].pk, pinned=True)
        for offset, roles in KNOWN_TURNS.get(slug, {}).items()
        for day in [days[next_at + offset]]
        for role, firm in roles.items()
    ]
    plan = rotation.plan(
        [rotation.Meeting(_number(day), day, people=min(len(found[day].came), 20)) for day in days],
        [_queueing(stage, slug, membership, rooms) for membership in members],
        fixed=fixed,
    )
    for turn in plan.turns:
        if turn.company is not None:
            found[turn.date].firms[turn.role] = turn.company
            found[turn.date].reasons[turn.role] = turn.reason
            if turn.company not in found[turn.date].came:
                found[turn.date].came.insert(0, turn.company)
    return found


def _number(day: date) -> int:
    return day.toordinal()


def _queueing(
    stage: Stage, slug: str, membership: Membership, rooms: dict[tuple[str, int], Venue]
) -> rotation.Company:
    """Three firms in four offer to chair; of those with a room two in three offer to host."""
    joined = membership.joined_at.date()
    room = rooms.get((slug, membership.company_id))
    chance = stage.random(f"offers of {membership.company.name} in {slug}")
    offers = {}
    if chance.random() < 0.75:
        offers[CHAIR] = joined
    if room and chance.random() < 0.66:
        offers[HOST] = joined
    return rotation.Company(
        id=membership.company_id,
        joined=joined,
        offers=offers,
        first_came=joined,
        room_for=room.capacity if room else None,
    )
