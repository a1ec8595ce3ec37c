"""Everything about a person as one ZIP: tables to be read by people and by machines, and the person's files."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models

from clusters import present
from clusters.archives.values import in_cell, plain
from clusters.archives.writing import as_of_now
from clusters.held import Held
from clusters.spreadsheets import cell
from members.models import User
from news.held import EVERYTHING
from news.kept import EVERYTHING as KEPT

from .addresses import addresses_of

LABELS: dict[Any, str] = {kept.model: kept.label for kept in KEPT if kept.label and kept.model is not User}
README = """Everything that {site} holds about {name}
Written on {day}.

This is your copy. It is yours to keep, to read, and to take to another site.

tables/  One table for each kind of thing, to be opened in a spreadsheet. Text that a spreadsheet would take for
         a formula begins with a quote there.
everything.json  The same for machines, exactly; moments are in UTC.
files/   The slides of your talks.

What is not in it: your password, the keys of your two-step sign-in, the secret part of links that were mailed to
you, the address of your private calendar, and what others wrote that you could not see.

Your rights, how long each thing is kept, and how to delete your account: {privacy}

What there is, and what becomes of it if you delete your account:

{tables}
{lost}"""


def write(out: BinaryIO, person: User) -> None:
    """Call it in no transaction: all of it is of one moment."""
    with as_of_now(), ZipFile(out, "w", ZIP_DEFLATED) as archive:
        person.refresh_from_db()
        addresses = addresses_of(person)
        tables = {held.name: list(_rows(held, person, addresses)) for held in EVERYTHING}
        archive.writestr("everything.json", json.dumps(tables, ensure_ascii=False, indent=1))
        for name, rows in tables.items():
            if rows:
                archive.writestr(f"tables/{name}.csv", _sheet(rows))
        lost = _put_files(archive, person, addresses)
        archive.writestr("README.txt", _readme(person, tables, lost))


def _rows(held: Held, person: User, addresses: list[str]) -> Iterable[dict]:
    """With names beside numbers; other people are left out."""
    columns = held.columns()
    labels = {
        f"{field.name}__{LABELS[field.related_model]}": field.name for field in columns if _names(field)
    }
    to_people = [field for field in columns if field.related_model is User]
    rows = held.rows(person, addresses).values(*[field.attname for field in columns], *labels)
    for row in rows.iterator(chunk_size=500):
        for field in to_people:
            row[field.attname] = "you" if row[field.attname] == person.pk else None
        for lookup, name in labels.items():
            row[name] = row.pop(lookup)
        yield held.as_shown({name: plain(value) for name, value in row.items()})


def _names(field: models.Field) -> bool:
    return field.related_model in LABELS


def _sheet(rows: list[dict]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows([cell(in_cell(value)) for value in row.values()] for row in rows)
    return "\ufeff" + text.getvalue()


def _put_files(archive: ZipFile, person: User, addresses: list[str]) -> list[str]:
    """Returns the names of those that the store has lost."""
    lost = []
    for name in files_of(person, addresses):
        try:
            file = default_storage.open(name)
        except FileNotFoundError:
            lost.append(name)
            continue
        with file, archive.open(f"files/{name}", "w", force_zip64=True) as entry:
            for piece in file.chunks():
                entry.write(piece)
    return lost


def files_of(person: User, addresses: list[str]) -> Iterable[str]:
    for held in EVERYTHING:
        for field in held.columns():
            if isinstance(field, models.FileField):
                named = held.rows(person, addresses).exclude(**{field.name: ""})
                yield from named.values_list(field.name, flat=True)


def _readme(person: User, tables: dict[str, list], lost: list[str]) -> str:
    lines = [f"{held.name}: {_number(tables[held.name])}; {held.after.value}" for held in EVERYTHING]
    return README.format(
        site=settings.SITE_NAME,
        name=person.name,
        day=f"{present.today():%-d %B %Y}",
        privacy=f"{settings.SITE_URL}/privacy/",
        tables="\n".join(lines),
        lost="\nThese files could not be found any more: " + ", ".join(lost) + "\n" if lost else "",
    )


def _number(rows: list) -> str:
    return "nothing" if not rows else "1 row" if len(rows) == 1 else f"{len(rows)} rows"
