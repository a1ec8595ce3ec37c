"""Reads the lists of all postcodes: Ordnance Survey's Code-Point Open, and the ONS directories (ONSPD, NSPL).

Code-Point Open comes as a zip of CSV files without a header, positions on the National Grid; the ONS files have a
header and degrees. Both are read line by line, also inside the zip, and put into the database in one transaction:
the finder sees the old list until the new one is whole.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from clusters.errors import Refused
from clusters.national_grid import to_wgs84

CODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
BATCH = 20_000  # lines in memory
MOST_BAD = 0.01  # of all lines: with more it is another kind of file
GRID, DEGREES = "grid", "degrees"
ONS_CODES = ("pcds", "pcd8", "pcd7", "pcd2", "pcd")

Row = tuple[str, float, float]


@dataclass
class Count:
    """`nowhere`: without a position, as the sources mark it; `bad`: not understood."""

    good: int = 0
    nowhere: int = 0
    bad: int = 0
    districts: int = 0


def load(path: Path) -> Count:
    """The postcodes of the file instead of those loaded before. Refused, and nothing changed, if it is another file."""
    count = Count()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS postcodes_read "
            "(code varchar(7), latitude float8, longitude float8) ON COMMIT DROP"
        )
        cursor.execute("TRUNCATE postcodes_read")
        for batch in in_batches(rows(path, count)):
            copy(cursor, batch)
        if not count.good or count.bad > MOST_BAD * (count.good + count.bad):
            raise Refused(
                _(
                    "%(bad)s of %(what)s lines are not as in Code-Point Open, ONSPD or NSPL. "
                    "Nothing has been changed."
                )
                % {"bad": count.bad, "what": count.good + count.bad}
            )
        cursor.execute("DELETE FROM clusters_postcode")
        cursor.execute(
            "INSERT INTO clusters_postcode SELECT DISTINCT ON (code) code, latitude, longitude FROM postcodes_read"
        )
        cursor.execute(
            "INSERT INTO clusters_postcode SELECT left(code, -3), avg(latitude), avg(longitude) "
            "FROM clusters_postcode GROUP BY left(code, -3)"
        )
        count.districts = cursor.rowcount
    return count


def in_batches(found: Iterable[Row]) -> Iterator[list[Row]]:
    found = iter(found)
    while batch := list(islice(found, BATCH)):
        yield batch


def copy(cursor, batch: list[Row]) -> None:
    lines = "".join(f"{code}\t{latitude:.6f}\t{longitude:.6f}\n" for code, latitude, longitude in batch)
    cursor.copy_expert("COPY postcodes_read FROM STDIN", io.StringIO(lines))


def rows(path: Path, count: Count) -> Iterator[Row]:
    for name in parts(path):
        with opened(path, name) as lines:
            yield from rows_of(without_nul(lines), count)


def parts(path: Path) -> list[str]:
    """The CSV files in a zip that have the postcodes; of a plain file itself."""
    if not zipfile.is_zipfile(path):
        return [""]
    with zipfile.ZipFile(path) as whole:
        names = [name for name in whole.namelist() if name.lower().endswith(".csv")]
    return [name for name in names if re.search(r"(^|/)data/(csv/)?[^/]+$", name, re.IGNORECASE)] or names


@contextmanager
def opened(path: Path, name: str) -> Iterator[Iterable[str]]:
    if not name:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            yield lines
        return
    with zipfile.ZipFile(path) as whole, whole.open(name) as raw:
        yield io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")


def without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


def rows_of(lines: Iterable[str], count: Count) -> Iterator[Row]:
    """Of one CSV file: code, latitude, longitude."""
    table = csv.reader(lines)
    columns = None
    while True:
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error:
            count.bad += 1
            continue
        if columns is None:
            columns, is_header = columns_of(cells)
            if is_header:
                continue
        if (row := row_of(cells, columns, count)) is not None:
            yield row


def columns_of(first: list[str]) -> tuple[tuple[int, int, int, str], bool]:
    """Which cells have the code and the position, and of what kind that is; and whether the line is a header."""
    names = [cell.strip().lower() for cell in first]
    code = next((names.index(name) for name in ONS_CODES if name in names), None)
    if code is not None and "lat" in names and "long" in names:
        return (code, names.index("lat"), names.index("long"), DEGREES), True
    return (0, 2, 3, GRID), bool(names) and names[0] in ("pc", "postcode")


def row_of(cells: list[str], columns: tuple[int, int, int, str], count: Count) -> Row | None:
    code_at, first_at, second_at, kind = columns
    try:
        code = cells[code_at].replace(" ", "").upper()
        first, second = float(cells[first_at]), float(cells[second_at])
    except (IndexError, ValueError):
        count.bad += 1
        return None
    nowhere = first == second == 0 if kind == GRID else first > 99
    if not CODE.fullmatch(code) or not (nowhere or is_in_britain(first, second, kind)):
        count.bad += 1
        return None
    if nowhere:
        count.nowhere += 1
        return None
    count.good += 1
    return (code, *to_wgs84(first, second)) if kind == GRID else (code, first, second)


def is_in_britain(first: float, second: float, kind: str) -> bool:
    """Metres east and north, or degrees north and east; the ONS lists have Northern Ireland and the islands too."""
    if kind == GRID:
        return 0 < first < 700_000 and 0 < second < 1_300_000
    return 49 < first < 61 and -9 < second < 2
