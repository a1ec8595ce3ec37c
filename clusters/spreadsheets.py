"""Lists to take away as CSV, which spreadsheets open without running anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse, StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def cell(value) -> str:
    """A value as text. What a spreadsheet would take for a formula (OWASP, CSV injection) starts with a quote."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence]) -> HttpResponse:
    """A download, made whole before it goes."""
    return HttpResponse(_lines(head, rows), **_download(name))


def streamed_csv(name: str, head: Sequence[str], rows: Iterable[Sequence]) -> StreamingHttpResponse:
    """A download of any length, line by line."""
    return StreamingHttpResponse(_lines(head, rows), **_download(name))


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(head: Sequence[str], rows: Iterable[Sequence]) -> Iterator[str]:
    """In UTF-8 with the mark by which Excel knows it."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def _download(name: str) -> dict:
    return {
        "content_type": "text/csv; charset=utf-8",
        "headers": {"Content-Disposition": f'attachment; filename="{name}.csv"'},
    }
