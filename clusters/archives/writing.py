"""The ZIP: rows as JSON lines for machines and as CSV for people, the files, and a README that explains both."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, models, transaction

from clusters import present
from clusters.models import Association
from clusters.spreadsheets import cell

from .kept import Kept, Scope
from .readme import readme
from .values import in_cell, plain

FORMAT = 1
ROWS_AT_ONCE = 500
PIECE = 256 * 1024  # bytes


@contextmanager
def as_of_now() -> Iterator[None]:
    """Whatever is read inside was so at one moment."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def write(out: BinaryIO, tables: Sequence[Kept], user, scope: Scope) -> dict:
    """Writes all that the user looks after in the scope and returns the manifest. Call it in no transaction."""
    with as_of_now(), ZipFile(out, "w", ZIP_DEFLATED) as archive:
        return Writer(archive, tables, user, scope).write()


class Writer:
    def __init__(self, archive: ZipFile, tables: Sequence[Kept], user, scope: Scope):
        self.archive, self.tables, self.user, self.scope = archive, tables, user, scope
        self.by_model = {kept.model: kept for kept in tables}
        self.inside: dict[type[models.Model], set[int]] = {}
        self.referred: dict[type[models.Model], set[int]] = {kept.model: set() for kept in tables}
        self.file_names: list[str] = []

    def write(self) -> dict:
        if self.scope is not None:
            for kept in self.tables:
                self.inside[kept.model] = set(self.rows(kept).values_list("pk", flat=True))
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "made_at": present.now().isoformat(),
            "site": settings.SITE_URL,
            "of": _title(self.scope),
            "whole": self.scope is None,
            "tables": [self.table(kept) for kept in self.tables],
        }
        manifest["outside"] = [self.outside(kept) for kept in self.tables if kept.outside]
        manifest["files"], manifest["lost"] = self.files()
        self.put("README.md", readme(self.tables, manifest))
        self.put("manifest.json", json.dumps(manifest, indent=1))
        return manifest

    def put(self, name: str, text: str) -> None:
        self.archive.writestr(name, text)

    def rows(self, kept: Kept) -> models.QuerySet[Any]:
        return kept.rows(self.user, self.scope)

    # --- tables -------------------------------------------------------------------------------------------
    def table(self, kept: Kept) -> dict:
        columns = [field.attname for field in kept.columns()]
        entry = f"json/{kept.name}.jsonl"
        number, digest = self.lines(entry, self.as_dicts(kept, columns))
        self.sheet(kept)
        names = [*columns, *(relation.name for relation in kept.relations())]
        return {
            "name": kept.name,
            "model": kept.model._meta.label_lower,
            "rows": number,
            "columns": names,
            "entry": entry,
            "sha256": digest,
        }

    def lines(self, entry: str, rows: Iterable[dict]) -> tuple[int, str]:
        number, digest = 0, hashlib.sha256()
        with self.archive.open(entry, "w", force_zip64=True) as out:
            for row in rows:
                number += 1
                line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                out.write(line)
        return number, digest.hexdigest()

    def as_dicts(self, kept: Kept, columns: list[str]) -> Iterator[dict]:
        keys = [field for field in kept.columns() if isinstance(field, models.ForeignKey)]
        files = [field.attname for field in kept.files()]
        rows = self.rows(kept).values(*columns).iterator(chunk_size=ROWS_AT_ONCE)
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            related = {field.name: self.related(field, batch) for field in kept.relations()}
            for row in batch:
                if not self.keep_inside(row, keys):
                    continue
                self.file_names += [row[name] for name in files if row[name]]
                many = {name: lists.get(row["id"], []) for name, lists in related.items()}
                yield {name: plain(value) for name, value in row.items()} | many

    def keep_inside(self, row: dict, keys: list[models.ForeignKey]) -> bool:
        """Takes out of the row what refers to rows of others, unless something may be known of those.

        False: without it the row is nothing.
        """
        for field in keys:
            number, target = row[field.attname], _concrete(field.related_model)
            if number is None or self.has(target, number):
                continue
            if target in self.by_model and self.by_model[target].outside:
                self.referred[target].add(number)
            elif field.null:
                row[field.attname] = None
            else:
                return False
        return True

    def has(self, model: type[models.Model], number: int) -> bool:
        if self.scope is None:
            return model in self.by_model
        return number in self.inside.get(model, ())

    def related(self, field: models.ManyToManyField, batch: Sequence[dict]) -> dict[int, list[int]]:
        """The numbers on the other side, for each row."""
        target = _concrete(field.related_model)
        source, other = field.m2m_column_name(), field.m2m_reverse_name()
        through: Any = field.remote_field.through
        pairs = through._default_manager.filter(**{f"{source}__in": [row["id"] for row in batch]})
        lists: dict[int, list[int]] = {}
        for one, many in pairs.values_list(source, other).order_by(source, other):
            if self.has(target, many):
                lists.setdefault(one, []).append(many)
        return lists

    def outside(self, kept: Kept) -> dict:
        """What may be known of rows of others, where rows of ours refer to them."""
        columns = ["id", *kept.outside]
        rows = kept.model._default_manager.filter(pk__in=self.referred[kept.model]).order_by("pk")
        entry = f"json/outside/{kept.name}.jsonl"
        found = ({name: plain(value) for name, value in row.items()} for row in rows.values(*columns))
        number, digest = self.lines(entry, found)
        return {
            "name": kept.name,
            "model": kept.model._meta.label_lower,
            "rows": number,
            "columns": columns,
            "entry": entry,
            "sha256": digest,
        }

    def sheet(self, kept: Kept) -> None:
        """The same rows to be read by people: with the names of what they refer to, safe to open in a spreadsheet."""
        columns = [field.attname for field in kept.columns()]
        names = dict(self.names(kept))
        rows = self.rows(kept).values_list(*columns, *names.values()).iterator(chunk_size=ROWS_AT_ONCE)
        with (
            self.archive.open(f"csv/{kept.name}.csv", "w", force_zip64=True) as out,
            io.TextIOWrapper(out, "utf-8-sig", newline="") as text,
        ):
            writer = csv.writer(text)
            writer.writerow([*columns, *names])
            writer.writerows([cell(in_cell(plain(value))) for value in row] for row in rows)

    def names(self, kept: Kept) -> Iterator[tuple[str, str]]:
        """Columns with the names of rows that others refer to by number, and how to look them up."""
        for field in kept.columns():
            if isinstance(field, models.ForeignKey):
                target = self.by_model.get(_concrete(field.related_model))
                if target and target.label:
                    yield f"{field.name} ({target.label})", f"{field.name}__{target.label}"

    # --- files --------------------------------------------------------------------------------------------
    def files(self) -> tuple[list[dict], list[str]]:
        """The files, and the names of those that the store has lost."""
        kept, lost = [], []
        for name in dict.fromkeys(self.file_names):
            try:
                file = default_storage.open(name)
            except FileNotFoundError:
                lost.append(name)
                continue
            with file:
                kept.append(self.file(name, file))
        return kept, lost

    def file(self, name: str, file) -> dict:
        digest, size = hashlib.sha256(), 0
        self.archive.compression = ZIP_STORED  # slides and pictures are packed already
        with self.archive.open(f"files/{name}", "w", force_zip64=True) as out:
            for piece in file.chunks(PIECE):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        self.archive.compression = ZIP_DEFLATED
        return {"name": name, "size": size, "sha256": digest.hexdigest()}


def _concrete(model: Any) -> type[models.Model]:
    return model._meta.concrete_model


def _title(scope: Scope) -> str:
    if scope is None:
        return "the whole site"
    return f"{scope} ({'association' if isinstance(scope, Association) else 'cluster'})"
