"""What may be done only so often, counted for all processes together; whoever is slowed is counted for the operator.

Addresses of the internet are those that allauth believes (settings.ALLAUTH_TRUSTED_PROXY_COUNT), kept scrambled and
for as long as they count.
"""

import time
from collections import Counter
from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from clusters import tallies
from clusters.counting import count

HOUR = 3600
# Nobody reads as much; a whole firm behind one address of the internet hardly does. Pages kept for visitors
# (clusters.visitors_pages) cost nothing and don't count.
PAGES_AN_HOUR = 600
PAGES_AT_ONCE = 20  # so many are counted in the process before the others hear of them
PEOPLE_AT_ONCE = 10_000  # are counted in a process

_read: Counter[str] = Counter()
_stopped: dict[str, float] = {}  # until when, by time.monotonic()


def within(request, action: str, key: str | None = None) -> bool:
    """Whether settings.ACCOUNT_RATE_LIMITS lets this be done once more. For what is sent, not for what is read."""
    if ratelimit.consume(request, action=action, key=key):
        return True
    tallies.add(f"slowed:{action}")
    return False


def slowed(view):
    """For pages that taken together are a list of everybody: who takes them one after the other has to wait."""

    @wraps(view)
    def careful(request, *args, **kwargs):
        if not may_read_on(reader_of(request)):
            response = render(request, "clusters/slowed.html", status=429)
            response["Retry-After"] = str(HOUR // 6)
            return response
        return view(request, *args, **kwargs)

    return careful


def may_read_on(reader: str) -> bool:
    if _stopped.get(reader, 0) > time.monotonic():
        return False
    if len(_read) > PEOPLE_AT_ONCE:
        forget()
    _read[reader] += 1
    if _read[reader] % PAGES_AT_ONCE:
        return True
    key = f"read:{reader}:{int(time.time() // HOUR)}"
    if count(key, PAGES_AT_ONCE, HOUR) <= PAGES_AN_HOUR:
        return True
    _read[reader] -= 1  # so that the next page after a minute asks again
    _stopped[reader] = time.monotonic() + 60
    tallies.add("slowed:directory")
    return False


def reader_of(request) -> str:
    who = (
        f"user {request.user.pk}"
        if request.user.is_authenticated
        else get_adapter(request).get_client_ip(request)
    )
    return salted_hmac("clusters.limits", str(who)).hexdigest()[:24]


def forget() -> None:
    """What this process has counted."""
    _read.clear()
    _stopped.clear()
