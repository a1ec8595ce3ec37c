"""An archive put into an empty site: looked through from end to end before a row is written, then all or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from clusters.errors import Refused

from .kept import Kept
from .values import from_plain, plain
from .writing import FORMAT

MOST_ENTRIES = 200_000
MOST_UNPACKED = 50 * 1024**3  # bytes
MOST_PACKED = 200  # times smaller than unpacked, for what is larger than SMALL
SMALL = 10 * 1024**2
LONGEST_LINE = 5 * 1024**2
LARGEST_MANIFEST = 50 * 1024**2
PIECE = 256 * 1024

BROKEN = "This is not an export of such a site, or only a part of one. Download it again."
ALTERED = "{} has been changed since the export was made. Use the file as it was downloaded."


def load(path, tables: Sequence[Kept], finish: Callable[[], None] = lambda: None) -> dict[str, int]:
    """Puts the archive at `path` into the empty site and returns how many rows of what there are now.

    `finish` is called at the end of the same transaction.
    """
    try:
        with ZipFile(path) as archive:
            return Loader(archive, tables).load(finish)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as bad:  # as zipfile says it
        raise Refused(BROKEN) from bad


class Loader:
    def __init__(self, archive: ZipFile, tables: Sequence[Kept]):
        self.archive, self.tables = archive, tables
        self.entries = {entry.filename: entry for entry in archive.infolist()}
        self.saved: list[str] = []

    def load(self, finish: Callable[[], None]) -> dict[str, int]:
        self.manifest = self.checked_manifest()
        self.check_contents()
        try:
            with transaction.atomic():
                self.refuse_full_site()
                numbers = self.load_rows()
                self.load_files()
                finish()
        except BaseException:
            for name in self.saved:
                default_storage.delete(name)
            raise
        return numbers

    # --- before anything is written -----------------------------------------------------------------------
    def checked_manifest(self) -> dict:
        self.check_sizes()
        try:
            with self.archive.open("manifest.json") as entry:
                manifest = json.loads(entry.read(LARGEST_MANIFEST))
            version = manifest["format"]
        except (KeyError, TypeError, ValueError) as bad:
            raise Refused(BROKEN) from bad
        if version != FORMAT:
            raise Refused(
                _("This export has format %(version)s; this site reads format %(format)s.")
                % {"version": version, "format": FORMAT}
            )
        try:
            self.check_tables(manifest)
            parts = [(part["entry"], part["sha256"]) for part in _parts(manifest)]
            files = [(f"files/{file['name']}", file["sha256"]) for file in manifest["files"]]
        except (KeyError, TypeError, AttributeError) as bad:
            raise Refused(BROKEN) from bad
        self.digests = dict(parts + files)
        return manifest

    def check_sizes(self) -> None:
        entries = list(self.entries.values())
        if len(self.archive.infolist()) > MOST_ENTRIES or len(entries) != len(self.archive.infolist()):
            raise Refused(BROKEN)
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise Refused(_("This export unpacks to more than 50 GB, which is more than this site takes."))
        for entry in entries:
            if not is_plain_path(entry.filename):
                raise Refused(
                    _("“%(filename)s” is no name that an export would give to a file.")
                    % {"filename": entry.filename[:100]}
                )
            if entry.file_size > max(SMALL, entry.compress_size * MOST_PACKED):
                raise Refused(
                    _("%(filename)s unpacks to far more than an export has.")
                    % {"filename": entry.filename[:100]}
                )

    def check_tables(self, manifest: dict) -> None:
        ours: dict[str, Any] = {kept.name: kept for kept in self.tables}
        if {table["name"] for table in manifest["tables"]} != set(ours):
            raise Refused(_("This export is of another version of the site: it has other tables."))
        for table in manifest["tables"]:
            if set(table["columns"]) != _columns(ours[table["name"]]):
                raise Refused(
                    _("This export is of another version of the site: %(table)s differ.")
                    % {"table": table["name"]}
                )
        for table in manifest["outside"]:
            kept = ours[table["name"]]
            if set(table["columns"]) != {"id", *kept.outside}:
                raise Refused(
                    _("This export is of another version of the site: %(table)s differ.")
                    % {"table": table["name"]}
                )

    def check_contents(self) -> None:
        """That all is there, as it was written."""
        for name, wanted in self.digests.items():
            if name not in self.entries:
                raise Refused(_("%(name)s is missing in this export. Download it again.") % {"name": name})
            digest = hashlib.sha256()
            with self.archive.open(name) as entry:
                while piece := entry.read(PIECE):
                    digest.update(piece)
            if digest.hexdigest() != wanted:
                raise Refused(ALTERED.format(name))
        extra = [name for name in self.entries if name.startswith("files/") and name not in self.digests]
        if extra:
            raise Refused(_("%(extra)s does not belong to this export.") % {"extra": extra[0]})

    def refuse_full_site(self) -> None:
        for kept in self.tables:
            if kept.model._base_manager.exists():
                raise Refused(
                    _(
                        "There are %(verbose_name_plural)s here already. "
                        "An export goes into an empty site, before anybody signs up."
                    )
                    % {"verbose_name_plural": kept.model._meta.verbose_name_plural}
                )

    # --- rows ---------------------------------------------------------------------------------------------
    def load_rows(self) -> dict[str, int]:
        ours = {kept.name: kept for kept in self.tables}
        numbers = {}
        for table in self.manifest["outside"]:
            for line, row in self.rows(table):
                self.insert(ours[table["name"]], self.from_outside(ours[table["name"]], row), table, line)
        for table in self.manifest["tables"]:
            kept, number = ours[table["name"]], 0
            for line, row in self.rows(table):
                self.insert(kept, row, table, line)
                number += 1
            if number != table["rows"]:
                raise Refused(ALTERED.format(table["entry"]))
            numbers[kept.name] = number
        self.check_keys()
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(no_style(), [kept.model for kept in self.tables]):
                cursor.execute(sql)
        return numbers

    def rows(self, table: dict) -> Iterator[tuple[int, dict]]:
        with self.archive.open(table["entry"]) as entry:
            number = 0
            while line := entry.readline(LONGEST_LINE):
                number += 1
                try:
                    row = json.loads(line)
                except ValueError as bad:
                    raise Refused(
                        _("Line %(number)s of %(table)s can't be read.")
                        % {"number": number, "table": table["name"]}
                    ) from bad
                if not isinstance(row, dict) or set(row) != set(table["columns"]):
                    raise Refused(
                        _("Line %(number)s of %(table)s has other columns than its table.")
                        % {"number": number, "table": table["name"]}
                    )
                yield number, row

    def from_outside(self, kept: Kept, row: dict) -> dict:
        """A row of others with the columns that we don't have empty, and unlike any other where it must be."""
        stub = kept.model(pk=row["id"])
        for field in kept.columns():
            if field.name == "email" and field.unique:
                setattr(stub, field.attname, f"person-{int(row['id'])}@elsewhere.invalid")
            elif field.name == "is_active":
                setattr(stub, field.attname, False)
        values = {field.attname: _as_written(field, stub) for field in kept.columns()}
        return values | row | {relation.name: [] for relation in kept.relations()}

    def insert(self, kept: Kept, row: dict, table: dict, line: int) -> None:
        made = kept.model()
        if hasattr(made, "set_unusable_password"):
            made.set_unusable_password()
        try:
            for field in kept.columns():
                setattr(made, field.attname, from_plain(field, row[field.attname], made))
            related = {relation: _numbers(row[relation.name]) for relation in kept.relations()}
            made.save_base(raw=True, force_insert=True)  # as it was: no moment is set anew
            for relation, numbers in related.items():
                _relate(relation, made.pk, numbers)
        except ValidationError as bad:
            problem = " ".join(bad.messages)
            raise Refused(
                _("Line %(line)s of %(table)s can't be: %(attname)s: %(problem)s")
                % {"line": line, "table": table["name"], "attname": field.attname, "problem": problem}
            ) from bad
        except (IntegrityError, DataError, OverflowError, TypeError, ValueError) as bad:
            raise Refused(
                _("Line %(line)s of %(table)s can't be: %(bad)s")
                % {"line": line, "table": table["name"], "bad": _first_line(bad)}
            ) from bad

    def check_keys(self) -> None:
        try:
            connection.check_constraints()
        except IntegrityError as bad:
            raise Refused(
                _("Some rows refer to others that are not there: %(bad)s") % {"bad": _first_line(bad)}
            ) from bad

    # --- files --------------------------------------------------------------------------------------------
    def load_files(self) -> None:
        named = self.named_files()
        for file in self.manifest["files"]:
            name = file["name"]
            if name not in named:
                raise Refused(_("No row of this export has the file %(name)s.") % {"name": name})
            with self.archive.open(f"files/{name}") as entry:
                saved = default_storage.save(name, File(entry, name=name))
            self.saved.append(saved)
            if saved != name:
                raise Refused(
                    _("There is a file %(name)s here already. An export goes into an empty site.")
                    % {"name": name}
                )

    def named_files(self) -> set[str]:
        return {
            name
            for kept in self.tables
            for field in kept.files()
            for name in kept.model._base_manager.values_list(field.attname, flat=True)
        }


def is_plain_path(name: str) -> bool:
    """Whether it names a place below where it is put, on any machine."""
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and name == "/".join(parts)
        and not name.startswith("/")
        and ".." not in parts
        and "\\" not in name
        and ":" not in name
        and name.isprintable()
        and len(name) < 500
    )


def _parts(manifest: dict) -> list[dict]:
    return [*manifest["tables"], *manifest["outside"]]


def _columns(kept: Kept) -> set[str]:
    return {field.attname for field in kept.columns()} | {relation.name for relation in kept.relations()}


def _as_written(field: models.Field, stub: models.Model) -> Any:
    value = field.pre_save(stub, add=True)  # moments that are set when a row is made
    return plain(str(value) if isinstance(field, models.FileField) else value)


def _numbers(value: Any) -> list[int]:
    if not isinstance(value, list) or not all(type(one) is int for one in value):
        raise ValidationError(_("This must be a list of numbers."))
    return value


def _relate(relation: models.ManyToManyField, number: int, others: list[int]) -> None:
    through: Any = relation.remote_field.through
    source, other = relation.m2m_column_name(), relation.m2m_reverse_name()
    through._base_manager.bulk_create([through(**{source: number, other: one}) for one in others])


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
