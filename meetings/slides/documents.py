"""Uploaded slides: what they are by their content, the words in them, and a picture of the first page.

Everything that opens a file runs in a process of its own (`slides.document_reader`), bounded in time and memory.
"""

from pathlib import Path

from django.core.files import File
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.errors import Refused
from clusters.readers import look_into
from meetings.models import Presentation

LARGEST_FILE = 50 * 1024**2
LARGEST_PICTURE = 500_000
READER = "meetings.slides.document_reader"

SENTENCES = {
    "attached": _("Other files are packed into this PDF. Export it again without attachments."),
    "bomb": _("This file unpacks to far more than slides need. Export the slides as PDF and upload that."),
    "broken": _("This file can’t be opened; it may be damaged. Export the slides again, best as PDF."),
    "empty": _("This PDF has no pages. Export the slides again."),
    "encrypted": _("This file is protected by a password. Save it without one, so that others can read it."),
    "macros": _("This file has macros. Save it without them, or export it as PDF."),
    "script": _(
        "This PDF has a script or an action in it. Export the slides again, best with “print to PDF”."
    ),
    "unknown": _(
        "This is not a file we can show. Upload PDF, PowerPoint (.pptx), OpenDocument (.odp) or Word (.docx)."
    ),
}
OLD_OFFICE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: .ppt and .doc, and newer ones with a password
)
OLD = _(
    "This is an old Office file (.ppt or .doc), or one with a password. Save it as .pptx or PDF, without one."
)


class StopAtTheLargest(FileUploadHandler):
    """Keeps no more of an upload than shows that it is too large, so that nobody fills the disk."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.kept = 0

    def receive_data_chunk(self, raw_data, start):
        if self.kept > LARGEST_FILE:
            return None
        self.kept += len(raw_data)
        return raw_data

    def file_complete(self, file_size):
        return None  # the next handler has it


def check(file: File) -> Presentation.Format:
    """What the file is by its content. Refused, with a sentence, if it is nothing to be shown on the site."""
    if not file.size:
        raise Refused(gettext("This file is empty. Choose another one."))
    if file.size > LARGEST_FILE:
        raise Refused(
            gettext(
                "This file has more than 50 MB, which is the most. Export it with smaller pictures, "
                "or give a link instead."
            )
        )
    file.seek(0)
    start = file.read(len(OLD_OFFICE))
    if start == OLD_OFFICE:
        raise Refused(OLD)
    if not start.startswith((b"%PDF-", b"PK\x03\x04")):
        raise Refused(SENTENCES["unknown"])
    done = look_into(file, READER, "inspect")
    answer = done.stdout.decode(errors="replace")
    if done.returncode:
        raise Refused(SENTENCES.get(answer, SENTENCES["broken"]))
    found = Presentation.Format(answer)
    named = Path(file.name or "").suffix.lower().removeprefix(".")
    if named and named != found:
        raise Refused(
            gettext(
                "This file is called .%(named)s, but it is %(found_label)s (.%(found_value)s). "
                "Export it again, or give it the right name."
            )
            % {"named": named[:10], "found_label": found.label, "found_value": found.value}
        )
    return found


def text(file: File) -> str | None:
    """The words in it, the first of them if they are many; None if they can't be read."""
    done = look_into(file, READER, "text")
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def picture(file: File) -> bytes | None:
    """A small WebP of the first page; None if there is none to be had."""
    done = look_into(file, READER, "picture")
    return done.stdout if done.returncode == 0 and 0 < len(done.stdout) <= LARGEST_PICTURE else None
