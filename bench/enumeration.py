"""Whether the time of an answer tells if an address is known: the quickest of alternating tries, in milliseconds,
for other work of the machine only makes them slower.

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


def tries(url: str, data) -> dict[str, float]:
    """The least seconds for the known and for the unknown address."""
    from django.core.cache import cache
    from django.db import transaction
    from django.test import Client

    took: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for _ in range(TRIES):
        for email, times in took.items():
            cache.clear()
            with transaction.atomic():
                start = time.perf_counter()
                Client(SERVER_NAME="localhost").post(url, data(email))
                times.append(time.perf_counter() - start)
                transaction.set_rollback(True)
    return {email: min(times) for email, times in took.items()}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.test import override_settings

    print(f"| form | known, ms | unknown, ms | difference (at most {MOST}) |\n|---|---|---|---|")
    with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}):
        for name, (url, data) in forms().items():
            known, unknown = (1000 * seconds for seconds in tries(url, data).values())
            print(f"| {name} | {known:.0f} | {unknown:.0f} | {abs(known - unknown):.0f} |")


if __name__ == "__main__":
    main()
