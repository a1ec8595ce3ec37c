"""Days on which a cluster meets, from its rhythm and from the day of the load. Pure functions."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from clusters.models import Cluster

LONDON = ZoneInfo("Europe/London")
SIX_WEEKS_FROM = date(2024, 1, 1)  # a Monday; all six-weekly clusters count from this week
AUGUST = 8  # in which monthly clusters take a break


def meeting_days(cluster: Cluster, months: str, start: date, end: date) -> list[date]:
    """From `start` to `end`, both inclusive. `months` is "odd" or "even" for two-monthly clusters."""
    day, week = weekday(cluster.usual_weekday or 0), cluster.usual_week or 1
    if cluster.cadence == Cluster.Cadence.SIX_WEEKLY:
        rule = rrule(WEEKLY, interval=6, byweekday=day, dtstart=_at(SIX_WEEKS_FROM, time()))
    else:
        which = {"odd": range(1, 13, 2), "even": range(2, 13, 2)}.get(months)
        rule = rrule(MONTHLY, byweekday=day(week), bymonth=which, dtstart=_at(start, time()))
    days = [moment.date() for moment in rule.between(_at(start, time()), _at(end, time()), inc=True)]
    if cluster.cadence == Cluster.Cadence.SIX_WEEKLY:
        return [_after_christmas(day) for day in days]
    off = AUGUST if cluster.cadence == Cluster.Cadence.MONTHLY else None
    return [day for day in days if day.month != off and not _is_christmas(day)]


def _is_christmas(day: date) -> bool:
    return (day.month, day.day) > (12, 20) or (day.month, day.day) < (1, 4)


def _after_christmas(day: date) -> date:
    """The first same weekday on which people are back."""
    while _is_christmas(day):
        day += timedelta(weeks=1)
    return day


def _at(day: date, clock: time) -> datetime:
    """Without a zone, as rrule counts days."""
    return datetime.combine(day, clock)


def moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON)


def launch_day(today: date) -> date:
    """The evening on which the West Midlands association began: a Tuesday four months ago."""
    day = today - timedelta(days=130)
    return day + timedelta(days=(1 - day.weekday()) % 7)


def drive_dates(today: date) -> tuple[date, date]:
    """A year from the first of the month after the launch."""
    start = launch_day(today) + relativedelta(months=1, day=1)
    return start, start + relativedelta(years=1, days=-1)


def working_day(day: date) -> date:
    """The same day or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def founding_day(words: str, today: date) -> date:
    """From "2019-03", "100 days ago", "launch" or "30 days after launch"."""
    if "-" in words:
        return date.fromisoformat(f"{words}-01")
    count = int(words.split()[0]) if words[0].isdigit() else 0
    if words.endswith("ago"):
        return today - timedelta(days=count)
    return launch_day(today) + timedelta(days=count)
