"""The addresses of rows. A list asks for dozens of them, and Django looks through all patterns for each."""

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse


def address(name: str, *args) -> str:
    return _found(name, args, get_script_prefix(), get_urlconf())


@lru_cache(maxsize=10_000)  # of some 200 bytes
def _found(name: str, args: tuple, prefix: str, urlconf: str | None) -> str:
    """All that an address depends on is among the arguments."""
    return reverse(name, urlconf, args)
