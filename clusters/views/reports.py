"""What browsers tell us of things on our pages that the Content-Security-Policy stopped."""

import json
import logging
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clusters import limits

LARGEST = 8 * 1024  # bytes of one report
WORD = re.compile(r"[a-z-]{1,40}")
HOST = re.compile(r"[a-z0-9.:-]{1,100}")

log = logging.getLogger(__name__)


@csrf_exempt  # browsers send it by themselves
@login_not_required
@require_POST
def csp_report(request):
    """Always the same answer: nobody learns from it what was read."""
    if size_of(request) <= LARGEST and is_among_the_first(request):
        directive, stopped, page = facts_of(request.body)
        if directive:
            log.warning("Browsers stopped %s for %s on %s", stopped, directive, page)
    return HttpResponse(status=204)


def size_of(request) -> int:
    """As announced: without an announcement the server reads nothing."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    return int(size) if size.isascii() and size.isdigit() else LARGEST + 1


def is_among_the_first(request) -> bool:
    """Of one address of the internet, and of all: nobody fills the log with it."""
    return bool(limits.within(request, "csp_report") and limits.within(request, "csp_reports", key="all"))


def facts_of(body: bytes) -> tuple[str, str, str]:
    """The directive, what was stopped and the page: as words, hosts and patterns, so that nothing in it is personal.

    An empty directive: it is no report of ours.
    """
    try:
        report = json.loads(body)["csp-report"]
        directive = str(report.get("effective-directive") or report["violated-directive"]).split()[0]
        blocked, page = urlsplit(str(report.get("blocked-uri", ""))), urlsplit(str(report["document-uri"]))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return "", "", ""
    ours = directive.removesuffix("-elem").removesuffix("-attr")  # browsers say which part of script-src
    if ours not in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]:
        return "", "", ""
    return directive, named(blocked), pattern_of(page.path)


def named(blocked) -> str:
    """The host of an address; of "inline", "eval" and "data" the word."""
    if blocked.hostname:
        return blocked.hostname if HOST.fullmatch(blocked.hostname) else "an odd host"
    word = blocked.scheme or blocked.path
    return word if WORD.fullmatch(word) else "something"


def pattern_of(path: str) -> str:
    try:
        return f"/{resolve(path).route}"
    except Resolver404:
        return "an unknown address"
