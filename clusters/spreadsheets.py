"""Lists to take away as CSV, which spreadsheets open without running anything."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def cell(value) -> str:
    """A value as text. What a spreadsheet would take for a formula (OWASP, CSV injection) starts with a quote."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence]) -> HttpResponse:
    """A download, in UTF-8 with the mark by which Excel knows it."""
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return response
