"""Small documents to test with, made by hand: whole ones, and bad ones of every kind."""

import io
import struct
import zipfile

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from news.demo.slides import one_page_pdf

PPTX_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def pdf(words="Ransomware in a small firm") -> bytes:
    return one_page_pdf("A title", "Ann Speaker, A Firm", [words], "Lancaster")


def package(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def pptx(*slides: str, content_type=PPTX_TYPE, **more) -> bytes:
    runs = [f"<a:p><a:r><a:t>{words}</a:t></a:r></a:p>" for words in slides]
    return package(
        {
            "[Content_Types].xml": f'<Types><Override ContentType="{content_type}"/></Types>',
            "ppt/presentation.xml": "<presentation/>",
            "ppt/notesSlides/notesSlide1.xml": f"<n {DRAWING}><a:p><a:t>Only for me</a:t></a:p></n>",
            **{f"ppt/slides/slide{n}.xml": f"<s {DRAWING}>{run}</s>" for n, run in enumerate(runs, start=1)},
            **more,
        }
    )


def docx(words: str) -> bytes:
    return package(
        {
            "[Content_Types].xml": f'<Types><Override ContentType="{DOCX_TYPE}"/></Types>',
            "word/document.xml": f"<d {WORD}><w:p><w:r><w:t>{words}</w:t></w:r></w:p></d>",
        }
    )


def odp(words: str, manifest="<manifest/>") -> bytes:
    text = 'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    notes = 'xmlns:p="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"'
    return package(
        {
            "mimetype": "application/vnd.oasis.opendocument.presentation",
            "META-INF/manifest.xml": manifest,
            "content.xml": f"<c {text} {notes}><t:p>{words}</t:p><p:notes><t:p>Only for me</t:p></p:notes></c>",
        }
    )


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_with_script() -> bytes:
    """Run when it is opened."""
    return pdf_that_opens_with(script())


def script() -> DictionaryObject:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
    action[NameObject("/JS")] = TextStringObject("app.alert('hello')")
    return action


def pdf_that_opens_with(action: DictionaryObject) -> bytes:
    writer = PdfWriter(io.BytesIO(pdf()))
    writer._root_object[NameObject("/OpenAction")] = action
    return written(writer)


def pdf_with_hidden_script() -> bytes:
    """Its name is spelt in another way (ISO 32000-1, 7.3.5), and no page leads to it."""
    writer = PdfWriter(io.BytesIO(pdf()))
    writer._add_object(script())
    return written(writer).replace(b"/JavaScript", b"/Java#53cript")


def pdf_that_starts_a_program() -> bytes:
    return pdf_that_opens_with(DictionaryObject({NameObject("/S"): NameObject("/Launch")}))


def pdf_with_a_file_in_it() -> bytes:
    writer = PdfWriter(io.BytesIO(pdf()))
    writer.add_attachment("setup.exe", b"MZ")
    return written(writer)


def pdf_with_a_password() -> bytes:
    writer = PdfWriter(io.BytesIO(pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    return written(writer)


def pdf_without_pages() -> bytes:
    return written(PdfWriter())


def zip_bomb() -> bytes:
    """A part of 400 MB in 400 KB."""
    return pptx("Hello", **{"ppt/media/image1.png": b"\0" * (400 * 1024**2)})


def many_parts() -> bytes:
    return package({f"part{number}": "" for number in range(6_000)})


def billion_laughs() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<!DOCTYPE p [<!ENTITY l0 "ha">{laughs}]><presentation>&l9;</presentation>'
    return pptx("Hello", **{"ppt/presentation.xml": xml})


def encrypted_zip() -> bytes:
    """Each entry says that it is encrypted (APPNOTE, 4.4.4, bit 0)."""
    data = bytearray(pptx("Hello"))
    position = data.find(b"PK\x01\x02")
    while position != -1:
        (flags,) = struct.unpack_from("<H", data, position + 8)
        struct.pack_into("<H", data, position + 8, flags | 1)
        position = data.find(b"PK\x01\x02", position + 4)
    return bytes(data)
