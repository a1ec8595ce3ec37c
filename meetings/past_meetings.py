"""A list of meetings that took place before the site was there: held, with their turns done and their talks.

They count for the fairness of the rota. One of the same day and title is the same; nobody is mailed about any.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import trail
from clusters.models import Association, Cluster
from meetings.models import Duty, Meeting, Presentation, Venue
from meetings.roles import DID
from meetings.series import USUAL_START
from members.imports import fields as f
from members.imports import matching
from members.imports.fields import Field
from members.imports.member_list import refuse
from members.models import Company, Import, ImportLine, User

AT_ONCE = 500
MOST_TALKS = 20
LONGEST_TALK = 160
TIMES = ["%H:%M", "%H.%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I.%M%p", "%I%p", "%I %p"]


def hour(typed: str) -> time:
    for form in TIMES:
        try:
            return datetime.strptime(typed.strip().lower(), form).time()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValidationError(
        gettext("“%(typed)s” is not a time we can read. Write it like 18:30.") % {"typed": typed[:20]}
    )


def talks(typed: str) -> list[str]:
    titles = [" ".join(title.split()) for title in typed.replace("\n", ";").replace("|", ";").split(";")]
    found = [f.one_line(LONGEST_TALK)(title) for title in dict.fromkeys(titles) if title]
    if len(found) > MOST_TALKS:
        raise ValidationError(
            gettext("%(most_talks)s talks at most, please. This has %(number)s.")
            % {"most_talks": MOST_TALKS, "number": len(found)}
        )
    return found


FIELDS = [
    Field("day", _("Date"), f.past_day(timezone.localdate), ["date", "day", "held on", "meeting date"], True),
    Field("title", _("Title"), f.one_line(160), ["meeting", "name", "subject", "event"], True),
    Field("cluster", _("Cluster"), f.one_line(80), ["branch", "group"]),
    Field("start", _("Time"), hour, ["start", "start time", "starts"]),
    Field(
        "kind",
        _("Kind"),
        f.choice(Meeting.Kind, event="networking", workshop="training"),
        ["type", "kind of meeting"],
    ),
    Field("place", _("Place"), f.one_line(120), ["venue", "location", "where"]),
    Field(
        "chair", _("Chair (firm)"), f.one_line(120), ["chair", "chaired by", "chair firm", "chairing company"]
    ),
    Field("host", _("Host (firm)"), f.one_line(120), ["host", "hosted by", "host firm", "host company"]),
    Field(
        "headcount",
        _("How many came"),
        f.number(0, 10_000),
        ["attendance", "attended", "attendees", "number attended"],
    ),
    Field("talks", _("Talks"), talks, ["talk", "talk titles", "presentations", "speakers"]),
]


@dataclass
class Plan:
    meetings: list[Meeting] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    talks: list[Presentation] = field(default_factory=list)


class PastMeetings:
    fields: Sequence[Field] = FIELDS
    explanation = _("A line for each meeting. Talks are parted by semicolons.")

    def __init__(self, of: Import, by: User):
        self.of, self.by, self.plan = of, by, Plan()
        clusters = of.clusters().filter(pk__in=Cluster.objects.managed_by(by).values("pk"))
        found = list(clusters.select_related("association"))
        self.clusters = {word.casefold(): one for one in found for word in (one.name, one.slug)}

    # --- looking through --------------------------------------------------------------------------------
    def look_through(self, lines: list[ImportLine], tell: Callable[[int], None]) -> None:
        read = [f.read(line.cells, self.of.mapping, self.fields) for line in lines]
        firms = {values[role] for values, _ in read for role in Duty.Role.values if values.get(role)}
        self.firms = matching.known((name, "") for name in firms)
        named = [company.pk for company in self.firms.all()]
        seen = Company.objects.visible_to(self.by).filter(pk__in=named)
        self.seen = set(seen.values_list("pk", flat=True))
        self.held = {
            (meeting.organiser, meeting.day): meeting
            for meeting in Meeting.objects.managed_by(self.by).select_related(
                "cluster__association", "association"
            )
            if meeting.organiser == self.of.of or meeting.cluster in self.clusters.values()
        }
        self.venues = {
            (venue.cluster_id, venue.name.casefold()): venue
            for venue in Venue.objects.filter(cluster__in=self.clusters.values())
        }
        for number, (line, (values, problems)) in enumerate(zip(lines, read, strict=True), 1):
            line.words, line.outcome, line.candidates = "", "", []
            if problems:
                refuse(line, problems)
            else:
                self.look_at(line, values)
            if number % AT_ONCE == 0:
                tell(number)

    def look_at(self, line: ImportLine, values: dict) -> None:
        of = self.organiser(values["cluster"])
        if of is None:
            return refuse(
                line,
                [gettext("“%(cluster)s” is none of your clusters here.") % {"cluster": values["cluster"]}],
            )
        there = self.held.get((of, values["day"]))
        if there is not None and there.title.casefold() == values["title"].casefold():
            line.outcome, line.words = ImportLine.Outcome.SAME, gettext("This meeting is there already.")
            return None
        if there is not None:
            return refuse(
                line,
                [
                    gettext("%(of)s has another meeting on that day: “%(title)s”.")
                    % {"of": of, "title": there.title}
                ],
            )
        firms, problems = self.firms_of(values)
        if problems:
            return refuse(line, problems)
        meeting = self.meeting(of, values)
        self.held[of, values["day"]] = meeting
        self.plan.meetings.append(meeting)
        said = [gettext("“%(title)s” of %(of)s.") % {"title": meeting.title, "of": of}]
        for role, company in firms.items():
            self.plan.duties.append(self.duty(meeting, role, company))
            said.append(gettext("%(company)s %(did)s it.") % {"company": company, "did": DID[role]})
        self.plan.talks += [self.talk(meeting, title) for title in values["talks"] or []]
        if values["talks"]:
            said.append(gettext("Talks: %(talks)s.") % {"talks": "; ".join(values["talks"])})
        line.outcome, line.words = ImportLine.Outcome.MADE, "\n".join(said)
        return None

    def organiser(self, named: str | None) -> Cluster | Association | None:
        return self.clusters.get(named.casefold()) if named else self.of.of

    def firms_of(self, values: dict) -> tuple[dict[str, Company], list[str]]:
        """Who chaired and hosted; or why we can't say. Only firms that the officer may see are found."""
        found, problems = {}, []
        for role, label in Duty.Role.choices:
            name = values[role]
            if not name:
                continue
            try:
                company = matching.find(self.firms, name, "")
            except matching.Unclear as unclear:
                seen = [one.name for one in unclear.candidates if one.pk in self.seen]
                problems += (
                    [
                        gettext("%(role)s: is it %(firms)s? Write the name as it is on the site.")
                        % {"role": label, "firms": gettext(" or ").join(seen)}
                    ]
                    if seen
                    else []
                )
                company = None
                if seen:
                    continue
            if company is None or company.pk not in self.seen:
                problems.append(
                    gettext(
                        "%(label)s: there is no firm “%(name)s” on the site. Import it first, or leave it "
                        "out."
                    )
                    % {"label": label, "name": name}
                )
            else:
                found[role] = company
        return found, problems

    def meeting(self, of: Cluster | Association, values: dict) -> Meeting:
        cluster = of if isinstance(of, Cluster) else None
        association = of.association if isinstance(of, Cluster) else of
        start = values["start"] or (cluster.usual_start if cluster else None) or USUAL_START
        starts_at = in_zone(values["day"], start, association)
        venue = (
            self.venues.get((cluster.pk, values["place"].casefold())) if cluster and values["place"] else None
        )
        return Meeting(
            cluster=cluster,
            association=None if cluster else association,
            kind=values["kind"] or Meeting.Kind.MEETING,
            title=values["title"],
            summary=gettext("At %(place)s.") % {"place": values["place"]}
            if values["place"] and venue is None
            else "",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=cluster.usual_minutes if cluster else 120),
            venue=venue,
            headcount=values["headcount"],
            state=Meeting.State.HELD,
        )

    def duty(self, meeting: Meeting, role: str, company: Company) -> Duty:
        return Duty(
            meeting=meeting,
            role=role,
            company=company,
            state=Duty.State.FULFILLED,
            reason=gettext("From a list of past meetings."),
            decided_at=meeting.starts_at,
            decided_by=self.by,
        )

    def talk(self, meeting: Meeting, title: str) -> Presentation:
        return Presentation(
            meeting=meeting,
            title=title,
            audience=Presentation.Audience.PUBLIC,
            state=Presentation.State.PUBLISHED,
            published_at=meeting.ends_at,
        )

    # --- putting in -------------------------------------------------------------------------------------
    def put_in(self) -> None:
        """All that was planned, with a line in the trail for each. Call it in the transaction of `look_through`."""
        Meeting.objects.bulk_create(self.plan.meetings, batch_size=AT_ONCE)
        Duty.objects.bulk_create(self.plan.duties, batch_size=AT_ONCE)
        Presentation.objects.bulk_create(self.plan.talks, batch_size=AT_ONCE)
        trail.record_many(
            trail.line(self.by, "imported", meeting, cluster=meeting.cluster, association=meeting.association)
            for meeting in self.plan.meetings
        )


def in_zone(day: date, start: time, association: Association) -> datetime:
    return datetime.combine(day, start, ZoneInfo(association.time_zone))
