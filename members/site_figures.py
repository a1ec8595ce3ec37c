"""How the site is doing, for its operator: numbers by day, and what waits. Nobody's name or address."""

from collections import Counter
from datetime import date, datetime, time

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters import tallies

from .health import health
from .models import OutgoingMail, Report, User

SLOWED = {  # what settings.ACCOUNT_RATE_LIMITS and clusters.limits slow
    "sign-in": gettext_lazy("Signing in"),
    "directory": gettext_lazy("Reading the directory"),
    "guest": gettext_lazy("Coming as a guest"),
    "contact": gettext_lazy("Messages to coordinators, by sender"),
    "contact_to": gettext_lazy("Messages to coordinators, by receiver"),
    "question": gettext_lazy("Asking a question"),
    "interest": gettext_lazy("Tell me when one starts"),
    "helpful": gettext_lazy("Whether an answer helped"),
    "csp_report": gettext_lazy("Reports of stopped scripts, by sender"),
    "csp_reports": gettext_lazy("Reports of stopped scripts, all"),
}


def by_day(rows: QuerySet, column: str, days: list[date]) -> list[int]:
    start = timezone.make_aware(datetime.combine(days[-1], time.min))
    found = rows.filter(**{f"{column}__gte": start}).annotate(day=TruncDate(column)).order_by()
    numbers = Counter(dict(found.values_list("day").annotate(number=Count("pk"))))
    return [numbers[day] for day in days]


def figures(today: date) -> dict:
    days = tallies.last_days(today)
    counted = tallies.by_day(["failed-sign-in", *(f"slowed:{action}" for action in SLOWED)], today)
    mails = OutgoingMail.objects.all()
    columns = [
        (_("New accounts"), by_day(User.objects.all(), "date_joined", days)),
        (_("Sign-ins that failed"), counted["failed-sign-in"]),
        (_("Mails written"), by_day(mails, "created_at", days)),
        (_("Mails given up"), by_day(mails.filter(state=OutgoingMail.State.FAILED), "created_at", days)),
    ]
    return {
        "names": [name for name, numbers in columns],
        "days": [(day, [numbers[row] for name, numbers in columns]) for row, day in enumerate(days)],
        "slowed": [
            (name, sum(counted[f"slowed:{action}"]), counted[f"slowed:{action}"][0])
            for action, name in SLOWED.items()
        ],
        "reports": Report.objects.open().count(),
        "waiting": mails.filter(state=OutgoingMail.State.WAITING).count(),
        "health": health(),
    }
