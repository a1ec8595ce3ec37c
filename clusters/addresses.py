"""Addresses, both ways. A list asks for those of dozens of rows, and Django looks through all patterns for each."""

from functools import lru_cache

from django.urls import ResolverMatch, URLResolver, get_script_prefix, get_urlconf, reverse
from django.urls.resolvers import RoutePattern

REMEMBERED = 500


def address(name: str, *args) -> str:
    return _found(name, args, get_script_prefix(), get_urlconf())


@lru_cache(maxsize=10_000)  # of some 200 bytes
def _found(name: str, args: tuple, prefix: str, urlconf: str | None) -> str:
    """All that an address depends on is among the arguments."""
    return reverse(name, urlconf, args)


class Remembering(URLResolver):
    """Finds the views of addresses, and of those asked for lately without comparing them with all patterns again.

    Django asks twice or more for one page, and an address late in the list is compared with some eighty. What is
    remembered is shared by requests: Django's own resolver, which stands before, makes of it a match for each.
    """

    def __init__(self, patterns: list):
        super().__init__(RoutePattern(""), patterns)
        self._find = lru_cache(REMEMBERED)(self._look_for)

    def resolve(self, path: str) -> ResolverMatch:
        return self._find(str(path))

    def _look_for(self, path: str) -> ResolverMatch:
        match = super().resolve(path)
        match.tried = None  # some eighty, for a page that is shown to developers alone
        return match
