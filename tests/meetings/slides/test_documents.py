import io
import re

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from clusters import readers
from clusters.errors import Refused
from meetings.slides import document_reader
from meetings.slides import documents as our
from tests.meetings.slides import documents as made

GOOD = [
    ("talk.pdf", lambda: made.pdf("Zettelkasten"), "pdf"),
    ("talk.PPTX", lambda: made.pptx("Zettelkasten", "Second slide"), "pptx"),
    ("talk.odp", lambda: made.odp("Zettelkasten"), "odp"),
    ("talk.docx", lambda: made.docx("Zettelkasten"), "docx"),
    ("no suffix", lambda: made.pdf("Zettelkasten"), "pdf"),
]
BAD = [
    ("empty.pdf", lambda: b"", "This file is empty."),
    ("text.pdf", lambda: b"Dear all,", "This is not a file we can show."),
    ("page.pdf", lambda: b"<html><script>alert(1)</script>", "This is not a file we can show."),
    ("half.pdf", lambda: made.pdf()[:300], "can’t be opened"),
    ("garbage.pdf", lambda: b"%PDF-1.7\n" + b"\xff\x00" * 5_000, "can’t be opened"),
    ("none.pdf", made.pdf_without_pages, "has no pages"),
    ("locked.pdf", made.pdf_with_a_password, "protected by a password"),
    ("script.pdf", made.pdf_with_script, "has a script or an action"),
    ("hidden.pdf", made.pdf_with_hidden_script, "has a script or an action"),
    ("launch.pdf", made.pdf_that_starts_a_program, "has a script or an action"),
    ("attached.pdf", made.pdf_with_a_file_in_it, "Other files are packed into this PDF."),
    ("talk.pdf", lambda: made.pptx("Hello"), "called .pdf, but it is PowerPoint (.pptx)"),
    ("talk.exe", made.pdf, "called .exe, but it is PDF"),
    ("old.ppt", lambda: our.OLD_OFFICE + b"\0" * 512, "an old Office file"),
    ("half.pptx", lambda: made.pptx("Hello")[:200], "can’t be opened"),
    ("broken.pptx", lambda: made.pptx(**{"ppt/presentation.xml": "<presentation>"}), "can’t be opened"),
    ("any.zip", lambda: made.package({"a.txt": "a"}), "This is not a file we can show."),
    ("macro.pptx", lambda: made.pptx("Hi", **{"ppt/vbaProject.bin": b"x"}), "has macros"),
    ("locked.pptx", made.encrypted_zip, "protected by a password"),
    ("locked.odp", lambda: made.odp("Hi", "<encryption-data/>"), "protected by a password"),
    ("bomb.pptx", made.zip_bomb, "unpacks to far more"),
    ("many.pptx", made.many_parts, "unpacks to far more"),
    ("laughs.pptx", made.billion_laughs, "can’t be opened"),
]


@pytest.mark.parametrize(("name", "content", "form"), GOOD, ids=[row[0] for row in GOOD])
def test_a_good_file_is_known_by_its_content_and_read(name, content, form):
    file = ContentFile(content(), name=name)
    assert our.check(file) == form
    assert "Zettelkasten" in our.text(file)
    assert "Only for me" not in our.text(file)  # what is noted for the speaker


@pytest.mark.parametrize(("name", "content", "sentence"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_file_is_refused_with_its_sentence(name, content, sentence):
    with pytest.raises(Refused, match=re.escape(sentence)):
        our.check(ContentFile(content(), name=name))


def test_a_huge_file_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(our, "LARGEST_FILE", 100)
    with pytest.raises(Refused, match="more than 50 MB"):
        our.check(ContentFile(made.pdf(), name="talk.pdf"))


def test_no_more_of_an_upload_is_kept_than_shows_that_it_is_too_large(monkeypatch):
    monkeypatch.setattr(our, "LARGEST_FILE", 100)
    handler = our.StopAtTheLargest()
    handler.new_file("file", "talk.pdf", "application/pdf", None)
    kept = [handler.receive_data_chunk(b"x" * 60, 0) for _ in range(4)]
    assert kept == [b"x" * 60, b"x" * 60, None, None]


def test_the_first_page_makes_a_small_picture():
    picture = Image.open(io.BytesIO(our.picture(ContentFile(made.pdf()))))
    assert (picture.format, picture.width) == ("WEBP", 640)


def test_a_preview_of_81_megapixels_in_a_small_file_is_left_alone():
    out = io.BytesIO()
    Image.new("L", (9000, 9000)).save(out, "PNG")
    file = made.package({"mimetype": document_reader.ODP, "Thumbnails/thumbnail.png": out.getvalue()})
    assert len(file) < 200_000
    assert our.picture(ContentFile(file)) is None


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(readers, "BY_THE_CLOCK", 0.01 - readers.SECONDS)
    assert our.text(ContentFile(made.pdf())) is None
    with pytest.raises(Refused, match="can’t be opened"):
        our.check(ContentFile(made.pdf(), name="talk.pdf"))


def test_no_more_text_is_kept_than_a_search_needs():
    assert len(our.text(ContentFile(made.docx("word " * 30_000)))) == 60_000
