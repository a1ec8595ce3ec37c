"""Addresses of pages that are kept for visitors."""

from django.urls import resolve, reverse

from tests.access.answers import OK
from tests.test_access import ROWS

SEARCHES = [
    "/clusters/?q=LA1+4YW",
    "/clusters/?q=Lancaster",
    "/companies/?q=data",
    "/companies/?q=dta",
    "/companies/?good_at=cloud",
    "/presentations/?q=tides",
    "/meetings/?cluster=lancaster",
    "/news/?theme=technology",
    "/sitemap-meetings.xml",
]


def kept_pages(world) -> list[str]:
    found = set(SEARCHES)
    for name, args, method, answers in ROWS:
        url = reverse(name, args=args(world))
        if method == "get" and answers["visitor"] == OK and hasattr(resolve(url).func, "visitors_parameters"):
            found.add(url)
    return sorted(found)
