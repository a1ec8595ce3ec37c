"""Reads the first sheet of an uploaded workbook, in a process of its own with bounds on time and memory.

    python -m clusters.workbook_reader ROWS COLUMNS CHARACTERS < workbook

Prints each row as a line of JSON: at most ROWS and COLUMNS, each cell as text of at most CHARACTERS. See
`clusters.sheets`, which starts it. Knows nothing of Django, so that it starts quickly and has nothing to lose.
"""

import datetime
import json
import sys
import zipfile
from typing import BinaryIO

from clusters.reader_bounds import bound_ourselves

SECONDS = 30  # of computing: cells are many
MOST_PARTS = 2_000
MOST_UNPACKED = 150 * 1024**2


def refuse_bomb(file: BinaryIO) -> None:
    parts = zipfile.ZipFile(file).infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise SystemExit(3)
    file.seek(0)


def as_text(value) -> str:
    """A cell as people see it; a formula is what it came to when it was last worked out."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime.datetime():
            return f"{value:%Y-%m-%d}" if value.time() == datetime.time() else f"{value:%Y-%m-%d %H:%M}"
        case datetime.date():
            return value.isoformat()
        case datetime.time():
            return f"{value:%H:%M}"
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def main(rows: int, columns: int, characters: int) -> None:
    bound_ourselves(SECONDS)
    file = sys.stdin.buffer
    refuse_bomb(file)
    import openpyxl  # with defusedxml beside it, it reads no entities

    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its own size need not be so
    for row in sheet.iter_rows(max_row=rows, max_col=columns, values_only=True):
        print(json.dumps([as_text(value)[:characters] for value in row]))  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
