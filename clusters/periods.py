"""Periods of whole days, by the clock of a place."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moments(start: date, end: date, zone: str) -> tuple[datetime, datetime]:
    """When the first day begins and when the last one, which belongs to it, is over."""
    clock = ZoneInfo(zone)
    return datetime.combine(start, time(), clock), datetime.combine(end + timedelta(days=1), time(), clock)
