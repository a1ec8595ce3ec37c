"""Whatever is changed by whomever, and whenever it is: what is served from what is kept is what would be made then.

Rows of all tables are changed at random, time goes on at random, and in between readers of all kinds open pages. Which
numbers are drawn is the same in each run; CHANCE=… python -m pytest tests/test_kept_is_true.py draws others.
"""

import os
import random
import re
from collections import OrderedDict, deque
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import DataError, IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone

from clusters import fragments, kept_figures, limits
from clusters.changes import watched_models
from meetings.models import Meeting, Registration
from tests import factories
from tests.access.answers import OK
from tests.access.world import places_and_people, world_of
from tests.clusters.test_visitors_pages import Server, client_behind
from tests.conftest import client_of
from tests.kept_pages import kept_pages
from tests.test_access import ROWS

STEPS = 100
PAGES_A_STEP = 4
READERS = ["member", "other_member", "newcomer", "coordinator", "other_coordinator", "officer", "operator"]
# What no form lets through, and pages rely on.
NOT_CHANGED = set("time_zone slug uid token accent domain path file email password cadence".split())  # noqa: SIM905


class Chance:
    """Changes a column of a row somewhere, or takes the row away."""

    def __init__(self, seed: int):
        self.draw = random.Random(seed)
        self.models = sorted(watched_models(), key=lambda model: model._meta.label)

    def look(self, pages: dict[str, list[str]], lately: Sequence[tuple[str, str]]) -> tuple[str, str]:
        """Who looks at what: often what was looked at lately, and mostly visitors at what most of them come for."""
        if lately and self.draw.random() < 0.6:
            return self.draw.choice(lately)
        if self.draw.random() < 0.5:
            return "visitor", self.draw.choice(pages["visitor"][:4])
        name = self.draw.choice([*pages])
        return name, self.draw.choice(pages[name])

    def acts(self) -> list[str]:
        """Up to two, told in words."""
        return [
            self.draw.choice([self.answer, self.answer, self.change])() for _ in range(self.draw.randrange(3))
        ]

    def answer(self) -> str:
        """What is written most: somebody comes to a meeting, or does not."""
        row = self.draw.choice(list(Registration.objects.order_by("pk")) or [Registration()])
        state = self.draw.choice(["registered", "declined"])
        Registration.objects.filter(pk=row.pk).update(state=state)
        return f"{row!r} is {state}"

    def change(self) -> str:
        model = self.draw.choice(self.models)
        row = model._base_manager.order_by("pk")[self.draw.randrange(12) :].first()
        fields = [field for field in model._meta.concrete_fields if self.may_change(field)]
        if row is None or not fields:
            return "nothing"
        field = self.draw.choice(fields)
        try:
            with transaction.atomic():
                if self.draw.random() < 0.05:
                    row.delete()
                    return f"{row!r} was deleted"
                value = self.another(field, getattr(row, field.attname))
                model._base_manager.filter(pk=row.pk).update(**{field.attname: value})
                return f"{field.name} of {row!r} is {value!r}"
        except (IntegrityError, DataError, models.ProtectedError, models.RestrictedError):
            return "nothing"

    def may_change(self, field) -> bool:
        kinds = (models.CharField, models.TextField, models.BooleanField, models.DateField, models.ForeignKey)
        kinds += (models.PositiveSmallIntegerField, models.PositiveIntegerField)
        return isinstance(field, kinds) and not field.primary_key and field.name not in NOT_CHANGED

    def another(self, field, value):
        if field.null and self.draw.random() < 0.1:
            return None
        match field:
            case models.ForeignKey():
                others = field.related_model._base_manager.order_by("pk").values_list("pk", flat=True)
                return self.draw.choice(list(others[:12]) or [value])
            case models.BooleanField():
                return not value
            case models.DateTimeField() | models.DateField():
                now = timezone.now() if isinstance(field, models.DateTimeField) else timezone.localdate()
                return (value or now) + timedelta(days=self.draw.choice([-40, -1, 1, 2, 40]))
            case models.CharField() | models.TextField() if field.choices:
                return self.draw.choice(field.choices)[0]
            case models.CharField() | models.TextField():
                return f"{value or ''}{self.draw.choice(['a', ' b', '<i>', '&'])}"
        return (value or 0) + self.draw.choice([-1, 1, 5])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [int(os.environ.get("CHANCE", "1"))])
def test_what_is_kept_is_what_would_be_made(seed, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = world_of(*places_and_people())
    Meeting.objects.update(capacity=8)
    factories.RegistrationFactory.create_batch(5, meeting=world.meeting)
    chance, history = Chance(seed), []
    lately: deque[tuple[str, str]] = deque(maxlen=12)
    readers = {"visitor": client_behind(Server())}
    readers |= {name: client_of(world.people[name]) for name in READERS}
    pages = {name: pages_of(name, world) for name in readers}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(STEPS):
            history.extend(chance.acts())
            hours = chance.draw.choice([0, 0, 0.02, 1, 7])
            clock.shift(timedelta(hours=hours))
            history.append(f"{hours} hours later")
            limits.forget()
            for _ in range(PAGES_A_STEP):
                name, page = chance.look(pages, lately)
                lately.append((name, page))
                served = what_is_shown(readers[name].get(page))
                with nothing_kept():
                    fresh = client_behind(Server()) if name == "visitor" else readers[name]
                    assert served == what_is_shown(fresh.get(page)), (name, page, history)


def pages_of(name: str, world) -> list[str]:
    """First what most people come for; what is kept for visitors twice, so that it comes up more often."""
    first = ["/", "/meetings/", world.cluster.get_absolute_url(), world.meeting.get_absolute_url()]
    own = {
        reverse(view, args=args(world))
        for view, args, method, answers in ROWS
        if method == "get" and answers[name] == OK
    }
    return first + sorted(own) + 2 * kept_pages(world)


@contextmanager
def nothing_kept():
    """Afterwards what was kept is there again: what is made here must not stand in for it."""
    kept = OrderedDict(kept_figures._kept)
    kept_figures.forget_all()
    fragments.forget_all()
    yield
    kept_figures.forget_all()
    kept_figures._kept.update(kept)


def what_is_shown(response) -> tuple[int, str | bytes]:
    """Without what is another one in each form."""
    if response.streaming or "charset" not in response.get("Content-Type", ""):
        response.close()
        return response.status_code, ""  # files, which are not kept
    return response.status_code, re.sub(r'"csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
