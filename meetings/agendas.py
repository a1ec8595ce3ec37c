"""The agenda of a meeting: its times, its standard, the chair's showcase, and the editions that members get.

Publishing freezes the agenda as an edition and mails it, all in one transaction. The first edition a person gets is
whole; of later ones only what is different is mailed. An unchanged agenda makes no edition, so nobody gets it twice.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present, trail
from clusters.dates import clock, long_date
from clusters.errors import Refused
from clusters.languages import in_site_language
from meetings import next_turn, notices
from meetings.editions import differences, snapshot
from meetings.models import AgendaEdition, AgendaItem, Duty, Meeting
from meetings.models.agenda import SHOWCASE_MINUTES
from meetings.slides import presentations
from meetings.timetables import overrun

Kind = AgendaItem.Kind
STEP = 10  # between positions, so that there is room to move an item by typing a number
SHOWCASE_TITLE = _("The chair's showcase")

# --- drafting ---------------------------------------------------------------------------------------
# kind, title, what it is, and its minutes in a meeting of at least so many minutes; the talk gets the rest
STANDARD = [
    (Kind.ARRIVAL, _("Doors, coffee, name badges"), "", {105: 15}),
    (
        Kind.WELCOME,
        _("Welcome and round the table"),
        _("Name, firm, one thing you need this month."),
        {25: 5, 90: 10},
    ),
    (Kind.SHOWCASE, SHOWCASE_TITLE, "", {0: SHOWCASE_MINUTES}),
    (Kind.TALK, _("Talk"), "", {}),
    (Kind.BREAK, _("Break"), "", {105: 10}),
    (
        Kind.OPPORTUNITIES,
        _("Business opportunities"),
        _("Who needs a partner, who has work going."),
        {45: 10, 105: 15},
    ),
    (Kind.NEXT_TURN, _("Next turn"), next_turn.BY_ITSELF, {30: 5}),
    (Kind.ANY_OTHER, _("Any other business"), "", {60: 5, 105: 10}),
]
SHORTEST_TALK = 10
LONGEST_TALK = 60


def standard(meeting: Meeting) -> list[AgendaItem]:
    """The usual agenda, fitted to the meeting's length, unsaved. Its showcase waits for a chair.

    Up to an hour is left for the talk; in longer meetings half of the time is for discussing it.
    """
    rows = [
        (kind, str(title), str(text), minutes_in(meeting, lengths)) for kind, title, text, lengths in STANDARD
    ]
    if not meeting.needs_showcase:
        rows = [row for row in rows if row[0] not in (Kind.SHOWCASE, Kind.NEXT_TURN)]
    left = meeting.minutes - sum(row[3] for row in rows)
    items = []
    for kind, title, text, minutes in rows:
        if kind == Kind.TALK and left >= SHORTEST_TALK:
            discussion = left // 2 if left > LONGEST_TALK else 0
            items.append(AgendaItem(meeting=meeting, kind=kind, title=title, minutes=left - discussion))
            if discussion:
                items.append(
                    AgendaItem(
                        meeting=meeting, kind=Kind.DISCUSSION, title=gettext("Discussion"), minutes=discussion
                    )
                )
        elif minutes:
            items.append(AgendaItem(meeting=meeting, kind=kind, title=title, summary=text, minutes=minutes))
    for number, item in enumerate(items, start=1):
        item.position = number * STEP
    return items


def minutes_in(meeting: Meeting, lengths: dict[int, int]) -> int:
    return next((lengths[least] for least in sorted(lengths, reverse=True) if meeting.minutes >= least), 0)


def usual(meeting: Meeting) -> list[AgendaItem]:
    """What the cluster wrote down as its usual agenda, unsaved, in its order; [] if it has none or for other events."""
    if not (meeting.needs_showcase and meeting.cluster):
        return []
    return [
        AgendaItem(
            meeting=meeting,
            position=number * STEP,
            kind=line.kind,
            title=line.title,
            summary=line.summary,
            minutes=line.minutes,
        )
        for number, line in enumerate(meeting.cluster.template_items.all(), start=1)
    ]


@transaction.atomic
def draft(meeting: Meeting) -> None:
    """Give a meeting without an agenda its cluster's usual one, else the standard. The chair brings the showcase."""
    lock(meeting)
    if meeting.agenda.exclude(kind=Kind.SHOWCASE).exists():
        raise Refused(
            gettext("This meeting has an agenda already. Remove its items first to start from the usual one.")
        )
    for item in usual(meeting) or standard(meeting):
        if item.kind == Kind.SHOWCASE:
            meeting.agenda.filter(kind=Kind.SHOWCASE).update(position=item.position)
        else:
            item.save()
    bind_showcase(meeting)


def draft_new(meetings: Iterable[Meeting]) -> None:
    """The same for meetings just made, which have neither agenda nor chair. Needs their clusters' usual agendas."""
    items = [item for meeting in meetings for item in usual(meeting) or standard(meeting)]
    AgendaItem.objects.bulk_create(item for item in items if item.kind != Kind.SHOWCASE)


@transaction.atomic
def bind_showcase(meeting: Meeting) -> None:
    """The showcase belongs to the accepted chair: it comes, changes hands and goes with it."""
    chair = meeting.agreed_company(Duty.Role.CHAIR) if meeting.needs_showcase else None
    showcase = AgendaItem.objects.filter(meeting=meeting, kind=Kind.SHOWCASE).first()
    if chair is None:
        if showcase:
            presentations.forget(showcase)
            showcase.delete()
    elif showcase is None:
        before = item_before_showcase(meeting)
        after = before.position if before else 0
        AgendaItem.objects.create(
            meeting=meeting,
            kind=Kind.SHOWCASE,
            title=str(SHOWCASE_TITLE),
            minutes=SHOWCASE_MINUTES,
            company=chair,
            position=after,  # the same as the item before it; the later row comes second
        )
    elif showcase.company != chair:  # what the former chair wrote goes with it
        AgendaItem.objects.filter(pk=showcase.pk).update(
            company=chair,
            title=str(SHOWCASE_TITLE),
            summary="",
            presenter=None,
            presenter_name="",
            topic=None,
        )
    if meeting.state == Meeting.State.PUBLISHED:
        presentations.expect(meeting)
    renumber(meeting)


def item_before_showcase(meeting: Meeting) -> AgendaItem | None:
    """The item after which it comes: as in the cluster's usual agenda, else after the welcome."""
    kinds = [line.kind for line in usual(meeting)]
    if Kind.SHOWCASE in kinds:
        return list(meeting.agenda.all()[: kinds.index(Kind.SHOWCASE)] or [None])[-1]
    return AgendaItem.objects.filter(meeting=meeting, kind__in=[Kind.ARRIVAL, Kind.WELCOME]).last()


def renumber(meeting: Meeting) -> None:
    """Positions 10, 20, 30, … in the order they have."""
    items = list(AgendaItem.objects.filter(meeting=meeting))
    for number, item in enumerate(items, start=1):
        item.position = number * STEP
    AgendaItem.objects.bulk_update(items, ["position"])


def lock(meeting: Meeting) -> None:
    """Acts on one meeting come one after the other. `meeting` is as the last one left it."""
    rows = Meeting.objects.select_for_update(of=["self"]).select_related(
        "cluster__association", "association", "venue"
    )
    meeting.refresh_from_db(from_queryset=rows)


# --- is it ready? -----------------------------------------------------------------------------------
def problems(meeting: Meeting, now: datetime | None = None) -> list[str]:
    """What keeps the agenda from being published, a sentence each."""
    items = list(meeting.agenda.select_related("company"))
    found = [overrun(meeting, sum(item.minutes for item in items))]
    if meeting.needs_showcase:
        found.append(_showcase_problem(meeting, items))
    if meeting.starts_at <= (now or present.now()):
        found.append(gettext("The meeting is in the past. Give it a date ahead."))
    if meeting.venue is None:
        found.append(gettext("There is no venue yet. Members need to know where to go."))
    return [sentence for sentence in found if sentence]


def _showcase_problem(meeting: Meeting, items: list[AgendaItem]) -> str:
    chair = meeting.agreed_company(Duty.Role.CHAIR)
    showcase = next((item for item in items if item.kind == Kind.SHOWCASE), None)
    if chair is None:
        return gettext(
            "No firm has agreed to chair yet. Choose the chair; its showcase then comes by itself."
        )
    if showcase is None:
        return gettext(
            "The %(showcase_minutes)s-minute showcase of %(chair)s is missing. Save the "
            "meeting and it comes back."
        ) % {"showcase_minutes": SHOWCASE_MINUTES, "chair": chair}
    if showcase.company != chair:
        if showcase.company is None:
            return gettext("The showcase is given to nobody, but %(chair)s chairs.") % {"chair": chair}
        return gettext("The showcase is given to %(company)s, but %(chair)s chairs.") % {
            "company": showcase.company,
            "chair": chair,
        }
    return ""


# --- publishing -------------------------------------------------------------------------------------
@transaction.atomic
def publish(meeting: Meeting, *, by, now: datetime | None = None) -> AgendaEdition:
    """Freeze the agenda as a new edition and mail it to the members. Refused if it has problems or is unchanged."""
    now = now or present.now()
    lock(meeting)
    if meeting.state not in (Meeting.State.DRAFT, Meeting.State.PUBLISHED):
        raise Refused(
            gettext("This meeting is %(state)s. Its agenda can't be sent any more.")
            % {"state": meeting.get_state_display().lower()}
        )
    if found := problems(meeting, now):
        raise Refused(" ".join(found))
    last = meeting.editions.first()
    content = snapshot(meeting)
    with in_site_language():
        changes = differences(last.content, content) if last else []
    if last and not changes:
        sent = last.published_at.astimezone(meeting.zone)
        raise Refused(
            gettext(
                "Nothing has changed since %(day)s, %(sent)s. Everybody has this agenda; no mail "
                "has been sent."
            )
            % {"day": long_date(sent), "sent": clock(sent)}
        )
    edition = AgendaEdition.objects.create(
        meeting=meeting,
        number=last.number + 1 if last else 1,
        content=content,
        published_at=now,
        published_by=by,
    )
    meeting.state = Meeting.State.PUBLISHED
    meeting.save(update_fields=["state"])
    meeting.touch(now)
    presentations.expect(meeting)
    sent_to = notices.send_agenda(edition, changes)
    _record(by, "published the agenda of", meeting, f"Edition {edition.number}, to {sent_to} people.")
    return edition


@transaction.atomic
def call_off(meeting: Meeting, *, by, because: str, now: datetime | None = None) -> int:
    """The meeting won't take place. Tells all who reckon with it and returns how many they are.

    Of a draft nobody knows but the firms that have a turn; its date stays taken when the series is planned again.
    """
    lock(meeting)
    if meeting.state == Meeting.State.CANCELLED:
        raise Refused(gettext("This meeting has been called off already."))
    if meeting.state == Meeting.State.HELD:
        raise Refused(gettext("This meeting was held."))
    if meeting.ends_at <= (now or present.now()):
        raise Refused(gettext("This meeting is over."))
    meeting.state = Meeting.State.CANCELLED
    meeting.called_off_because = because
    meeting.save(update_fields=["state", "called_off_because"])
    meeting.touch(now)
    sent_to = notices.send_called_off(meeting)
    _record(by, "called off", meeting, f"{because} Told {sent_to} people.")
    return sent_to


def _record(by, verb: str, meeting: Meeting, note: str) -> None:
    trail.record(by, verb, meeting, cluster=meeting.cluster, association=meeting.association, note=note)
