"""Puts the demo content into the database, all of it or nothing."""

from collections.abc import Callable
from datetime import date

from django.db import connection, transaction

from clusters.models import Association
from news.demo import (
    articles,
    campaigns,
    events,
    exchange,
    feedback,
    firms,
    letters,
    lists,
    logos,
    meetings,
    organisations,
    rooms,
)
from news.demo.stage import Stage
from news.demo.texts import blocks


def is_loaded() -> bool:
    slugs = [block.name for block in blocks("associations.txt")]
    return Association.objects.filter(slug__in=slugs).exists()


@transaction.atomic
def load(today: date, progress: Callable[[str], None]) -> Stage:
    """Everything is dated by `today`: the same day gives the same content."""
    stage = Stage(today, progress)
    organisations.load(stage)
    firms.load(stage)
    logos.load(stage)
    meetings.load(stage, rooms.load(stage))
    feedback.load(stage)
    events.load(stage)
    campaigns.load(stage)
    articles.load(stage)
    exchange.load(stage)
    letters.load(stage)
    lists.load(stage)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # else Postgres takes the tables for empty; a drive's figures took it 45 s
    return stage
