"""Looks into one uploaded document, in a process of its own with bounds on time and memory.

    python -m meetings.slides.document_reader (inspect|text|picture) < document

Prints what it was asked for, or what is wrong with the document, with exit status 2. See `slides.documents`, which
starts it. Knows nothing of Django, so that it starts quickly and has nothing to lose.
"""

import io
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from clusters.reader_bounds import bound_ourselves

MOST_PARTS = 5_000
MOST_UNPACKED = 300 * 1024**2
LARGEST_XML = 20 * 1024**2
MOST_TEXT = 60_000  # characters; about forty pages
PICTURE_SIDE = 640
LARGEST_PREVIEW = 25_000_000  # pixels

# Strings that no other part of a PDF has by chance; the objects are looked at one by one as well.
SCRIPT_IN_PDF = re.compile(rb"/(JavaScript|Launch|RichMedia)\b")
ACTIONS = {"/JavaScript", "/Launch", "/ImportData"}
MAIN_PARTS = {  # content type of the main part: format, its name
    b"presentationml.presentation.main+xml": ("pptx", "ppt/presentation.xml"),
    b"wordprocessingml.document.main+xml": ("docx", "word/document.xml"),
}
ODP = b"application/vnd.oasis.opendocument.presentation"
PREVIEWS = ["docProps/thumbnail.jpeg", "Thumbnails/thumbnail.png"]


class Bad(Exception):
    """What is wrong with the document, as a word for `meetings.slides.documents.SENTENCES`."""


# --- PDF ------------------------------------------------------------------------------------------------
def inspect_pdf(file: BinaryIO) -> str:
    from pypdf import PdfReader

    if SCRIPT_IN_PDF.search(file.read()):
        raise Bad("script")
    file.seek(0)
    reader = PdfReader(file)
    if reader.is_encrypted:
        raise Bad("encrypted")
    if not len(reader.pages):
        raise Bad("empty")
    for thing in objects_of(reader):
        refuse_acting(thing)
    return "pdf"


def objects_of(reader) -> Iterator:
    """All that the file has, also what no page leads to."""
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    yield reader.trailer
    for number in sorted(numbers):
        yield reader.get_object(number)


def refuse_acting(thing) -> None:
    """Scripts, programs to start, and files within the file. Looks into what is written in place."""
    rest = [thing]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            if "/JS" in one or one.get("/S") in ACTIONS or one.get("/Subtype") == "/RichMedia":
                raise Bad("script")
            if "/EF" in one or "/XFA" in one:
                raise Bad("attached")
            rest += [value for _, value in dict.items(one)]
        elif isinstance(one, list):
            rest += list.__iter__(one)


def text_of_pdf(file: BinaryIO) -> Iterator[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(file)
    for page in document:
        yield page.get_textpage().get_text_range()


def picture_of_pdf(file: BinaryIO):
    import pypdfium2

    page = pypdfium2.PdfDocument(file)[0]
    return page.render(scale=PICTURE_SIDE / max(page.get_size())).to_pil()


# --- PowerPoint, Word, OpenDocument: XML parts in a ZIP file ----------------------------------------------
def open_package(file: BinaryIO) -> zipfile.ZipFile:
    package = zipfile.ZipFile(file)
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Bad("bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise Bad("encrypted")
    return package


def format_of(package: zipfile.ZipFile) -> tuple[str, str]:
    """What it is by its own account, and the name of its main part."""
    names = set(package.namelist())
    if "[Content_Types].xml" in names:
        types = part(package, "[Content_Types].xml")
        if b"macroEnabled" in types or any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Bad("macros")
        for content_type, (form, main) in MAIN_PARTS.items():
            if content_type in types and main in names:
                return form, main
    if "mimetype" in names and part(package, "mimetype").strip() == ODP:
        if b"encryption-data" in part(package, "META-INF/manifest.xml"):
            raise Bad("encrypted")
        if any(name.startswith(("Basic/", "Scripts/")) for name in names):
            raise Bad("macros")
        return "odp", "content.xml"
    raise Bad("unknown")


def part(package: zipfile.ZipFile, name: str) -> bytes:
    """One XML part. What it says of its size bounds what is unpacked."""
    if package.getinfo(name).file_size > LARGEST_XML:
        raise Bad("bomb")
    return package.read(name)


def inspect_package(file: BinaryIO) -> str:
    package = open_package(file)
    form, main = format_of(package)
    words_of(part(package, main))
    return form


def text_of_package(file: BinaryIO) -> Iterator[str]:
    """The words on the slides or in the document; not what is noted for the speaker alone."""
    package = open_package(file)
    form, main = format_of(package)
    names = [main]
    if form == "pptx":
        slides = [re.fullmatch(r"ppt/slides/slide(\d+)\.xml", name) for name in package.namelist()]
        names = [found[0] for found in sorted(filter(None, slides), key=lambda found: int(found[1]))]
    for name in names:
        yield words_of(part(package, name))


def words_of(xml: bytes) -> str:
    """The text runs of a part. Declarations that could blow up or reach out are refused; no format has any."""
    words: list[str] = []
    within: list[str] = []

    def start(name: str, attributes) -> None:
        within.append(name.rpartition(" ")[2])
        if within[-1] in ("br", "tab", "line-break"):
            words.append(" ")

    def end(name: str) -> None:
        if within.pop() in ("p", "h"):
            words.append("\n")

    def characters(data: str) -> None:
        is_run = within[-1] == "t" or "p" in within or "h" in within
        if is_run and "notes" not in within and not data.isspace():
            words.append(data)

    def refuse(*declaration) -> None:
        raise Bad("broken")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(xml, True)
    return "".join(words)


def picture_of_package(file: BinaryIO):
    """The preview that the program which saved the file put into it; most do."""
    from PIL import Image

    package = open_package(file)
    name = next((name for name in PREVIEWS if name in package.namelist()), None)
    if name is None:
        raise Bad("no picture")
    picture = Image.open(io.BytesIO(part(package, name)), formats=["JPEG", "PNG"])
    if picture.width * picture.height > LARGEST_PREVIEW:
        raise Bad("no picture")
    return picture


# --- all of them ----------------------------------------------------------------------------------------
def inspect(file: BinaryIO, is_pdf: bool) -> bytes:
    return (inspect_pdf(file) if is_pdf else inspect_package(file)).encode()


def text(file: BinaryIO, is_pdf: bool) -> bytes:
    found, length = [], 0
    for words in text_of_pdf(file) if is_pdf else text_of_package(file):
        found.append(re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]+", " ", words))
        length += len(words)
        if length > MOST_TEXT:
            break
    return "\n".join(found)[:MOST_TEXT].encode()


def picture(file: BinaryIO, is_pdf: bool) -> bytes:
    image = (picture_of_pdf(file) if is_pdf else picture_of_package(file)).convert("RGB")
    image.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=75)
    return out.getvalue()


def main(what: str) -> int:
    bound_ourselves()
    file = io.BytesIO(sys.stdin.buffer.read())
    is_pdf = file.getvalue()[:5] == b"%PDF-"
    try:
        sys.stdout.buffer.write({"inspect": inspect, "text": text, "picture": picture}[what](file, is_pdf))
    except Bad as bad:
        sys.stdout.write(str(bad))
        return 2
    except Exception:  # whatever a library says of a file that is not as it should be
        sys.stdout.write("broken")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
