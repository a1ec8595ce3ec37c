"""The clusters' own meetings: two years back, six months ahead, with agendas, answers, slides and notes."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from dateutil.relativedelta import relativedelta
from django.utils.text import slugify

from clusters.models import Cluster, Topic
from meetings import agendas
from meetings.editions import snapshot
from meetings.models import AgendaEdition, AgendaItem, Duty, Meeting, Presentation, Registration, TopicWish
from members.models import Company, User
from news.demo import rota, slideshow
from news.demo.days import meeting_days, moment
from news.demo.rooms import Rooms
from news.demo.stage import Stage, founded
from news.demo.texts import rows

Kind, State, Openness = AgendaItem.Kind, Meeting.State, Meeting.Openness
YEARS_BACK = 2
NOON = time(12)
MONTHS_AHEAD = 6
AGENDA_DAYS_BEFORE = 14
STILL_OPEN = "Topic still open"
AHEAD_WITH_TOPIC = 3  # meetings; the ones after it have none yet
AHEAD_PUBLISHED = 3  # at least; the last one may be a draft
KNOWN_TALKS = {
    ("lancaster", -1): "Getting paid in 30 days",
    ("lancaster", 0): "Cyber insurance for ten-person firms",
    ("lancaster", 1): "Sharing an apprentice between two firms",
    ("blackburn", -13): "Writing a job advert people answer",
    ("kendal", 0): "Software for places with no signal",
}
KNOWN_SPEAKERS = {("lancaster", -1): "Quayside Books", ("lancaster", 0): "Greaves Security"}
CALLED_OFF = (
    "furness",
    2,
    "The yard changes shifts that week and half of us would be missing. The one after stands.",
)
FEW_PLACES = {("kendal", 0): 8, ("preston", 0): 12, ("birmingham", 0): 6}  # more want to come
MEMBERS_ONLY = {("preston", 1), ("west-cumbria", 1), ("birmingham", 1)}
CLOSED_DOORS = "Pay: what we told each other, with the door closed"


@dataclass
class Talk:
    theme: str
    topic: str
    title: str
    summary: str
    lessons: list[str]


def load(stage: Stage, rooms: Rooms) -> None:
    talks = _talks()
    for cluster in stage.clusters.values():
        if cluster.state == Cluster.State.ACTIVE:
            stage.progress(f"meetings of {cluster.name}")
            Calendar(stage, cluster, rooms, talks).load()


def _talks() -> list[Talk]:
    talks = []
    for name, (title, summary, lessons) in rows("talks.txt"):
        theme, topic, _ = (part.strip() for part in name.split("|"))
        talks.append(Talk(theme, topic, title, summary, lessons.split("; ")))
    return talks


class Calendar:
    """Two years of one cluster, and the half year to come. A day's offset is 0 for the next meeting."""

    def __init__(self, stage: Stage, cluster: Cluster, rooms: Rooms, talks: list[Talk]):
        self.stage, self.cluster, self.slug, self.rooms = stage, cluster, cluster.slug, rooms
        self.chance = stage.random(f"meetings of {cluster.slug}")
        self.topics: dict[str, Topic] = {topic.name: topic for topic in stage.topics[self.slug]}
        self.companies = {company.pk: company for company in stage.companies.values()}
        self._choose_days()
        self._choose_talks(talks)

    def _choose_days(self) -> None:
        today = self.stage.today
        start = max(founded(self.cluster), today - relativedelta(years=YEARS_BACK))
        days = meeting_days(
            self.cluster, self.stage.months[self.slug], start, today + relativedelta(months=MONTHS_AHEAD)
        )
        next_at = sum(day <= today for day in days)
        planned = days[: next_at + AHEAD_WITH_TOPIC]
        self.turns = rota.turns(self.stage, self.slug, planned, next_at, self.rooms)
        self.days = [day for day in days if day >= today or self.turns[day].can_meet]
        self.next_at = sum(day <= today for day in self.days)
        for day in self.days[: self.next_at + 2]:
            self._ask_somebody_to_host(self.turns[day])

    def _ask_somebody_to_host(self, turns: rota.Turns) -> None:
        if rota.HOST not in turns.firms:
            chair = turns.firms.get(rota.CHAIR)
            able = [firm for firm in turns.came if firm != chair and (self.slug, firm) in self.rooms]
            if able:
                turns.firms[rota.HOST] = self.chance.choice(able)
                turns.reasons[rota.HOST] = "Nobody had offered; the coordinator asked."

    def _choose_talks(self, talks: list[Talk]) -> None:
        """No talk twice in one cluster."""
        known = {title for (slug, _), title in KNOWN_TALKS.items() if slug == self.slug}
        by_title = {talk.title: talk for talk in talks}
        others = [talk for talk in talks if talk.topic in self.topics and talk.title not in known]
        self.chance.shuffle(others)
        self.talks: dict[date, Talk] = {}
        for day in self.days[: self.next_at + AHEAD_WITH_TOPIC]:
            title = KNOWN_TALKS.get((self.slug, self._offset(day)))
            self.talks[day] = by_title[title] if title else others.pop()

    def _offset(self, day: date) -> int:
        return self.days.index(day) - self.next_at

    def _is_past(self, day: date) -> bool:
        return day < self.stage.today

    def load(self) -> None:
        meetings = Meeting.objects.bulk_create(self._meeting(day) for day in self.days)
        self.meetings = dict(zip(self.days, meetings, strict=True))
        self.stage.meetings[self.slug] = meetings
        Duty.objects.bulk_create(duty for day in self.days for duty in self._duties(day))
        items = AgendaItem.objects.bulk_create(item for day in self.days for item in self._agenda(day))
        AgendaEdition.objects.bulk_create(self._edition(day) for day in self.days if self._offset(day) <= 0)
        Registration.objects.bulk_create(answer for day in self.days for answer in self._answers(day))
        self._presentations(items)
        TopicWish.objects.bulk_create(self._wishes())

    # --- the meeting ----------------------------------------------------------------------------
    def _meeting(self, day: date) -> Meeting:
        talk = self.talks.get(day)
        starts = moment(day, self.cluster.usual_start or NOON)
        host = self.turns[day].firms.get(rota.HOST) if day in self.turns else None
        state = self._state(day)
        return Meeting(
            cluster=self.cluster,
            title=talk.title if talk else STILL_OPEN,
            summary=talk.summary if talk else "",
            starts_at=starts,
            ends_at=starts + timedelta(minutes=self.cluster.usual_minutes),
            slot=day,
            venue=self.rooms.get((self.slug, host)) if host and self._offset(day) < 2 else None,
            capacity=FEW_PLACES.get((self.slug, self._offset(day))),
            openness=self._openness(day),
            state=state,
            called_off_because=CALLED_OFF[2] if state == State.CANCELLED else "",
            notes=self._notes(talk) if talk and self._is_past(day) else "",
            uid=uuid5(NAMESPACE_URL, f"meeting of {self.slug} on {day}"),
            sequence=1 if state != State.DRAFT else 0,
            changed_at=min(self.stage.now, self._sent_at(day)),
        )

    def _state(self, day: date) -> str:
        if self._is_past(day):
            return State.HELD
        if CALLED_OFF[:2] == (self.slug, self._offset(day)):
            return State.CANCELLED
        is_last = day == self.days[-1]
        return State.DRAFT if is_last and self._offset(day) >= AHEAD_PUBLISHED else State.PUBLISHED

    def _openness(self, day: date) -> str:
        talk = self.talks.get(day)
        if (self.slug, self._offset(day)) in MEMBERS_ONLY or (talk and talk.title == CLOSED_DOORS):
            return Openness.MEMBERS
        return Openness.AGENDA_MEMBERS if self.chance.random() < 0.08 else Openness.PUBLIC

    def _notes(self, talk: Talk) -> str:
        leads = [cells[0] for _, cells in rows("remarks.txt")]
        return "\n".join(f"- {line}" for line in [*talk.lessons, self.chance.choice(leads)])

    def _sent_at(self, day: date) -> datetime:
        """When its agenda went out."""
        return min(
            moment(day - timedelta(days=AGENDA_DAYS_BEFORE), time(9, 40)), self.stage.now - timedelta(days=1)
        )

    # --- turns and agenda -----------------------------------------------------------------------
    def _duties(self, day: date) -> list[Duty]:
        if day not in self.turns or self._state(day) == State.CANCELLED:
            return []
        offset, turns = self._offset(day), self.turns[day]
        state = Duty.State.FULFILLED if self._is_past(day) else Duty.State.ACCEPTED
        decided = self._sent_at(day) - timedelta(days=20)
        return [
            Duty(
                meeting=self.meetings[day],
                role=role,
                company=self.companies[firm],
                state=Duty.State.OFFERED if offset > 1 else state,
                reason=turns.reasons.get(role, "")[:250],
                offered_at=decided - timedelta(days=4),
                answer_by=day - timedelta(days=self.cluster.answer_days),
                decided_at=None if offset > 1 else decided,
                decided_by=None if offset > 1 else self.stage.lead(self.companies[firm]),
            )
            for role, firm in turns.firms.items()
        ]

    def _agenda(self, day: date) -> list[AgendaItem]:
        """The standard one, filled in. The meeting after the next has the chair's showcase so far."""
        if self._offset(day) > 1:
            return []
        items = agendas.standard(self.meetings[day])
        for item in items:
            if item.kind == Kind.SHOWCASE:
                self._fill_showcase(item, self.companies[self.turns[day].firms[rota.CHAIR]])
            elif item.kind == Kind.TALK:
                self._fill_talk(item, day)
            elif item.kind == Kind.NEXT_TURN:
                item.summary = self._next_turn(day)
        return [item for item in items if self._offset(day) < 1 or item.kind == Kind.SHOWCASE]

    def _fill_showcase(self, item: AgendaItem, chair: Company) -> None:
        item.company, item.presenter = chair, self.stage.lead(chair)
        item.summary = slideshow.showcase_title(chair)

    def _fill_talk(self, item: AgendaItem, day: date) -> None:
        talk, turns = self.talks[day], self.turns[day]
        item.title, item.summary, item.topic = talk.title, talk.summary, self.topics.get(talk.topic)
        speaker = KNOWN_SPEAKERS.get((self.slug, self._offset(day)))
        others = [firm for firm in turns.came if firm != turns.firms[rota.CHAIR]]
        item.company = (
            self.stage.companies[speaker] if speaker else self.companies[self.chance.choice(others)]
        )
        item.presenter = self.stage.lead(item.company)

    def _next_turn(self, day: date) -> str:
        following = self.days[self.days.index(day) + 1 :][:1]
        firms = self.turns[following[0]].firms if following and following[0] in self.turns else {}
        if rota.CHAIR not in firms:
            return "Who chairs and who hosts next."
        words = f"{following[0]:%-d %B}: {self.companies[firms[rota.CHAIR]]} chairs"
        return f"{words}, {self.companies[firms[rota.HOST]]} hosts." if rota.HOST in firms else f"{words}."

    def _edition(self, day: date) -> AgendaEdition:
        return AgendaEdition(
            meeting=self.meetings[day],
            number=1,
            content=snapshot(self.meetings[day]),
            published_at=self._sent_at(day),
            published_by=self.stage.officers[self.slug],
        )

    # --- who came -------------------------------------------------------------------------------
    def _answers(self, day: date) -> list[Registration]:
        offset = self._offset(day)
        if offset > 1 or self._state(day) == State.CANCELLED:
            return []
        came = self.turns[day].came
        places = self.meetings[day].places or 20
        if self._is_past(day):
            return self._attended(day, came)[:places]
        share = 0.8 if offset < 1 else 0.3
        answers = [
            self._answer(day, self.stage.lead(self.companies[firm]), self.companies[firm], "registered")
            for firm in came
            if self.chance.random() < share
        ]
        for number, answer in enumerate(answers[places:], start=1):
            answer.state, answer.queue_number = Registration.State.WAITLISTED, number
        return answers

    def _attended(self, day: date, came: list[int]) -> list[Registration]:
        answers = []
        for firm in came:
            company = self.companies[firm]
            people = self.stage.people[company.name][: 2 if self.chance.random() < 0.3 else 1]
            answers += [self._answer(day, person, company, "attended") for person in people]
        for membership in self.stage.memberships[self.slug]:
            company = self.companies[membership.company_id]
            if company.pk not in came and membership.joined_at and membership.joined_at.date() < day:
                outcome = self.chance.choices(["", "no-show", "withdrawn"], [85, 8, 7])[0]
                if outcome:
                    answers.append(self._answer(day, self.stage.lead(company), company, outcome))
        if self.cluster.guests_welcome and self.chance.random() < 0.3:
            answers.append(self._guest(day))
        return answers

    def _answer(self, day: date, person: User, company: Company, state: str) -> Registration:
        return Registration(
            meeting=self.meetings[day],
            user=person,
            company=company,
            state=state,
            created_at=self._sent_at(day) + timedelta(minutes=self.chance.randrange(5, 1400)),
        )

    def _guest(self, day: date) -> Registration:
        names = {
            part: [cells[0] for place, cells in rows("names.txt") if place == part]
            for part in ("first", "last")
        }
        first, last = (self.chance.choice(names[part]) for part in ("first", "last"))
        return Registration(
            meeting=self.meetings[day],
            name=f"{first} {last}",
            email=f"{slugify(first)}.{slugify(last)}@guest.example",
            state=Registration.State.ATTENDED,
            created_at=self._sent_at(day) + timedelta(days=3),
        )

    def _wishes(self) -> list[TopicWish]:
        """One firm in eight would like to hear about a topic."""
        members = [m.company for m in self.stage.memberships[self.slug] if m.state == m.State.ACTIVE]
        return [
            TopicWish(topic=topic, company=company, created_at=self.stage.now)
            for topic in self.topics.values()
            for company in members
            if self.chance.random() < 1 / 8
        ]

    # --- what was shown -------------------------------------------------------------------------
    def _presentations(self, items: list[AgendaItem]) -> None:
        """Of all showcases and most talks; nothing else has a presenter."""
        lessons = {talk.title: talk.lessons for talk in self.talks.values()}
        held = [item for item in items if item.meeting.state == State.HELD]
        Presentation.objects.bulk_create(
            slideshow.presentation(
                item, item.company, item.presenter, lessons.get(item.title, []), self.chance
            )
            for item in held
            if item.company and item.presenter
            if item.kind == Kind.SHOWCASE or self.chance.random() < 0.85
        )
