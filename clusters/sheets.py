"""Tables that people bring: CSV as any program writes it, or the first sheet of a workbook (.xlsx), as text."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files import File
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import workbook_reader
from clusters.errors import Refused
from clusters.readers import TOO_LATE, look_into

LARGEST_FILE = 10 * 1024**2
MOST_ROWS = 20_000
MOST_COLUMNS = 60
LONGEST_CELL = 10_000  # characters
DELIMITERS = ",;\t|"

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: .xls, and .xlsx with a password
NOT_A_TABLE = _("This is not a table we can read. Save it as CSV or as an Excel workbook (.xlsx).")


@dataclass(frozen=True)
class Sheet:
    """`columns` are the headers; each row has as many cells as there are columns.

    `numbers` says for each row which one it is in the file, as spreadsheets count.
    """

    columns: list[str]
    rows: list[list[str]]
    numbers: list[int]


def read(file: File) -> Sheet:
    """The table in the file. Refused, with a sentence, if there is none or it is too large."""
    if not file.size:
        raise Refused(gettext("This file is empty. Choose another one."))
    if file.size > LARGEST_FILE:
        raise Refused(gettext("This file has more than 10 MB, which is the most. Part it into several."))
    file.seek(0)
    content = file.read()
    if content.startswith(OLD_OFFICE):
        raise Refused(
            gettext("This is an old Excel file (.xls), or one with a password. Save it as .xlsx without one.")
        )
    if content.startswith(b"PK\x03\x04"):
        return tidy(rows_of_workbook(file))
    if (file.name or "").lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")):
        raise Refused(
            gettext("This file is called a workbook, but it is none. Open it and save it as .xlsx once more.")
        )
    return tidy(rows_of_csv(decoded(content)))


def tidy(lines: Iterable[list[str]]) -> Sheet:
    """Headers and rows, without empty rows and columns."""
    numbered = [(number, row) for number, row in enumerate(map(trimmed, lines), 1) if row]
    rows = [row for _, row in numbered]
    if not rows:
        raise Refused(
            gettext("There is nothing in this file. The first line should say what is in each column.")
        )
    if len(rows) == 1:
        raise Refused(gettext("There are headers in this file, but no line below them."))
    if len(rows) - 1 > MOST_ROWS:
        raise Refused(
            gettext("There are more than %(most_rows)s lines in this file. Part it into several.")
            % {"most_rows": f"{MOST_ROWS:,}"}
        )
    width = max(len(row) for row in rows)
    if width > MOST_COLUMNS:
        raise Refused(
            gettext(
                "There are more than %(most_columns)s columns in this file. Take out those you don't need."
            )
            % {"most_columns": MOST_COLUMNS}
        )
    for number, row in numbered:
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise Refused(
                gettext("Line %(number)s has a cell with more than %(longest_cell)s characters.")
                % {"number": number, "longest_cell": f"{LONGEST_CELL:,}"}
            )
    rows = [row + [""] * (width - len(row)) for row in rows]
    used = [column for column in range(width) if any(row[column] for row in rows)]
    rows = [[row[column] for column in used] for row in rows]
    return Sheet(named_apart(rows[0]), rows[1:], [number for number, _ in numbered[1:]])


def trimmed(line: list[str]) -> list[str]:
    """Its cells up to the last one with something in it."""
    cells = [cell.strip() for cell in line]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def named_apart(headers: list[str]) -> list[str]:
    """The headers, so that each is told from the others: those without a name by their place."""
    names: list[str] = []
    for number, header in enumerate(headers, 1):
        base = " ".join(header.split())[:80] or gettext("Column %(number)s") % {"number": number}
        same = sum(name == base or name.startswith(f"{base} (") for name in names)
        names.append(f"{base} ({same + 1})" if same else base)
    return names


# --- CSV ------------------------------------------------------------------------------------------------
def decoded(content: bytes) -> str:
    """The text, whichever of the usual ways a program wrote it in."""
    text = None
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            text = _decode(content, encoding)
    if text is None:
        text = _decode(content, "utf-8")
    if text is None or "\0" in text:
        halves = {content[1::2].count(0): "utf-16-le", content[::2].count(0): "utf-16-be"}
        zeros = max(halves)
        text = _decode(content, halves[zeros]) if zeros > len(content) // 4 else _decode(content, "cp1252")
    if text is None or "\0" in text:
        raise Refused(NOT_A_TABLE)
    return text


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def rows_of_csv(text: str) -> list[list[str]]:
    delimiter = max(DELIMITERS, key=lambda sign: _columns_by(sign, text))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if len(rows) > MOST_ROWS + 1:
                break
            rows.append(row)
    except csv.Error as error:
        raise Refused(
            gettext("Line %(line_num)s can't be read: a cell is too long, or a quote is not closed.")
            % {"line_num": reader.line_num}
        ) from error
    return rows


def _columns_by(delimiter: str, text: str) -> int:
    """Into how many columns the sign parts the headers."""
    try:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))
    except csv.Error:
        return 0


# --- workbooks ------------------------------------------------------------------------------------------
def rows_of_workbook(file: File) -> list[list[str]]:
    bounds = [MOST_ROWS + 2, MOST_COLUMNS + 1, LONGEST_CELL + 1]
    done = look_into(file, "clusters.workbook_reader", *map(str, bounds), seconds=workbook_reader.SECONDS)
    if done.returncode == TOO_LATE:
        raise Refused(gettext("This workbook takes too long to read. Save the sheet as CSV and upload that."))
    if done.returncode == 3:
        raise Refused(
            gettext(
                "This workbook unpacks to far more than a list needs. Save the sheet as CSV and upload that."
            )
        )
    if done.returncode:
        raise Refused(
            gettext(
                "This workbook can't be opened; it may be damaged. Save it as .xlsx once more, or as CSV."
            )
        )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [[cell.replace("\0", "") for cell in row] for row in rows]
