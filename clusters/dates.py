"""Dates and times as we write them. In another language the order may differ: each format is a message of its own.

Templates have the same as filters ({% load look %}); "19 November 2026" is Django's |date:"DATE_FORMAT".
"""

from datetime import date, datetime, time

from django.utils import dateformat
from django.utils.translation import pgettext

Day = date | datetime | None


def long_date(day: Day) -> str:
    """Thursday 19 November 2026"""
    return dateformat.format(day, pgettext("date format", "l j F Y")) if day else ""


def weekday_date(day: Day) -> str:
    """Thu 19 Nov"""
    return dateformat.format(day, pgettext("date format", "D j M")) if day else ""


def short_date(day: Day) -> str:
    """19 Nov 2026"""
    return dateformat.format(day, pgettext("date format", "j M Y")) if day else ""


def row_date(day: Day) -> str:
    """19 Nov"""
    return dateformat.format(day, pgettext("date format", "j M")) if day else ""


def clock(moment: datetime | time | None) -> str:
    """17:30"""
    return dateformat.time_format(moment, pgettext("date format", "H:i")) if moment else ""


def date_and_clock(moment: datetime | None) -> str:
    """19 November 2026, 17:30"""
    return dateformat.format(moment, pgettext("date format", "j F Y, H:i")) if moment else ""
