"""The pages for what went wrong."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template

from clusters.files import is_bucket_away, is_full_disk


def bad_request(request, exception=None):
    if is_away(exception):  # a session that could not be saved is told as the visitor's mistake
        return out_of_order(request)
    return render(request, "400.html", status=400)


def forbidden(request, exception=None):
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)


def not_found(request, exception=None):
    return render(request, "404.html", status=404)


def server_error(request):
    """Rendered without the request: whatever failed must not fail again here."""
    number = getattr(request, "number", "")
    if is_full_disk(sys.exc_info()[1]):
        return HttpResponse(get_template("507.html").render({"number": number}), status=507)
    if is_away(sys.exc_info()[1]):
        return out_of_order(request)
    return HttpResponseServerError(get_template("500.html").render({"number": number}))


def is_away(error: BaseException | None) -> bool:
    """Whether Postgres or the bucket did not answer, also where that was told as something else on the way."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError) or is_bucket_away(error):
            return True
        error = error.__context__
    return False


def out_of_order(request):
    """What we need does not answer: it will be back, and so may the visitor."""
    return HttpResponse(get_template("503.html").render(), status=503, headers={"Retry-After": "30"})
