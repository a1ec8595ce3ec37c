"""Tables as the programs of the world write them."""

import datetime
import io
import zipfile

import openpyxl
import pytest
from django.core.files.base import ContentFile

from clusters import sheets
from clusters.errors import Refused

ROWS = [["Firm", "Town"], ["Bøy Söftware", "Lancaster; Morecambe"], ["Ash “&” Son", "Kendal"]]


def read(content: bytes, name="list.csv"):
    return sheets.read(ContentFile(content, name))


def workbook(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refused(content: bytes, sentence: str, name="list.csv"):
    with pytest.raises(Refused, match=sentence):
        read(content, name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_csv_of_any_program(encoding, delimiter, end):
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in ROWS]
    sheet = read(end.join(lines).encode(encoding))
    assert [sheet.columns, *sheet.rows] == ROWS


def test_a_workbook_with_numbers_dates_and_formulas():
    content = workbook(
        ["Sum", "Firm", "Since", "People", "Joined"],
        ["=1+1", "Bay", 1998.0, 12.5, datetime.date(2024, 5, 14)],
    )
    assert read(content, "list.xlsx").rows == [
        ["", "Bay", "1998", "12.5", "2024-05-14"]
    ]  # never worked out: no value


def test_cells_may_hold_lines_and_quotes():
    assert read(b'a,b\r\n"one\r\ntwo","say ""hi"""\r\n').rows == [["one\r\ntwo", 'say "hi"']]


def test_headers_are_told_apart_and_empty_columns_left_out():
    sheet = read(b"Phone,,Phone,,\n1,,2,x,\n")
    assert sheet.columns == ["Phone", "Phone (2)", "Column 3"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n , \n", "nothing in this file"),
        (b"\xef\xbb\xbf", "nothing in this file"),
        (b"Firm,Town\n", "no line below"),
        (b"Firm\n\0\1\2\3\n", "not a table"),
        (b"Firm\n\x81\x8d\n", "not a table"),
        (b"a,b\n" + b"x" * 1024**2 + b",y\n", "Line 2"),
        (b"a,b\n" + b"x" * 20_000 + b",y\n", "Line 2 has a cell"),
        (b",".join([b"a"] * 61) + b"\n" + b",".join([b"a"] * 61), "more than 60 columns"),
        (b"a\n" + b"b\n" * 20_001, "more than 20,000 lines"),
        (b"x" * (10 * 1024**2 + 1), "more than 10 MB"),
        (sheets.OLD_OFFICE + b"x" * 500, "with a password"),
        (b"PK\x03\x04 but no ZIP", "can't be opened"),
    ],
)
def test_what_is_no_table_gets_a_sentence(content, sentence):
    refused(content, sentence)


def test_a_workbook_that_is_no_zip():
    refused(b"Firm,Town\nBay,Lancaster\n", "it is none", "list.xlsx")


def test_a_bomb_is_not_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"\0" * 160 * 1024**2)
    refused(out.getvalue(), "unpacks to far more", "list.xlsx")


def test_entities_are_not_read():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["Firm"], ["Bay"]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<worksheet", bomb))
    refused(out.getvalue(), "can't be opened", "list.xlsx")
