"""The charts of a report and of a coordinator's page, each with its table."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters import charts
from clusters.charts import Chart, Heap
from clusters.dates import row_date
from clusters.models import Cluster
from clusters.months import month_after
from meetings.models import Duty, Meeting
from meetings.needs import CADENCE_DAYS
from meetings.reports.figures import held_in
from meetings.reports.scope import Scope
from members.models import Membership

MOST_MEETINGS = 24  # drawn one by one; of more, those of a month together
MOST_NAMED = 40  # firms in a row of a table
LATE = 3 / 2  # of its cadence: then a meeting is late


def charts_of(scope: Scope, now: datetime) -> list[Chart]:
    meetings = meetings_with_people(scope, now)
    return [members_over_time(scope, now), attendance(scope, meetings), turns(scope, now)]


# --- members over time ------------------------------------------------------------------------------
def members_over_time(scope: Scope, now: datetime) -> Chart:
    """At the start, at the end of each month (of many: every second, third …), and at the end or now."""
    rows = Membership.objects.filter(cluster__in=scope.clusters, joined_at__isnull=False)
    stays = list(rows.values_list("company", "state", "joined_at", "ended_at"))
    days = days_of(scope, now)
    numbers = [members_on(day, stays, zone_of(scope)) for day in days]
    points = [(dateformat.format(day, "M"), number) for day, number in zip(days, numbers, strict=True)]
    change = numbers[-1] - numbers[0] if numbers else 0
    sentence = (
        _("%(firms)s at the end, %(number)s more than at the start.")
        if change >= 0
        else _("%(firms)s at the end, %(number)s fewer than at the start.")
    ) % {"firms": number_of_firms(numbers[-1]), "number": abs(change)}
    return Chart(
        key="members",
        title=_("Member firms over time"),
        sentence=sentence,
        picture=charts.growth(points, sentence),
        head=[_("On"), _("Member firms")],
        rows=[(date_format(day, "DATE_FORMAT"), number) for day, number in zip(days, numbers, strict=True)],
    )


def days_of(scope: Scope, now: datetime) -> list[date]:
    """The evenings of: the day before the start, each month's last day, the end or today."""
    last = max(min(scope.end, now.astimezone(zone_of(scope)).date()), scope.start)
    before = scope.start - timedelta(days=1)
    ends, first = [], month_after(scope.start.replace(day=1))
    while first - timedelta(days=1) < last:
        ends.append(first - timedelta(days=1))
        first = month_after(first)
    step = -(-len(ends) // MOST_MEETINGS) or 1
    return list(dict.fromkeys([before, *ends[step - 1 :: step], last]))


def zone_of(scope: Scope) -> ZoneInfo:
    """The clock of a chart: that of the first association."""
    associations = [one.association for one in scope.clusters] + scope.associations
    return ZoneInfo(associations[0].time_zone if associations else "Europe/London")


def members_on(day: date, stays: Iterable[tuple], zone: ZoneInfo) -> int:
    over = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    return len(
        {
            company
            for company, state, joined, ended in stays
            if joined < over and (state == "active" or (state == "left" and ended and ended >= over))
        }
    )


def number_of_firms(number: int) -> str:
    return ngettext("One firm", "%(number)s firms", number) % {"number": f"{number:,}"}


# --- attendance ---------------------------------------------------------------------------------------
def meetings_with_people(scope: Scope, now: datetime) -> list[Meeting]:
    """Those held, in order, each with how many `came` and `stayed_away`."""
    held = Meeting.objects.filter(pk__in=held_in(scope, now).values("pk")).with_attendance()
    return list(held.select_related("cluster__association", "association").order_by("starts_at", "pk"))


def attendance(scope: Scope, meetings: list) -> Chart:
    single = len(meetings) <= MOST_MEETINGS
    heaps = (
        [Heap(row_date(one.day), one.came, one.stayed_away) for one in meetings]
        if single
        else by_month(meetings)
    )
    came = sum(one.came for one in meetings)
    counted = [one.came for one in meetings if one.came]
    mean = round(sum(counted) / len(counted)) if counted else 0
    number = len(meetings)
    sentence = (
        ngettext(
            "%(came)s came to %(number)s meeting, %(mean)s to each that kept a list.",
            "%(came)s came to %(number)s meetings, %(mean)s to each that kept a list.",
            number,
        )
        if counted
        else ngettext(
            "%(came)s came to %(number)s meeting; no list was kept.",
            "%(came)s came to %(number)s meetings; no list was kept.",
            number,
        )
    ) % {"came": f"{came:,}", "number": f"{number:,}", "mean": mean}
    scale = charts.scale_of(heaps)
    who = _("Came") if scale == 1 else _("Came; one dot is %(scale)s people") % {"scale": scale}
    return Chart(
        key="attendance",
        title=_("Attendance per meeting") if single else _("Attendance per month"),
        sentence=sentence,
        picture=charts.heaps(heaps, sentence),
        legend=[("", who), ("is-hollow", _("Had a place and did not come"))],
        head=[_("Meeting"), _("Of"), _("On"), _("Came"), _("Did not come")],
        rows=[
            (one.title, str(one.organiser), date_format(one.day, "DATE_FORMAT"), one.came, one.stayed_away)
            for one in meetings
        ],
    )


def by_month(meetings: list) -> list[Heap]:
    came: Counter[date] = Counter()
    away: Counter[date] = Counter()
    for one in meetings:
        month = one.day.replace(day=1)
        came[month] += one.came
        away[month] += one.stayed_away
    return [Heap(dateformat.format(month, "M"), came[month], away[month]) for month in sorted(came)]


# --- whose turn it was --------------------------------------------------------------------------------
def turns(scope: Scope, now: datetime) -> Chart:
    """The firms that are members at the end, by how often they chaired or hosted in the period."""
    members = Membership.objects.filter(scope.members_at(end=True)).order_by("company__name")
    firms = dict(members.values_list("company", "company__name"))
    taken = Duty.objects.agreed().filter(meeting__in=held_in(scope, now), company__in=firms)
    times = Counter(taken.values_list("company", flat=True))
    by_times: dict[int, list[str]] = {}
    for pk, name in firms.items():
        by_times.setdefault(times[pk], []).append(name)
    most = max(by_times, default=0)
    heaps = [Heap(named(count), len(by_times.get(count, []))) for count in range(most + 1)] if firms else []
    some = number_of_firms(len(firms) - len(by_times.get(0, [])))
    sentence = _("%(some)s of %(number)s chaired or hosted; the most often %(named)s.") % {
        "some": some,
        "number": f"{len(firms):,}",
        "named": named(most),
    }
    scale = charts.scale_of(heaps)
    return Chart(
        key="turns",
        title=_("Turns per firm"),
        sentence=sentence,
        picture=charts.heaps(heaps, sentence),
        legend=[("", _("A firm") if scale == 1 else _("One dot is %(scale)s firms") % {"scale": scale})],
        head=[_("Turns"), _("Firms"), _("Which")],
        rows=[(named(count), len(names), listed(names)) for count, names in sorted(by_times.items())],
    )


def named(times: int) -> str:
    words = [_("no turn"), _("one turn"), _("two turns"), _("three turns")]
    return (
        words[times]
        if times < 4
        else ngettext("%(number)s turn", "%(number)s turns", times) % {"number": times}
    )


def listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return _("%(names)s and %(number)s more") % {"names": shown, "number": more} if more > 0 else shown


# --- the cadence --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rhythm:
    """A cluster's own meetings: `kept` says of each wait for one, in order, whether it was in time."""

    cluster: Cluster
    kept: list[bool]
    longest: int
    picture: str

    @property
    def in_time(self) -> int:
        return sum(self.kept)


def rhythms(scope: Scope, now: datetime) -> list[Rhythm]:
    """Of each cluster: the wait for each meeting in the period, and the one that still lasts if it is too long."""
    begins, over, *_rest = next(scope.zones(), (now, now, [], []))
    long_ago = begins - timedelta(days=365)
    rows = Meeting.objects.past(now).filter(
        cluster__in=scope.clusters, kind=Meeting.Kind.MEETING, starts_at__gte=long_ago, starts_at__lt=over
    )
    met: dict[int, list[date]] = {}
    for cluster, starts_at in rows.order_by("starts_at", "pk").values_list("cluster", "starts_at"):
        met.setdefault(cluster, []).append(starts_at.astimezone(zone_of(scope)).date())
    last = min(scope.end, now.astimezone(zone_of(scope)).date())
    return [
        rhythm_of(cluster, met.get(cluster.pk, []), scope.start, last)
        for cluster in scope.clusters
        if cluster.state != Cluster.State.FORMING
    ]


def rhythm_of(cluster: Cluster, met: list[date], start: date, last: date) -> Rhythm:
    limit = CADENCE_DAYS[cluster.cadence] * LATE
    waits = []
    began = max(start, cluster.founded) if cluster.founded else None  # of the first one we don't know else
    for before, day in zip([began, *met], met, strict=False):
        if day >= start and before:
            waits.append(days_between(before, day, cluster.pause_months))
    still = days_between(max([start, *met]) if met else start, last, cluster.pause_months)
    kept = [wait <= limit for wait in waits]
    if still > limit and cluster.state == Cluster.State.ACTIVE:
        kept.append(False)
        waits.append(still)
    label = _("%(cluster)s: %(sum)s of %(number)s in time") % {
        "cluster": cluster,
        "sum": sum(kept),
        "number": len(kept),
    }
    return Rhythm(cluster, kept, max(waits, default=0), charts.rhythm(kept, label))


def days_between(before: date, day: date, pause_months: list[int]) -> int:
    """Months in which the cluster pauses don't count."""
    days = (before + timedelta(days=count) for count in range(max((day - before).days, 0)))
    return sum(each.month not in pause_months for each in days)
