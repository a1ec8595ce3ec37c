"""Firms, their people, who is a member where, and who holds which office."""

import random
from datetime import date, datetime, time, timedelta
from itertools import cycle

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from clusters.models import Cluster
from members.models import Company, Membership, Officer, Representative, User
from members.models.company import web_domain
from news import demo
from news.demo.days import drive_dates, founding_day, launch_day, moment
from news.demo.stage import Stage, founded
from news.demo.texts import blocks, rows

FILES = ("firms_north.txt", "firms_midlands.txt")
OPERATOR_NAME = "Site Operator"
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # postcodes end in two of these
JOBS: dict[str, list[str]] = {
    Company.Size.ONE: ["Owner"],
    Company.Size.MICRO: ["Director", "Director", "Founder", "Partner"],
    Company.Size.SMALL: ["Managing director", "Director", "Technical director", "Head of delivery"],
    Company.Size.MEDIUM: ["Technical director"],
}
DEPUTY_JOBS = [
    "Operations manager",
    "Developer",
    "Project manager",
    "Office manager",
    "Support lead",
    "Analyst",
]


def load(stage: Stage) -> None:
    stage.progress("firms")
    firms = [(place, cells) for filename in FILES for place, cells in rows(filename)]
    _companies(stage, [cells for _, cells in firms])
    stage.progress("people")
    _people(stage)
    _officers(stage)
    stage.progress("memberships")
    _memberships(stage, firms)


# --- firms ------------------------------------------------------------------------------------------
def _companies(stage: Stage, firms: list[list[str]]) -> None:
    chance, words = stage.random("firms"), stage.random("what firms write")
    pools = {
        name: [cells[0] for place, cells in rows("exchange.txt") if place == name]
        for name in ("offers", "seeks", "abouts")
    }
    streets = [cells[0] for place, cells in rows("streets.txt") if place == "streets"]
    companies = []
    for name, place, kind, expertise, summary, *_ in firms:
        town, outcode = place.rsplit(" ", 1)
        size, form, since = kind.split()
        website = f"https://{slugify(name)}.example"
        companies.append(
            Company(
                name=name,
                slug=slugify(name),
                summary=summary,
                expertise=expertise.split(", "),
                size=size,
                legal_form=form,
                founded=int(since),
                website=website,
                web_domain=web_domain(website),
                offers=some_of(pools["offers"], words, 0.55),
                seeks=some_of(pools["seeks"], words, 0.6),
                about="\n\n".join(words.sample(pools["abouts"], words.choice([0, 1, 2, 2]))),
                introductions=words.choices(Company.Introductions.values, [4, 5, 1])[0],
                address_shown=words.choice(["members", "public"]),
                email=f"hello@{slugify(name)}.example",
                email_shown=chance.choice(["nobody", "nobody", "members", "public"]),
                phone=f"01632 960{chance.randrange(100, 1000)}",  # Ofcom's numbers for fiction
                phone_shown=chance.choice(["members", "members", "public"]),
                address=f"{chance.randrange(1, 60)} {chance.choice(streets)}",
                town=town,
                postcode=f"{outcode} {chance.randrange(1, 10)}{''.join(chance.choices(INWARD_LETTERS, k=2))}",
            )
        )
    stage.companies = {company.name: company for company in Company.objects.bulk_create(companies)}


def some_of(pool: list[str], chance: random.Random, share: float) -> str:
    """One of them, or a list of two; nothing for most others."""
    if chance.random() > share:
        return ""
    if chance.random() < 0.6:
        return chance.choice(pool)
    return "\n".join(f"- {line}" for line in chance.sample(pool, 2))


# --- people -----------------------------------------------------------------------------------------
def _people(stage: Stage) -> None:
    """A lead for each firm, a deputy for one in five that are larger than one person, those whom stories name."""
    chance = stage.random("people")
    posts: dict[str, list[tuple[str, str]]] = {}
    for _, (firm, name, job) in rows("known_people.txt"):
        posts.setdefault(firm, []).append((name, job))
    new_names = _new_names(chance, taken={name for people in posts.values() for name, _ in people})
    for company in stage.companies.values():
        people = posts.setdefault(company.name, [])
        if not people:
            people.append((next(new_names), chance.choice(JOBS[company.size])))
        if len(people) == 1 and company.size != Company.Size.ONE and chance.random() < 0.2:
            people.append((next(new_names), chance.choice(DEPUTY_JOBS)))
    users = {
        (firm, name): _user(stage, stage.companies[firm], name)
        for firm, people in posts.items()
        for name, _ in people
    }
    operator = User(email=demo.OPERATOR, name=OPERATOR_NAME, is_superuser=True, date_joined=stage.now)
    _save_users([*users.values(), operator])
    representatives = []
    for firm, people in posts.items():
        stage.people[firm] = [users[firm, name] for name, _ in people]
        for rank, (name, job) in enumerate(people):
            representatives.append(
                Representative(
                    company=stage.companies[firm],
                    user=users[firm, name],
                    role=Representative.Role.DEPUTY if rank else Representative.Role.LEAD,
                    listed=rank == 0 and chance.random() < 0.7,
                    job=job,
                )
            )
    Representative.objects.bulk_create(representatives)


def _new_names(chance: random.Random, taken: set[str]):
    """First and last names in such an order that neither comes up again soon."""
    names = {
        part: [cells[0] for place, cells in rows("names.txt") if place == part] for part in ("first", "last")
    }
    for part in names.values():
        chance.shuffle(part)
    first, last = cycle(names["first"]), cycle(names["last"])
    while True:
        name = f"{next(first)} {next(last)}"
        if name not in taken:
            taken.add(name)
            yield name


def _user(stage: Stage, company: Company, name: str) -> User:
    local = ".".join(slugify(part) for part in name.split())
    return User(email=f"{local}@{company.web_domain}", name=name, date_joined=stage.now)


def _save_users(users: list[User]) -> None:
    with_password = {email for _, email, _ in demo.sign_ins()}
    for user in users:
        user.password = make_password(demo.PASSWORD if user.email in with_password else None)
    User.objects.bulk_create(users)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )


# --- memberships ------------------------------------------------------------------------------------
def _memberships(stage: Stage, firms: list[tuple[str, list[str]]]) -> None:
    founders = set()
    wishes: dict[str, list[Company]] = {}
    for place, (name, _, _, _, _, _, *more) in firms:
        stage.homes[name] = place
        if more == ["founder"]:
            founders.add(name)
        elif more:
            wishes.setdefault(more[0], []).append(stage.companies[name])
    memberships = []
    for block in blocks("clusters.txt"):
        cluster, chance = stage.clusters[block.name], stage.random(f"memberships of {block.name}")
        firms_here = _at_home(stage, [block.name]) + wishes.get(block.name, [])
        neighbours = _at_home(stage, block.facts.get("near", "").split())
        strangers = [firm for firm in neighbours if firm not in firms_here]
        firms_here += chance.sample(strangers, int(block.facts["firms"]) - len(firms_here))
        memberships += [
            _member(stage, cluster, company, _joining_day(stage, cluster, chance, company, founders))
            for company in firms_here
        ]
        memberships += _others(stage, cluster, chance, [firm for firm in strangers if firm not in firms_here])
    for membership in Membership.objects.bulk_create(memberships):
        stage.memberships.setdefault(membership.cluster.slug, []).append(membership)
    _date_companies(stage)


def _at_home(stage: Stage, slugs: list[str]) -> list[Company]:
    return [company for company in stage.companies.values() if stage.homes[company.name] in slugs]


def _joining_day(
    stage: Stage, cluster: Cluster, chance: random.Random, company: Company, founders: set[str]
) -> date:
    """Most members came early, those whom stories name above all; new ones come all the time.

    In the West Midlands all but the founders came in the drive.
    """
    if company.name in founders:
        return launch_day(stage.today)
    first, share = founded(cluster), chance.random() ** 1.6
    if cluster.association.slug == "wmita":
        first = drive_dates(stage.today)[0]
    elif company.name in {firm for _, (firm, *_) in rows("known_people.txt")}:
        share /= 8
    return first + (stage.today - timedelta(days=1) - first) * share


def _member(stage: Stage, cluster: Cluster, company: Company, day: date) -> Membership:
    joined = moment(day, time(10, 30))
    return Membership(
        company=company,
        cluster=cluster,
        state=Membership.State.ACTIVE,
        applied_at=joined - timedelta(hours=20),
        applied_by=stage.lead(company),
        joined_at=joined,
        decided_by=stage.officers[cluster.slug],
    )


def _others(
    stage: Stage, cluster: Cluster, chance: random.Random, strangers: list[Company]
) -> list[Membership]:
    """Firms of neighbouring clusters that left, have applied or were turned away."""
    if len(strangers) < 4:
        return []
    gone, *applying, refused = chance.sample(strangers, 4)
    left = _member(stage, cluster, gone, max(founded(cluster), stage.today - timedelta(days=900)))
    left.state, left.ended_at = Membership.State.LEFT, stage.now - timedelta(days=60)
    messages = [cells[0] for place, cells in rows("exchange.txt") if place == "messages"]
    waiting = [
        Membership(
            company=company,
            cluster=cluster,
            message=chance.choice(messages),
            applied_at=stage.now - timedelta(days=days, hours=3),
            applied_by=stage.lead(company),
        )
        for days, company in enumerate(applying, start=1)
    ]
    rejected = Membership(
        company=refused,
        cluster=cluster,
        state=Membership.State.REJECTED,
        decision="You are nearer to the next cluster. We have told its coordinator, who will ring you.",
        applied_at=stage.now - timedelta(days=45),
        applied_by=stage.lead(refused),
        ended_at=stage.now - timedelta(days=43),
        decided_by=stage.officers[cluster.slug],
    )
    return [left, rejected, *(waiting if cluster.slug in ("lancaster", "preston", "kendal") else [])]


def _date_companies(stage: Stage) -> None:
    """A firm is in the books from its first application on, and so are its people."""
    first: dict[int, datetime] = {}
    for memberships in stage.memberships.values():
        for membership in memberships:
            day = membership.applied_at
            first[membership.company_id] = min(first.get(membership.company_id, day), day)
    for company in stage.companies.values():
        company.created_at = first[company.pk]
    Company.objects.bulk_update(stage.companies.values(), ["created_at"])
    representatives = list(
        Representative.objects.filter(company__in=stage.companies.values()).select_related("user")
    )
    for representative in representatives:
        representative.since = representative.user.date_joined = first[representative.company_id]
    Representative.objects.bulk_update(representatives, ["since"])
    User.objects.bulk_update([representative.user for representative in representatives], ["date_joined"])


# --- offices ----------------------------------------------------------------------------------------
def _officers(stage: Stage) -> None:
    officers = []
    for place, (office, firm, since, until) in rows("officers.txt"):
        officer = Officer(
            user=stage.lead(stage.companies[firm]),
            office=office,
            association=stage.associations.get(place),
            cluster=stage.clusters.get(place),
            start=founding_day(since, stage.today),
            end=founding_day(until, stage.today) if until else None,
        )
        if not until:
            stage.officers.setdefault(place, officer.user)
        officers.append(officer)
    Officer.objects.bulk_create(officers)
