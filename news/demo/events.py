"""Events besides the clusters' own meetings: the launch, the drive's events, the yearly gathering."""

from datetime import date, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils.text import slugify

from meetings import agendas
from meetings.editions import snapshot
from meetings.models import AgendaEdition, AgendaItem, Meeting, Registration, Venue
from members.models import Company, Membership
from news.demo.days import launch_day, moment, working_day
from news.demo.stage import Stage, member_since
from news.demo.texts import Block, blocks, rows


def load(stage: Stage) -> None:
    stage.progress("events")
    for block in blocks("events.txt"):
        _event(stage, block)


def _event(stage: Stage, block: Block) -> None:
    facts = block.facts
    day = _day(stage, facts["day"])
    start, minutes = facts["time"].split()
    starts = moment(day, time.fromisoformat(start))
    past = day < stage.today
    meeting = Meeting.objects.create(
        association=stage.associations.get(facts["of"]),
        cluster=stage.clusters.get(facts["of"]),
        kind=facts["kind"],
        title=facts["title"],
        summary=block.prose,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=int(minutes)),
        venue=_venue(stage, facts["venue"]),
        openness=facts.get("openness", Meeting.Openness.PUBLIC),
        state=Meeting.State.HELD if past else Meeting.State.PUBLISHED,
        notes=facts.get("notes", ""),
        uid=uuid5(NAMESPACE_URL, f"event {block.name} on {day}"),
        sequence=1,
        changed_at=min(starts - timedelta(days=21), stage.now - timedelta(days=1)),
    )
    items = agendas.standard(meeting)
    for item in items:
        if item.kind == AgendaItem.Kind.TALK:
            item.title = meeting.title
    AgendaItem.objects.bulk_create(items)
    AgendaEdition.objects.create(
        meeting=meeting,
        number=1,
        content=snapshot(meeting),
        published_at=meeting.changed_at,
        published_by=stage.officers[facts["of"]],
    )
    Registration.objects.bulk_create(_answers(stage, meeting, int(facts["people"]), day))


def _day(stage: Stage, words: str) -> date:
    if words == "launch":
        return launch_day(stage.today)
    return working_day(stage.today + timedelta(days=int(words)))


def _venue(stage: Stage, words: str) -> Venue:
    name, town, capacity, slug = words.split("; ")
    venue, _ = Venue.objects.update_or_create(
        cluster=stage.clusters[slug],
        name=name,
        defaults={"capacity": int(capacity)},
        create_defaults={
            "capacity": int(capacity),
            "town": town,
            "address": "Main building",
            "step_free": True,
        },
    )
    return venue


def _answers(stage: Stage, meeting: Meeting, people: int, day: date) -> list[Registration]:
    """Members of the association who had joined by then, the rest guests."""
    chance = stage.random(f"guests of {meeting.title} {meeting.kind}")
    association = meeting.in_association
    firms: list[Company] = [
        membership.company
        for memberships in stage.memberships.values()
        for membership in memberships
        if membership.state == Membership.State.ACTIVE
        and membership.cluster.association == association
        and member_since(membership) <= day
    ]
    firms = list(dict.fromkeys(firms))
    state = Registration.State.ATTENDED if day < stage.today else Registration.State.REGISTERED
    created = min(meeting.starts_at, stage.now) - timedelta(days=3)
    answers = [
        Registration(meeting=meeting, user=stage.lead(firm), company=firm, state=state, created_at=created)
        for firm in chance.sample(firms, min(people * 3 // 4, len(firms)))
    ]
    names = {
        part: [cells[0] for place, cells in rows("names.txt") if place == part] for part in ("first", "last")
    }
    guests = zip(
        *(chance.sample(names[part], people - len(answers)) for part in ("first", "last")), strict=True
    )
    answers += [
        Registration(
            meeting=meeting,
            name=f"{first} {last}",
            email=f"{slugify(first)}.{slugify(last)}@guest.example",
            state=state,
            created_at=created,
        )
        for first, last in guests
    ]
    return answers
