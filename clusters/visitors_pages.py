"""Pages that are the same for all visitors, made once and served until something changes.

A view says so by `@same_for_visitors(…)`, naming the parameters it reads. Its page is kept with the numbers of changes
(clusters.changes) read *before* it was made, and served for as long as these are the same, which is asked for each
request or known to hold for some milliseconds more: so nothing was committed from before its first query to the moment
it is served, anywhere. Asked is the number of all changes; only when that is another one, those of the tables that the
page was made from (clusters.tables_read), and then perhaps once more what it asked of some of them
(clusters.asked_again). And it is served no longer than what it shows holds by the clock (clusters.present): until a
meeting is over, or midnight.

What tells pages apart: scheme, host, path, the parameters the view reads, the choice of light or dark, and with
several languages the reader's. A request with a session, and so whatever a person signed in may see, passes by.

`ServeKeptPages` stands before Django and sends what is kept. `KeepVisitorsPages`, within Django, keeps what is made;
it also finds the page of an address with more parameters than its view reads.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.cookie import parse_cookie
from django.urls import Resolver404, resolve

from clusters import logs, present
from clusters.asked_again import remembering
from clusters.brands import theme_in
from clusters.changes import number_of_changes, numbers_of_changes
from clusters.languages import language_for
from clusters.shelves import Answer, Key, Page, Shelves
from clusters.tables_read import tables_read

LARGEST = 512 * 1024  # bytes of one page
SHELVES = "clusters.shelves"  # where ServeKeptPages puts them in the environ


def same_for_visitors(*parameters: str):
    """Marks a view whose page depends on nothing but its address, these parameters and the data.

    It gets no other parameters from visitors, so that none can make a second page of it.
    """

    def mark(view):
        view.visitors_parameters = frozenset(parameters)
        return view

    return mark


class ServeKeptPages:
    """The WSGI application before Django's: a kept page goes out without Django making a request of it."""

    def __init__(self, application):
        self.application = application
        self.shelves = Shelves(settings.VISITORS_PAGES_BYTES)

    def __call__(self, environ, start_response):
        start = time.monotonic()
        answer = self.kept(environ)
        if answer is None:
            environ[SHELVES] = self.shelves
            return self.application(environ, start_response)
        number = logs.new_number()
        start_response(answer.status, [*answer.headers, ("X-Request-ID", number)])
        milliseconds = round((time.monotonic() - start) * 1000)
        if logs.is_told(answer.code, milliseconds):
            logs.tell(WSGIRequest(environ), number, answer.code, milliseconds)
        return [answer.body] if environ["REQUEST_METHOD"] == "GET" else []

    def kept(self, environ: dict) -> Answer | None:
        cookies = environ.get("HTTP_COOKIE", "")
        # Django decodes what is not ASCII, and might read another path or cookie in it.
        if not (may_be_kept(environ) and environ["PATH_INFO"].isascii() and cookies.isascii()):
            return None
        key = key_of(environ, parse_cookie(cookies) if cookies else {})
        page = self.shelves.get(key)
        if page is None and key.query:
            page = self.shelves.get(key._replace(query=in_order(given_in(key.query))))
        if page is None:
            return None
        changes = number_of_changes()
        if changes is None or not page.holds(changes):
            return None
        return page.answer(environ)


class KeepVisitorsPages:
    """Stands before sessions and sign-in, and answers from what is kept."""

    def __init__(self, get_response):
        if not settings.VISITORS_PAGES_BYTES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.shelves = Shelves(settings.VISITORS_PAGES_BYTES)

    def __call__(self, request):
        parameters = parameters_of(request) if may_be_kept(request.META) else None
        if parameters is None or (numbers := numbers_of_changes()) is None:
            return self.get_response(request)
        changes = numbers[""]
        shelves = request.META.get(SHELVES, self.shelves)
        leave_only(request, parameters)
        key = key_of(request.META, request.COOKIES)
        page = shelves.find(key, changes)
        if page is None:
            with shelves.making(key):
                page = shelves.find(key, changes)
                if page is None:
                    with tables_read() as tables, remembering() as questions, present.spell() as spell:
                        response = self.get_response(request)
                    if not is_for_all(request, response, key.language):
                        return response
                    headers = dict(response.items())
                    page = Page(numbers, tables, questions, spell.until, headers, response.content)
                    shelves.keep(key, page)
        return response_of(page.answer(request.META), with_body=request.method == "GET")


def may_be_kept(meta: dict) -> bool:
    return (
        meta["REQUEST_METHOD"] in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in meta.get("HTTP_COOKIE", "")
        and "HTTP_AUTHORIZATION" not in meta
    )


def key_of(meta: dict, cookies: dict[str, str]) -> Key:
    scheme = meta["wsgi.url_scheme"]
    if settings.SECURE_PROXY_SSL_HEADER:
        scheme += f" {meta.get(settings.SECURE_PROXY_SSL_HEADER[0])}"
    return Key(
        scheme,
        meta.get("HTTP_HOST", ""),
        meta["SCRIPT_NAME"],
        meta["PATH_INFO"],
        meta.get("QUERY_STRING", ""),
        theme_in(cookies),
        language_for(meta, cookies),
    )


def parameters_of(request: HttpRequest) -> frozenset[str] | None:
    """Those that the view reads; None if its page is not the same for all."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None
    return getattr(view, "visitors_parameters", None)


def leave_only(request: HttpRequest, parameters: frozenset[str]) -> None:
    query = request.META.get("QUERY_STRING", "")
    if query:
        given = {name: value for name, value in given_in(query).items() if name in parameters}
        request.META["QUERY_STRING"] = in_order(given)


def given_in(query: str) -> dict[str, str]:
    """What says something: forms send their empty fields too. Of several values of one parameter the last counts."""
    return dict(parse_qsl(query))


def in_order(given: dict[str, str]) -> str:
    """As kept pages have it."""
    return urlencode(sorted(given.items()))


def is_for_all(request: HttpRequest, response: HttpResponse, language: str) -> bool:
    """Belt and braces: whatever speaks against keeping a page, though its view is marked."""
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",") if name.strip()}
    control = response.get("Cache-Control", "")
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not request.user.is_authenticated
        and varies <= {"cookie", "accept-encoding", "accept-language"}
        and response.get("Content-Language", language) == language
        and "private" not in control
        and "no-store" not in control
        and "nonce-" not in response.get("Content-Security-Policy", "")
        and len(response.content) <= LARGEST
    )


def response_of(answer: Answer, *, with_body: bool) -> HttpResponse:
    if answer.code == HTTPStatus.NOT_MODIFIED:
        return HttpResponseNotModified(headers=dict(answer.headers))
    return HttpResponse(answer.body if with_body else b"", headers=dict(answer.headers))
