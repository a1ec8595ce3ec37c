"""Who came, and whose turn it was to chair and to host: two years and the next meetings, by the site's own rota."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from meetings import rotation
from meetings.models import RotaOffer
from members.models import Membership
from news.demo.rooms import Rooms
from news.demo.stage import Stage, member_since

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


def turns(stage: Stage, slug: str, days: Sequence[date], next_at: int, rooms: Rooms) -> dict[date, Turns]:
    """`next_at` is the place of the next meeting in `days`. Ids are those of companies."""
    found = {day: Turns() for day in days}
    members = [m for m in stage.memberships.get(slug, []) if m.state == Membership.State.ACTIVE]
    chance = stage.random(f"attendance of {slug}")
    diligence = {membership.company_id: chance.uniform(0.35, 0.85) for membership in members}
    for day in days:
        able = [membership.company_id for membership in members if member_since(membership) < day]
        came = [firm for firm in able if chance.random() < diligence[firm]]
        found[day].came = came if len(came) >= QUORUM else able[:QUORUM]
    fixed = [
        rotation.Duty(_number(day), day, role, stage.companies[firm].pk, pinned=True)
        for offset, roles in KNOWN_TURNS.get(slug, {}).items()
        for day in [days[next_at + offset]]
        for role, firm in roles.items()
    ]
    offers = RotaOffer.objects.bulk_create(_offers(stage, slug, members, rooms))
    plan = rotation.plan(
        [rotation.Meeting(_number(day), day, people=min(len(found[day].came), 20)) for day in days],
        [_queueing(membership, offers) for membership in members],
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


def _offers(stage: Stage, slug: str, members: list[Membership], rooms: Rooms) -> list[RotaOffer]:
    """Three firms in four offer to chair; of those with a room two in three offer to host."""
    offers = []
    for membership in members:
        chance = stage.random(f"offers of {membership.company.name} in {slug}")
        room = rooms.get((slug, membership.company_id))
        for role, venue, share in ((CHAIR, None, 0.75), (HOST, room, 0.66)):
            if chance.random() < share and (venue or role == CHAIR):
                offers.append(
                    RotaOffer(
                        cluster=membership.cluster,
                        company=membership.company,
                        role=role,
                        venue=venue,
                        since=member_since(membership),
                    )
                )
    return offers


def _queueing(membership: Membership, offers: list[RotaOffer]) -> rotation.Company:
    own = [offer for offer in offers if offer.company_id == membership.company_id]
    return rotation.Company(
        id=membership.company_id,
        joined=member_since(membership),
        offers={rotation.Role(offer.role): offer.since for offer in own},
        first_came=member_since(membership),
        room_for=next((offer.venue.capacity for offer in own if offer.venue), None),
    )
