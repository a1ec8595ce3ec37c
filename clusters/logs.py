"""What the logs say: each line with the number of its request, and nothing about persons.

Addresses are logged as their pattern ("turns/<str:token>/"): what stands in them may be a secret.
"""

import json
import logging
import random
import time
from contextlib import suppress
from contextvars import ContextVar

from django.conf import settings
from django.urls import Resolver404, resolve

number_of_request: ContextVar[str] = ContextVar("number_of_request", default="")

log = logging.getLogger("requests")

# What every record has; what else it carries was given as `extra` and is logged by name.
ORDINARY = {*vars(logging.makeLogRecord({})), "message", "asctime", "request", "request_id"}


class NumberRequests:
    """Gives each request a number: in its log lines, in X-Request-ID and on the error page.

    Logs requests that failed or took longer than settings.SLOW_REQUEST milliseconds; all with LOG_REQUESTS.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        number = request.number = new_number()
        token = number_of_request.set(number)
        start = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = number
            milliseconds = round((time.monotonic() - start) * 1000)
            if is_told(response.status_code, milliseconds):
                tell(request, number, response.status_code, milliseconds)
        finally:
            number_of_request.reset(token)
        return response


def new_number() -> str:
    """It is no secret; asking the system for one would hand the interpreter to another thread and back."""
    return f"{random.getrandbits(48):012x}"


def is_told(status: int, milliseconds: int) -> bool:
    return milliseconds > settings.SLOW_REQUEST or status >= 500 or settings.LOG_REQUESTS


def tell(request, number: str, status: int, milliseconds: int) -> None:
    token = number_of_request.set(number)
    facts = {"method": request.method, "route": route_of(request), "status": status, "ms": milliseconds}
    level = logging.WARNING if milliseconds > settings.SLOW_REQUEST else logging.INFO
    log.log(level, "%(method)s %(route)s %(status)s in %(ms)s ms", facts, extra=facts)
    number_of_request.reset(token)


def route_of(request) -> str:
    match = getattr(request, "resolver_match", None)
    if match is None:  # answered before its view was looked for
        with suppress(Resolver404):
            match = resolve(request.path_info)
    return f"/{match.route}" if match else "an unknown address"


class WithRequest(logging.Filter):
    """Adds the number of the request to each record, and takes the address out of Django's own."""

    def filter(self, record):
        record.request_id = number_of_request.get() or "-"
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if arg == path else arg for arg in record.args)
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs that collect logs."""

    def format(self, record):
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in ORDINARY},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
