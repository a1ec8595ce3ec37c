"""Whether the time of an answer tells if an address is known: the least computing of alternating tries, in
milliseconds, for other work of the machine only adds to it; and how often the database was asked.

    python -m bench.enumeration

Needs the demo's people. What the tries write is taken back.
"""

import os
import time

import django

TRIES = 12
KNOWN, UNKNOWN = "ellen.thwaite@lune-valley-systems.example", "nobody.here@lune-valley-systems.example"
MOST = 40  # milliseconds of difference


def forms() -> dict:
    from django.urls import reverse

    from meetings.models import Meeting

    found = {
        "sign in, wrong password": (
            reverse("account_login"),
            lambda email: {"login": email, "password": "wrong"},
        ),
        "ask for a code": (reverse("account_request_login_code"), lambda email: {"email": email}),
        "forgot the password": (reverse("account_reset_password"), lambda email: {"email": email}),
        "sign up": (
            reverse("account_signup"),
            lambda email: {"name": "Ann", "email": email, "password1": "four words of mine"},
        ),
    }
    meeting = Meeting.objects.visible_to(anybody()).upcoming().filter(openness="public").first()
    if meeting:
        url = reverse("meetings:guest", args=[meeting.pk])
        found["come as a guest"] = (url, lambda email: {"name": "Ann", "email": email})
    return found


def anybody():
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def tries(url: str, data) -> dict[str, tuple[float, int]]:
    """For the known and for the unknown address the least seconds of computing, and the number of queries."""
    from django.core.cache import cache
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    took: dict[str, list[tuple[float, int]]] = {KNOWN: [], UNKNOWN: []}
    for _ in range(TRIES):
        for email, found in took.items():
            cache.clear()
            with transaction.atomic(), CaptureQueriesContext(connection) as queries:
                start = time.process_time()
                Client(SERVER_NAME="localhost").post(url, data(email))
                found.append((time.process_time() - start, len(queries)))
                transaction.set_rollback(True)
    return {email: min(found) for email, found in took.items()}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.test import override_settings

    print(
        f"| form | known, ms (queries) | unknown, ms (queries) | difference (at most {MOST}) |\n|---|---|---|---|"
    )
    with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}):
        for name, (url, data) in forms().items():
            known, unknown = tries(url, data).values()
            milliseconds = [round(1000 * one[0]) for one in (known, unknown)]
            print(
                f"| {name} | {milliseconds[0]} ({known[1]}) | {milliseconds[1]} ({unknown[1]}) "
                f"| {abs(milliseconds[0] - milliseconds[1])} |"
            )


if __name__ == "__main__":
    main()
