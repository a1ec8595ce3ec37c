"""The dates of a cluster by its rhythm, and the meetings drafted on them a year ahead.

A meeting remembers in `slot` which date of the rhythm it was drafted for. It may be moved, called off or joined by
others; planning again drafts only what no meeting was ever made for.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Q
from django.utils import dateformat
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.models import Cluster
from clusters.months import month_after
from meetings import agendas
from meetings.models import Meeting

Cadence = Cluster.Cadence
USUAL_START = time(17, 30)
MOST_MONTHS = 24
DAYS_BETWEEN = 42  # of a cluster that meets every six weeks
CLOSE = timedelta(days=DAYS_BETWEEN // 3)  # a meeting so near to a date of six weeks is the one of that date
LAST = -1


# --- the rhythm -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Pattern:
    """When a cluster meets: on the nth weekday of a month, on a fixed day of it, or every sixth such weekday."""

    cadence: str
    week: int | None = None
    weekday: int | None = None
    day: int | None = None
    pauses: frozenset[int] = frozenset()

    @property
    def is_complete(self) -> bool:
        return self.weekday is not None or (self.day is not None and self.cadence != Cadence.SIX_WEEKLY)


def pattern_of(cluster: Cluster) -> Pattern:
    return Pattern(
        cluster.cadence,
        cluster.usual_week,
        cluster.usual_weekday,
        cluster.usual_day,
        frozenset(cluster.pause_months),
    )


def slots(pattern: Pattern, first: date, months: int, anchor: date | None = None) -> list[date]:
    """The dates from `first` on, for so many months, in their order and without the months of pause.

    `anchor` is a date the cluster met or will meet on: every second month and every sixth week count from it,
    and a weekday without a week keeps its place in the month.
    """
    return [day for day in _dates(pattern, first, months, anchor) if day.month not in pattern.pauses]


def _dates(pattern: Pattern, first: date, months: int, anchor: date | None) -> list[date]:
    end = first + relativedelta(months=months)
    if pattern.cadence == Cadence.SIX_WEEKLY:
        found = _every_six_weeks(pattern, first, end, anchor)
    else:
        found = _by_month(pattern, first, end, anchor)
    return [day for day in found if first <= day < end]


def _every_six_weeks(pattern: Pattern, first: date, end: date, anchor: date | None) -> Iterator[date]:
    weekday = (anchor or first).weekday() if pattern.weekday is None else pattern.weekday
    day = nearest(weekday, anchor) if anchor else first + timedelta(days=(weekday - first.weekday()) % 7)
    day += timedelta(days=-((day - first).days // DAYS_BETWEEN) * DAYS_BETWEEN)
    while day < end:
        yield day
        day += timedelta(days=DAYS_BETWEEN)


def _by_month(pattern: Pattern, first: date, end: date, anchor: date | None) -> Iterator[date]:
    step = 2 if pattern.cadence == Cadence.TWO_MONTHLY else 1
    month = first.replace(day=1)
    if anchor:
        months_off = (anchor.month - month.month) % step  # years have an even number of months
    else:
        months_off = int(in_month(pattern, month, first) < first)
    month = month_after(month, months_off)
    while month < end:
        yield in_month(pattern, month, anchor or first)
        month = month_after(month, step)


def in_month(pattern: Pattern, month: date, like: date) -> date:
    """The date of the month that begins so. Where the pattern names no week, it is the same as that of `like`."""
    if pattern.day is not None:
        return month.replace(day=pattern.day)
    weekday = like.weekday() if pattern.weekday is None else pattern.weekday
    days = monthrange(month.year, month.month)[1]
    such = [n for n in range(1, days + 1) if month.replace(day=n).weekday() == weekday]
    week = pattern.week or min((nearest(weekday, like).day + 6) // 7, len(such), 4)
    return month.replace(day=such[week - 1 if week > 0 else LAST])


def nearest(weekday: int, day: date) -> date:
    return day + timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)


def note_on(day: date) -> str:
    """What speaks against meeting on that day, in a sentence."""
    if name := holiday(day):
        return _("%(name)s, a public holiday in England.") % {"name": name}
    return _("A %(weekday)s.") % {"weekday": dateformat.format(day, "l")} if day.weekday() > 4 else ""


def holiday(day: date) -> str:
    """The public holiday of England on that day; empty if there is none."""
    from holidays import country_holidays  # a quarter of a second and 300 modules, for planning alone

    return country_holidays("GB", subdiv="ENG", years=day.year).get(day, "")


def starts_at(cluster: Cluster, day: date) -> datetime:
    """When a meeting on that day starts: at the usual hour by the cluster's own clock, in summer and in winter."""
    zone = ZoneInfo(cluster.association.time_zone)
    return datetime.combine(day, cluster.usual_start or USUAL_START, zone)


def usual_date(cluster: Cluster, near: date) -> datetime:
    """When the cluster usually meets in that month, as far as it says so."""
    pattern = pattern_of(cluster)
    by_month = pattern.day or (pattern.week and pattern.weekday is not None)
    return starts_at(cluster, in_month(pattern, near.replace(day=1), near) if by_month else near)


def next_free_date(cluster: Cluster, near: date) -> datetime:
    """The first usual date from that month on, on which the cluster has no meeting yet."""
    taken = {meeting.day for meeting in cluster.meetings.filter(starts_at__date__gte=near.replace(day=1))}
    dates = [usual_date(cluster, near + relativedelta(months=later)) for later in range(MOST_MONTHS)]
    return next((moment for moment in dates if moment.date() not in taken), dates[0])


# --- planning ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Planned:
    """A date of the rhythm, as the coordinator looks at it before the meetings are drafted."""

    day: date
    note: str
    is_pause: bool
    meeting: Meeting | None

    @property
    def is_missing(self) -> bool:
        return not self.is_pause and self.meeting is None


def outlook(cluster: Cluster, *, months: int, today: date | None = None) -> list[Planned]:
    """All dates of the coming months: those with a meeting, those in a pause, those without one yet."""
    pattern = pattern_of(cluster)
    refuse_if_impossible(cluster, pattern, months)
    first = (today or present.today()) + timedelta(days=1)
    of_series = Q(kind=Meeting.Kind.MEETING) | Q(slot__isnull=False)
    rows = cluster.meetings.filter(of_series).select_related("cluster__association")
    meetings = list(rows.order_by("starts_at", "pk"))
    drafted = [meeting.slot for meeting in meetings if meeting.slot]
    anchor = max(drafted or [date_of(meeting) for meeting in meetings], default=None)
    days = _dates(pattern, first, months, anchor)
    theirs = meetings_by_date(pattern, days, meetings)
    return [Planned(day, note_on(day), day.month in pattern.pauses, theirs.get(day)) for day in days]


def refuse_if_impossible(cluster: Cluster, pattern: Pattern, months: int) -> None:
    if cluster.state == Cluster.State.RESTING:
        raise Refused(
            _("%(cluster)s is resting. Start it again, then plan its meetings.") % {"cluster": cluster}
        )
    if not pattern.is_complete:
        raise Refused(
            _(
                "Say first when %(cluster)s usually meets: on which weekday, or every month or "
                "two on which day. That stands on its page here on the desk."
            )
            % {"cluster": cluster}
        )
    if not 1 <= months <= MOST_MONTHS:
        raise Refused(_("Plan between one month and %(most_months)s ahead.") % {"most_months": MOST_MONTHS})


def meetings_by_date(
    pattern: Pattern, days: Iterable[date], meetings: Iterable[Meeting]
) -> dict[date, Meeting]:
    """Which meeting is the one of each date: one a month, or the one that is close. One called off counts too."""
    found: dict[date, Meeting] = {}
    meetings = list(meetings)
    for day in days:
        for meeting in meetings:
            if serves(pattern, day, date_of(meeting)):
                found.setdefault(day, meeting)
    return found


def serves(pattern: Pattern, day: date, other: date) -> bool:
    if pattern.cadence == Cadence.SIX_WEEKLY:
        return abs(day - other) <= CLOSE
    return (day.year, day.month) == (other.year, other.month)


def date_of(meeting: Meeting) -> date:
    """Its date in the rhythm: the one it was drafted for, else the one it is on."""
    return meeting.slot or meeting.day


@transaction.atomic
def plan_ahead(
    cluster: Cluster, *, months: int, by, today: date | None = None, only: Collection[date] | None = None
) -> list[Meeting]:
    """Draft the meetings that are missing (or `only` those on some of the dates), each with the usual agenda.

    Two coordinators at once make one set: who comes second finds nothing missing. Refused for resting clusters.
    """
    locked = Cluster.objects.select_for_update(of=["self"], no_key=True)
    cluster = locked.select_related("association").prefetch_related("template_items").get(pk=cluster.pk)
    planned = outlook(cluster, months=months, today=today)
    days = [date_.day for date_ in planned if date_.is_missing and (only is None or date_.day in only)]
    meetings = Meeting.objects.bulk_create([meeting_on(cluster, day) for day in days])
    agendas.draft_new(meetings)
    if meetings:
        until = f"{days[-1]:%-d %B %Y}"
        note = f"{len(days)} meeting{'' if len(days) == 1 else 's'}, the last on {until}."
        trail.record(by, "planned ahead", cluster, cluster=cluster, note=note)
    return meetings


def meeting_on(cluster: Cluster, day: date) -> Meeting:
    start = starts_at(cluster, day)
    return Meeting(
        cluster=cluster,
        title=usual_title(day),
        slot=day,
        starts_at=start,
        ends_at=start.astimezone(UTC) + timedelta(minutes=cluster.usual_minutes),
    )


def usual_title(day: date) -> str:
    """What a meeting is called until its coordinator finds better words."""
    return _("%(day)s meeting") % {"day": dateformat.format(day, "F")}
