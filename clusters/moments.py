"""When lists become others though nobody changes anything: as a meeting is over, or an article is out."""

from datetime import datetime

from django.apps import apps
from django.utils import timezone

from clusters import present
from clusters.kept_figures import kept

# Columns that what visitors see is compared with, and the rows of which it matters; those have an index.
MOMENTS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "meetings.Meeting": [("starts_at", {}), ("ends_at", {"state": "published"})],
    "news.Article": [("published_at", {"state": "published"})],
}


def now_among(label: str) -> datetime:
    """Now, to be compared with these moments of a model's rows alone: what follows holds until the next of them."""
    if present.is_asked_for():
        kept(("next moment", label), lambda: note_next(label), of=(label,))
    return timezone.now()


def note_next(label: str) -> None:
    now = timezone.now()
    rows = apps.get_model(label).objects
    columns = [
        rows.filter(**of_those, **{f"{column}__gte": now}).order_by(column).values_list(column)[:1]
        for column, of_those in MOMENTS[label]
    ]
    ahead = columns[0].union(*columns[1:], all=True) if len(columns) > 1 else columns[0]
    present.until([moment for (moment,) in ahead], now)
