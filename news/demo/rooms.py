"""Where clusters meet: the rooms of members who host."""

import random

from clusters.models import Cluster
from meetings.models import Venue
from members.models import Company
from news.demo.stage import Stage
from news.demo.texts import rows

Rooms = dict[tuple[str, int | None], Venue]  # by cluster slug and firm
SEATS: dict[str, tuple[int, ...]] = {
    Company.Size.MICRO: (20, 24, 26),
    Company.Size.SMALL: (26, 30, 36),
    Company.Size.MEDIUM: (40, 60),
}


def load(stage: Stage) -> Rooms:
    """A room for each firm of more than one person, in the cluster it calls its own."""
    stage.progress("rooms")
    facts: dict[str, list[str]] = {}
    for name, (line, *_) in rows("streets.txt"):
        facts.setdefault(name, []).append(line)
    companies = {company.pk: company for company in stage.companies.values()}
    rooms = []
    for slug, memberships in stage.memberships.items():
        for membership in memberships:
            company = companies[membership.company_id]
            if stage.homes[company.name] == slug and company.size != Company.Size.ONE:
                chance = stage.random(f"room of {company.name}")
                rooms.append(_room(stage.clusters[slug], company, facts, chance))
    return {(room.cluster.slug, room.company_id): room for room in Venue.objects.bulk_create(rooms)}


def _room(cluster: Cluster, company: Company, facts: dict[str, list[str]], chance: random.Random) -> Venue:
    access = chance.choice(facts["access"])
    return Venue(
        cluster=cluster,
        company=company,
        name=company.name,
        address=company.address,
        town=company.town,
        postcode=company.postcode,
        capacity=chance.choice(SEATS[company.size]),
        entrance=chance.choice(facts["entrances"]),
        step_free="threshold" not in access,
        access=access,
        train=chance.choice(facts["trains"]),
        parking=chance.choice(facts["parking"]),
        bicycle=chance.choice(facts["bicycles"]),
        equipment=chance.choice(facts["equipment"]),
        names_days=chance.choice([None, 1, 2]),
    )
