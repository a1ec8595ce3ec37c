"""Pages that are the same for all visitors, made once and served until something changes.

A view says so by `@same_for_visitors(…)`, naming the parameters it reads. Its page is kept with the number of changes
(clusters.changes) read *before* it was made, and served for as long as that number, asked at each request, is the
same: so nothing was committed from before its first query to the moment it is served, anywhere. And it is served in
the minute it was made in alone, so whatever depends on the clock is at most as late as the clock's last minute.

What tells pages apart: scheme, host, path, the parameters the view reads, and the choice of light or dark. A request
with a session, and so whatever a person signed in may see, passes by.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from urllib.parse import parse_qsl, urlencode

import brotli
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.urls import Resolver404, resolve
from django.utils.http import http_date, parse_etags

from clusters.brands import theme_of
from clusters.changes import number_of_changes

LARGEST = 512 * 1024  # bytes of one page
LEAST_TO_COMPRESS = 200  # bytes
ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
OURS = {"content-length", "etag", "last-modified", "vary"}  # headers that we set ourselves

logger = logging.getLogger(__name__)


def same_for_visitors(*parameters: str):
    """Marks a view whose page depends on nothing but its address, these parameters and the data.

    It gets no other parameters from visitors, so that none can make a second page of it.
    """

    def mark(view):
        view.visitors_parameters = frozenset(parameters)
        return view

    return mark


class Page:
    def __init__(self, edition: tuple[int, int], headers: dict[str, str], body: bytes):
        """`edition`: the number of changes and the minute since 1970 in which it was made."""
        self.edition = edition
        self.headers = headers
        self.body = body
        self.made_at = int(time.time())
        # Weak, for all encodings are the same page.
        self.etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        self.forms: dict[tuple[str, bool], Form] = {}

    @property
    def size(self) -> int:
        """Bytes in memory, near enough; the compressed ones come when first asked for."""
        return len(self.body) * 3 // 2 + 4096

    def answer(self, request: HttpRequest) -> HttpResponse:
        # Two pages may be made in one second, so it tells them apart only when it is over.
        is_dated = time.time() >= self.made_at + 1
        if self._is_known_to(request, is_dated):
            return self.form("known", is_dated).response(status=304)
        form = self.form(best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", "")), is_dated)
        return form.response(status=200, with_body=request.method == "GET")

    def form(self, encoding: str, is_dated: bool) -> Form:
        form = self.forms.get((encoding, is_dated))
        if form is None:
            form = self.forms[encoding, is_dated] = self._make_form(encoding, is_dated)
        return form

    def _make_form(self, encoding: str, is_dated: bool) -> Form:
        headers = {
            "ETag": self.etag,
            "Vary": "Cookie, Accept-Encoding",
            # Anyone may keep it, and must ask us each time whether it still holds.
            "Cache-Control": self.headers.get("Cache-Control", "public, no-cache"),
        }
        if is_dated:
            headers["Last-Modified"] = http_date(self.made_at)
        if encoding == "known":
            return Form(b"", headers)
        body = self.body
        if encoding and len(body) >= LEAST_TO_COMPRESS:
            twin = self.forms.get((encoding, not is_dated))
            body = twin.body if twin else ENCODE[encoding](body)
            headers["Content-Encoding"] = encoding
        return Form(body, {**self.headers, **headers, "Content-Length": str(len(body))})

    def _is_known_to(self, request: HttpRequest, is_dated: bool) -> bool:
        known = request.META.get("HTTP_IF_NONE_MATCH")
        if known is not None:
            return known in (self.etag, "*") or self.etag.removeprefix("W/") in {
                tag.removeprefix("W/") for tag in parse_etags(known)
            }
        since = request.META.get("HTTP_IF_MODIFIED_SINCE")
        return is_dated and since is not None and since == http_date(self.made_at)


class Form:
    """A page as it goes out: compressed or not, with its headers ready."""

    def __init__(self, body: bytes, headers: dict[str, str]):
        self.body = body
        self.headers = ResponseHeaders(headers)

    def response(self, *, status: int, with_body: bool = True) -> HttpResponse:
        response = HttpResponse(self.body if with_body else b"", status=status)
        response.headers = ReadyHeaders(self.headers)
        return response


class ReadyHeaders(ResponseHeaders):
    """A copy, for what stands outside adds to them; made without checking again what was checked once."""

    def __init__(self, checked: ResponseHeaders):
        self._store = checked._store.copy()


@lru_cache(maxsize=64)
def best_encoding(accepted: str) -> str:
    """Of an Accept-Encoding header: "br", "gzip" or "" for neither."""
    refused = {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    names = set()
    for offer in accepted.split(","):
        name, _, weight = offer.partition(";")
        if weight.strip() not in refused:
            names.add(name.strip().lower())
    return next((name for name in ENCODE if name in names), "")


class Shelf:
    """So many bytes of pages, in this process; the one not asked for longest goes first."""

    def __init__(self, bytes_at_most: int):
        self.bytes_at_most = bytes_at_most
        self.bytes = 0
        self.pages: OrderedDict[tuple, Page] = OrderedDict()
        self.lock = Lock()

    def get(self, key: tuple, edition: tuple[int, int]) -> Page | None:
        with self.lock:
            page = self.pages.get(key)
            if page is None or page.edition != edition:
                return None
            self.pages.move_to_end(key)
            return page

    def put(self, key: tuple, page: Page) -> None:
        with self.lock:
            old = self.pages.pop(key, None)
            self.bytes += page.size - (old.size if old else 0)
            self.pages[key] = page
            while self.bytes > self.bytes_at_most:
                self.bytes -= self.pages.popitem(last=False)[1].size


class KeepVisitorsPages:
    """Stands before sessions and sign-in, and answers from what is kept.

    Pages with parameters have a shelf of their own, so that a robot that tries thousands of them can't push out the
    plain ones. With CACHE_URL, what one process makes the others take from there.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.plain = Shelf(settings.VISITORS_PAGES_BYTES * 3 // 4)
        self.with_parameters = Shelf(settings.VISITORS_PAGES_BYTES // 4)

    def __call__(self, request):
        if not may_be_kept(request):
            return self.get_response(request)
        changes = number_of_changes()
        if changes is None:
            return self.get_response(request)
        edition = changes, int(time.time() // 60)
        key = key_of(request)
        page = self.find(key, edition)
        if page is None:
            parameters = parameters_of(request)
            if parameters is None:
                return self.get_response(request)
            leave_only(request, parameters)
            if key != (key := key_of(request)):
                page = self.find(key, edition)
        if page is None:
            response = self.get_response(request)
            if not is_for_all(request, response):
                return response
            page = Page(edition, kept_headers(response), response.content)
            self.keep(key, page)
        return page.answer(request)

    def shelf(self, key: tuple) -> Shelf:
        return self.with_parameters if key[3] else self.plain

    def find(self, key: tuple, edition: tuple[int, int]) -> Page | None:
        page = self.shelf(key).get(key, edition)
        if page is None and settings.SHARE_VISITORS_PAGES:
            name = shared_key(key)
            page = shared(lambda cache: cache.get(name))
            if page is not None and page.edition != edition:
                return None
            if page is not None:
                self.shelf(key).put(key, page)
        return page

    def keep(self, key: tuple, page: Page) -> None:
        self.shelf(key).put(key, page)
        if settings.SHARE_VISITORS_PAGES:
            name = shared_key(key)
            shared(lambda cache: cache.set(name, page, timeout=60))


def may_be_kept(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "HTTP_AUTHORIZATION" not in request.META
    )


def key_of(request: HttpRequest) -> tuple:
    meta = request.META
    return (
        request.scheme,
        meta.get("HTTP_HOST", ""),
        request.path,
        meta.get("QUERY_STRING", ""),
        theme_of(request),
    )


def parameters_of(request: HttpRequest) -> frozenset[str] | None:
    """Those that the view reads; None if its page is not the same for all."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None
    return getattr(view, "visitors_parameters", None)


def leave_only(request: HttpRequest, parameters: frozenset[str]) -> None:
    """Of several values of one parameter, views read the last."""
    query = request.META.get("QUERY_STRING", "")
    if query:
        given = {name: value for name, value in parse_qsl(query) if name in parameters}
        request.META["QUERY_STRING"] = urlencode(sorted(given.items()))


def is_for_all(request: HttpRequest, response: HttpResponse) -> bool:
    """Belt and braces: whatever speaks against keeping a page, though its view is marked."""
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",") if name.strip()}
    control = response.get("Cache-Control", "")
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not request.user.is_authenticated
        and varies <= {"cookie", "accept-encoding"}
        and "private" not in control
        and "no-store" not in control
        and "nonce-" not in response.get("Content-Security-Policy", "")
        and len(response.content) <= LARGEST
    )


def kept_headers(response: HttpResponse) -> dict[str, str]:
    return {name: value for name, value in response.items() if name.lower() not in OURS}


def shared_key(key: tuple) -> str:
    words = "\n".join([settings.RELEASE, *key])
    return f"page-{hashlib.blake2b(words.encode('utf-8', 'surrogateescape'), digest_size=20).hexdigest()}"


def shared(act: Callable):
    """A cache that is away makes pages slower, nothing else."""
    try:
        return act(caches["default"])
    except Exception as error:
        logger.warning("The shared cache does not answer: %s", error)
        return None
