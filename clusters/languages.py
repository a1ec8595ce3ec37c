"""Which language words are in, where the site has several (settings.LANGUAGES)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


@contextmanager
def in_site_language() -> Iterator[None]:
    """For what others than the reader of the page get to read: mails, and what is stored. Also a decorator."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


def language_for(meta: Mapping, cookies: Mapping[str, str]) -> str:
    """The one in which Django's LocaleMiddleware would answer the request."""
    if len(settings.LANGUAGES) == 1:
        return settings.LANGUAGE_CODE
    return wanted(cookies.get(settings.LANGUAGE_COOKIE_NAME, ""), meta.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=256)
def wanted(chosen: str, accepted: str) -> str:
    request = HttpRequest()
    request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: chosen}
    request.META = {"HTTP_ACCEPT_LANGUAGE": accepted}
    return translation.get_language_from_request(request)
