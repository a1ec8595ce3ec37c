"""Where made pages are kept: whole, as they go out, compressed and with their headers ready."""

from __future__ import annotations

import gzip
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from http import HTTPStatus
from threading import Lock
from typing import NamedTuple

import brotli
from django.conf import settings
from django.core.cache import caches
from django.utils.http import http_date, parse_etags

from clusters.asked_again import Question
from clusters.changes import numbers_of_changes, of_table

LEAST_TO_COMPRESS = 200  # bytes
ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
SHARED_FOR = 3600  # seconds at most; each process keeps its own besides
OURS = {"content-length", "etag", "last-modified", "vary"}  # headers that we set ourselves

logger = logging.getLogger(__name__)


class Key(NamedTuple):
    """What tells pages apart."""

    scheme: str  # all that Django tells it by
    host: str
    script: str
    path: str
    query: str
    theme: str
    language: str


class Answer:
    """What goes out: a page compressed or not, or the word that it is the one already known."""

    __slots__ = ("body", "code", "headers", "status")

    def __init__(self, code: int, headers: dict[str, str], body: bytes):
        self.code = code
        self.status = f"{code} {HTTPStatus(code).phrase}"
        self.headers = list(headers.items())
        self.body = body


class Page:
    def __init__(
        self,
        numbers: dict[str, int],
        tables: set[str],
        questions: list[Question],
        until: float,
        headers: dict[str, str],
        body: bytes,
    ):
        """`numbers` are of before it was made (clusters.changes), `tables` what it was made from, besides what its
        `questions` read (clusters.asked_again); `until` is the second in which it may become another by itself.
        """
        self.changes = numbers[""]
        # None where nobody counts.
        self.shown = {about: numbers.get(about) for about in map(of_table, tables)}
        self.questions = questions
        self.asked = {about: numbers.get(about) for question in questions for about in question.tables}
        self.until = until
        self.headers = {name: value for name, value in headers.items() if name.lower() not in OURS}
        self.vary = "Cookie, Accept-Encoding"
        if "Content-Language" in headers:  # there are others
            self.vary += ", Accept-Language"
        self.body = body
        self.made_at = int(time.time())
        # Weak, for all encodings are the same page.
        self.etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        self.answers: dict[tuple[str, bool], Answer] = {}

    @property
    def size(self) -> int:
        """Bytes in memory, near enough; the compressed ones come when first asked for."""
        return len(self.body) * 3 // 2 + 4096

    def holds(self, changes: int) -> bool:
        """Whether its time lasts and nothing it shows has changed, when there are so many `changes` in all."""
        if not self.made_at <= time.time() < self.until:
            return False
        if self.changes == changes:
            return True
        numbers = numbers_of_changes()
        if numbers is None or None in [*self.shown.values(), *self.asked.values()]:
            return False
        if any(numbers.get(about) != number for about, number in self.shown.items()):
            return False
        changed = {about for about, number in self.asked.items() if numbers.get(about) != number}
        if any(question.has_another_answer() for question in self.questions if changed & question.tables):
            return False
        self.asked = {about: numbers.get(about) for about in self.asked}
        self.changes = numbers[""]  # the others were not about it
        return True

    def answer(self, asked: Mapping[str, str]) -> Answer:
        """`asked`: the request's headers, as WSGI names them."""
        # Two pages may be made in one second, so it tells them apart only when it is over.
        is_dated = time.time() >= self.made_at + 1
        encoding = (
            "known"
            if self._is_known(asked, is_dated)
            else best_encoding(asked.get("HTTP_ACCEPT_ENCODING", ""))
        )
        answer = self.answers.get((encoding, is_dated))
        if answer is None:
            answer = self.answers[encoding, is_dated] = self._make_answer(encoding, is_dated)
        return answer

    def _is_known(self, asked: Mapping[str, str], is_dated: bool) -> bool:
        known = asked.get("HTTP_IF_NONE_MATCH")
        if known is not None:
            return known in (self.etag, "*") or self.etag.removeprefix("W/") in {
                tag.removeprefix("W/") for tag in parse_etags(known)
            }
        since = asked.get("HTTP_IF_MODIFIED_SINCE")
        return is_dated and since is not None and since == http_date(self.made_at)

    def _make_answer(self, encoding: str, is_dated: bool) -> Answer:
        headers = {
            "ETag": self.etag,
            "Vary": self.vary,
            # Anyone may keep it, and must ask us each time whether it still holds.
            "Cache-Control": self.headers.get("Cache-Control", "public, no-cache"),
        }
        if is_dated:
            headers["Last-Modified"] = http_date(self.made_at)
        if encoding == "known":
            return Answer(304, headers, b"")
        body = self.body
        if encoding and len(body) >= LEAST_TO_COMPRESS:
            twin = self.answers.get((encoding, not is_dated))
            body = twin.body if twin else ENCODE[encoding](body)
            headers["Content-Encoding"] = encoding
        return Answer(200, {**self.headers, **headers, "Content-Length": str(len(body))}, body)


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
        self.pages: OrderedDict[Key, Page] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Key) -> Page | None:
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        with self.lock:
            old = self.pages.pop(key, None)
            self.bytes += page.size - (old.size if old else 0)
            self.pages[key] = page
            while self.bytes > self.bytes_at_most:
                self.bytes -= self.pages.popitem(last=False)[1].size


class Shelves:
    """Pages with parameters have a shelf of their own, so that a robot that tries thousands of them can't push out the
    plain ones. With CACHE_URL, what one process makes the others take from there.
    """

    def __init__(self, bytes_at_most: int):
        self.plain = Shelf(bytes_at_most * 3 // 4)
        self.with_parameters = Shelf(bytes_at_most // 4)
        self.makers: dict[Key, list] = {}  # a lock, and how many threads want it
        self.lock = Lock()

    def shelf(self, key: Key) -> Shelf:
        return self.with_parameters if key.query else self.plain

    def get(self, key: Key) -> Page | None:
        """The last one kept in this process, which may no longer hold."""
        return self.shelf(key).get(key)

    def find(self, key: Key, changes: int) -> Page | None:
        """One that holds."""
        page = self.get(key)
        if page is not None and page.holds(changes):
            return page
        if settings.SHARE_VISITORS_PAGES:
            name = shared_key(key)
            page = shared(lambda cache: cache.get(name))
            if page is not None and page.holds(changes):
                self.shelf(key).put(key, page)
                return page
        return None

    def keep(self, key: Key, page: Page) -> None:
        self.shelf(key).put(key, page)
        if settings.SHARE_VISITORS_PAGES:
            name = shared_key(key)
            seconds = min(page.until - time.time(), SHARED_FOR)
            shared(lambda cache: cache.set(name, page, timeout=seconds))

    @contextmanager
    def making(self, key: Key) -> Iterator[None]:
        """One thread makes a page; others that want it wait, and look again."""
        with self.lock:
            maker = self.makers.setdefault(key, [Lock(), 0])
            maker[1] += 1
        try:
            with maker[0]:
                yield
        finally:
            with self.lock:
                maker[1] -= 1
                if not maker[1]:
                    del self.makers[key]


def shared_key(key: Key) -> str:
    words = "\n".join([settings.RELEASE, *key])
    return f"page-{hashlib.blake2b(words.encode('utf-8', 'surrogateescape'), digest_size=20).hexdigest()}"


def shared(act: Callable):
    """A cache that is away makes pages slower, nothing else."""
    try:
        return act(caches["default"])
    except Exception as error:
        logger.warning("The shared cache does not answer: %s", error)
        return None
