"""/healthz: whether the site can do its work, for load balancers and whoever is woken at night."""

from datetime import timedelta

from django.db import Error
from django.db.models import Max, Min
from django.http import HttpResponseNotAllowed, JsonResponse

from clusters import clocks, present

from .models import OutgoingMail, WorkerBeat

WORKER_SEEN_WITHIN = timedelta(minutes=2)


class AnswerHealth:
    """Stands before all other middleware: a probe comes by address without TLS, and must get its answer
    when the sessions or the database behind the others are gone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info != "/healthz":
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        facts = health()
        return JsonResponse(facts, status=200 if facts["ok"] else 503, headers={"Cache-Control": "no-store"})


def health() -> dict:
    """Nothing of anybody: the probe needs no sign-in."""
    try:
        seen = WorkerBeat.objects.aggregate(at=Max("seen_at"))["at"]
        waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING)
        oldest = waiting.aggregate(at=Min("created_at"))["at"]
        ahead = clocks.ahead()
    except Error:
        return {"ok": False, "database": False}
    now = present.now() - ahead  # the database's, by which workers are seen
    return {
        "ok": seen is not None and now - seen < WORKER_SEEN_WITHIN and abs(ahead) < clocks.MOST,
        "database": True,
        "clock_seconds_ahead": round(ahead.total_seconds()),
        "worker_seen_seconds_ago": seen and int((now - seen).total_seconds()),
        "oldest_waiting_mail_seconds": oldest and int((now - oldest).total_seconds()),
    }
