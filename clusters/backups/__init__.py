"""Backups: the database and its files in one archive, proved by restoring it before it counts.

An archive is a tar of `database.dump` (pg_dump's own format), the files as `files/…`, and last `manifest.json`:
when, of which migrations, how many rows each table has with a fingerprint of them, and the SHA-256 of every
member. Dump, fingerprints and the list of files come from one snapshot, so the site goes on meanwhile.
"""

import os
import re
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import FileField

from clusters import present
from clusters.changes import count_from_elsewhere
from clusters.errors import Refused

from .archive import BLOCK, VERSION, add, add_manifest, digest, opened, read_manifest
from .databases import LEFT_EMPTY, connected_to, fingerprints, is_empty, run, scratch, snapshot, swap

NAME = re.compile(r"clusters-\d{8}T\d{6}Z\.tar")


def write(directory: Path, *, keep: int, now: datetime | None = None) -> Path:
    """Write an archive into `directory`, prove it, then remove all but the newest `keep`. Returns its path.

    Raises Refused with a sentence when it can't be written or doesn't hold what the database holds.
    """
    archive = directory / f"clusters-{(now or present.now()).astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"
    unproved = archive.with_suffix(".part")
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(unproved, "wb", opener=_for_us_alone) as target:
            _fill(target)
        prove(unproved)
        unproved.rename(archive)
    except OSError as error:
        raise Refused(f"The backup could not be written: {error.strerror}.") from error
    finally:
        if unproved.exists():
            unproved.unlink()
    for old in archives(directory)[keep:]:
        old.unlink()
    return archive


def archives(directory: Path) -> list[Path]:
    """Those in `directory`, the newest first."""
    return sorted((path for path in directory.iterdir() if NAME.fullmatch(path.name)), reverse=True)


def prove(archive: Path) -> dict[str, Any]:
    """Restore the archive into a database of its own and compare. Returns the manifest."""
    manifest = read_manifest(archive)
    with scratch("proof") as database:
        _load(archive, manifest, database)
    return manifest


def restore(archive: Path, *, now: datetime | None = None) -> str:
    """Put the archive in the place of the present database and files, then bring it to this version's tables.

    The archive is read and compared in full before anything changes. Returns the name under which the former
    database stays, or "" if there was nothing in it.
    """
    manifest = read_manifest(archive)
    _refuse_a_newer_version(manifest)
    current = connection.settings_dict["NAME"]
    with scratch("restoring") as database:
        _load(archive, manifest, database)
        with connected_to(database) as cursor:
            count_from_elsewhere(cursor)
        _put_files(archive, manifest)
        former = f"{current}_before_{(now or present.now()).astimezone(UTC):%Y%m%dt%H%M%S}"
        if is_empty():
            former = ""
        swap(current, database, former)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    return former


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _fill(target: IO[bytes]) -> None:
    members: dict[str, str] = {}
    missing: list[str] = []
    with snapshot() as (cursor, exported), TemporaryDirectory(dir=Path(target.name).parent) as directory:
        dump = Path(directory) / "database.dump"
        run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={exported}",
             f"--file={dump}", *[f"--exclude-table-data=public.{table}" for table in LEFT_EMPTY],
             database=connection.settings_dict["NAME"])  # fmt: skip
        manifest = {
            "version": VERSION,
            "written_at": present.now().isoformat(),
            "migrations": sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations()),
            "tables": fingerprints(cursor),
            "members": members,
            "missing": missing,
        }
        with tarfile.open(fileobj=target, mode="w") as tar:
            with dump.open("rb") as content:
                members[dump.name] = add(tar, dump.name, content, dump.stat().st_size)
            for name in sorted(_file_names()):
                try:
                    with default_storage.open(name) as content:
                        members[f"files/{name}"] = add(tar, f"files/{name}", content, content.size)
                except FileNotFoundError:  # removed since, or lost before: the restored site says so too
                    missing.append(name)
            add_manifest(tar, manifest)


def _file_names() -> set[str]:
    names: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                names.update(
                    model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                )
    return names - {None}


def _load(archive: Path, manifest: dict[str, Any], database: str) -> None:
    """Restore the dump into `database` and compare it with the manifest."""
    with TemporaryDirectory(dir=archive.parent) as directory, tarfile.open(archive) as tar:
        dump = Path(directory) / "database.dump"
        with dump.open("wb") as target:
            content = opened(tar, tar.getmember(dump.name))
            while block := content.read(BLOCK):
                target.write(block)
        run("pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "--dbname", database, str(dump))
    with connected_to(database) as cursor:
        restored = fingerprints(cursor)
    for table, expected in manifest["tables"].items():
        if restored.get(table) != expected:
            raise Refused(f"The backup does not restore: {table} has {restored.get(table)}, not {expected}.")


def _put_files(archive: Path, manifest: dict[str, Any]) -> None:
    with tarfile.open(archive) as tar:
        for member, written in manifest["members"].items():
            name = member.removeprefix("files/")
            if name == member:
                continue
            if default_storage.exists(name):
                with default_storage.open(name) as content:
                    if digest(content) == written:
                        continue
                default_storage.delete(name)
            default_storage.save(name, opened(tar, tar.getmember(member)))


def _refuse_a_newer_version(manifest: dict[str, Any]) -> None:
    known = {".".join(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    unknown = sorted(set(manifest["migrations"]) - known)
    if unknown:
        raise Refused(f"The backup is of a newer version than this one: it has {unknown[0]}. Upgrade first.")
