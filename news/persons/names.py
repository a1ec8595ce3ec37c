"""A name and addresses taken out of every text of the database, whoever wrote it."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from html import escape
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast

from clusters import trail
from clusters.models import Act
from members.models import User

SOMEBODY = "a former member"
NO_ADDRESS = "(address removed)"
FOLD = r"(?:\r?\n[ \t])?"  # lines of calendars are broken anywhere (RFC 5545, 3.1)
# What is named after a person keeps its name: it is a firm's, a cluster's or a place's. Figures name nobody.
NAMES_OF_THINGS = {
    "clusters.Association.name",
    "clusters.Association.name_lines",
    "clusters.Cluster.name",
    "clusters.Hostname.name",
    "clusters.Supporter.name",
    "members.Company.name",
    "members.Drive.result",
    "members.User.name",
    "members.User.password",
    "meetings.Venue.name",
}
WORDS = (models.CharField, models.TextField, models.JSONField)
NOT_OURS_TO_CHANGE = {Session}  # signed; those of the person are ended, all others end by themselves


class Forgotten:
    """What is looked for. A name of one word, or one that somebody else has as well, is taken only from rows that are
    about the person: elsewhere it may mean another.
    """

    def __init__(self, person: User, addresses: list[str]):
        name = person.name
        self.others = User.objects.exclude(pk=person.pk)
        self.name, self.addresses = " ".join(name.split()), addresses
        patterns = [(address, NO_ADDRESS) for address in addresses if address]
        if self.name:
            patterns.append((self.name, SOMEBODY))
        self.patterns = [
            (Spelling(spelt), instead) for said, instead in patterns for spelt in _spellings(said)
        ]
        self.own_only = self.patterns if self.is_common else []
        if self.is_common:
            self.patterns = [pair for pair in self.patterns if pair[1] != SOMEBODY]

    @property
    def is_common(self) -> bool:
        return " " not in self.name or self.others.filter(name__iexact=self.name).exists()


def forget(forgotten: Forgotten, own: dict[type[models.Model], set[int]]) -> None:
    """Take them out of all tables. `own`: the rows that are about the person."""
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed or model in NOT_OURS_TO_CHANGE:
            continue
        if fields := list(texts_of(model)):
            _forget_in(model._base_manager.all(), fields, forgotten.patterns)
            if forgotten.own_only:
                _forget_in(_about(model, own), fields, forgotten.own_only)


def texts_of(model: type[models.Model]) -> Iterator[models.Field]:
    """The columns that people's words can stand in."""
    for field in model._meta.local_concrete_fields:
        kind = field.base_field if isinstance(field, ArrayField) else field
        has_words = isinstance(kind, WORDS) and not isinstance(field, models.SlugField)
        fixed = field.generated or kind.choices or field.primary_key
        if has_words and not fixed and f"{model._meta.label}.{field.name}" not in NAMES_OF_THINGS:
            yield field


def _about(model: type[models.Model], own: dict[type[models.Model], set[int]]) -> models.QuerySet[Any]:
    rows = model._base_manager.filter(pk__in=own.get(model, ()))
    if model is Act:
        about = Q(pk__in=own.get(Act, ()))
        for other, numbers in own.items():
            about |= Q(subject_type=other._meta.label_lower, subject_id__in=numbers)
        rows = Act.objects.filter(about)
    return rows


def _forget_in(rows, fields: list[models.Field], patterns: list) -> None:
    found = Q(pk__in=[])
    casts = {}
    for field in fields:
        casts[f"{field.name}_words"] = Cast(F(field.name), TextField())
        for spelling, _ in patterns:
            found |= Q(**{f"{field.name}_words__iregex": spelling.in_database})
    names = [field.attname for field in fields]
    changed = []
    locked = rows.select_for_update(of=["self"], no_key=True)
    for row in locked.annotate(**casts).filter(found).only("pk", *names):
        for field in fields:
            value = without(getattr(row, field.attname), patterns)
            setattr(row, field.attname, _fitting(field, value))
        changed.append(row)
    if not changed:
        return
    with ExitStack() as stack:
        if rows.model is Act:
            stack.enter_context(trail.changing())
        rows.model._base_manager.bulk_update(changed, names, batch_size=200)


def without(value: Any, patterns: list) -> Any:
    """A text, or what JSON has, without them."""
    match value:
        case str():
            for spelling, instead in patterns:
                value = spelling.python.sub(instead, value)
            return value
        case list():
            return [without(one, patterns) for one in value]
        case dict():
            return {without(key, patterns): without(one, patterns) for key, one in value.items()}
        case _:
            return value


def _fitting(field: models.Field, value: Any) -> Any:
    """An address that is all of a column leaves it empty; a longer word than fits is cut."""
    if isinstance(field, models.EmailField) and value == NO_ADDRESS:
        return None if field.null else ""
    if isinstance(value, str) and field.max_length:
        return value[: field.max_length]
    return value


class Spelling:
    """One way in which the words may stand in a text, not as a part of longer ones: Ann Lee is not Ann Lee-Jones."""

    def __init__(self, words: str):
        self.in_database = r"\s+".join(
            FOLD.join(re.escape(letter) for letter in part) for part in words.split(" ")
        )
        before, behind = (r"[\w.+-]", r"\w|[-.]\w") if "@" in words else (r"[\w-]", r"\w|-\w")
        self.python = re.compile(rf"(?<!{before}){self.in_database}(?!{behind})", re.IGNORECASE)


def _spellings(words: str) -> set[str]:
    """As it is written in texts, in HTML, in JSON and in addresses of the web."""
    return {
        words,
        escape(words),
        json.dumps(words)[1:-1],
        json.dumps(words, ensure_ascii=False)[1:-1],
        quote(words),
    }
