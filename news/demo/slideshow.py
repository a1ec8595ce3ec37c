"""The presentations of the talks, with their slides as small real PDF files in the site's storage."""

import io
import random
from datetime import timedelta
from functools import cache
from uuid import NAMESPACE_URL, uuid5

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from meetings.models import AgendaItem, Presentation
from meetings.models.presentation import file_path, picture_path
from meetings.slides.document_reader import picture
from members.models import Company, User
from news.demo.slides import one_page_pdf
from news.demo.texts import rows

FIRMS = ("firms_north.txt", "firms_midlands.txt")
DAYS_UNTIL_PUBLISHED = 2


@cache
def _showcases() -> dict[str, str]:
    return {cells[0]: cells[5] for filename in FIRMS for _, cells in rows(filename)}


def showcase_title(company: Company) -> str:
    return _showcases()[company.name]


def presentation(
    item: AgendaItem, company: Company, speaker: User, lessons: list[str], chance: random.Random
) -> Presentation:
    """Of a past talk, unsaved, with its file in place."""
    is_showcase = item.kind == AgendaItem.Kind.SHOWCASE
    record = Presentation(
        meeting=item.meeting,
        agenda_item=item,
        company=company,
        presenter=speaker,
        title=showcase_title(company) if is_showcase else item.title,
        audience=chance.choices(["public", "members"], [4, 1])[0],
        state=Presentation.State.PUBLISHED,
        uid=uuid5(NAMESPACE_URL, f"{item.kind} of {item.meeting.uid}"),
        submitted_at=item.meeting.ends_at + timedelta(days=1),
        published_at=item.meeting.ends_at + timedelta(days=DAYS_UNTIL_PUBLISHED),
        names=f"{company.name} {speaker.name}",
        reading=Presentation.Reading.DONE,
    )
    points = [company.summary, company.offers, company.seeks] if is_showcase else [item.summary, *lessons]
    record.text = "\n".join([record.title, record.names, *filter(None, points)])
    pdf = one_page_pdf(
        record.title,
        f"{speaker.name}, {company.name}",
        [point for point in points if point],
        f"{item.meeting.organiser}, {item.meeting.starts_at:%-d %B %Y}",
    )
    _store(record, pdf)
    return record


def _store(record: Presentation, pdf: bytes) -> None:
    record.size, record.format = len(pdf), Presentation.Format.PDF
    record.file.name = _kept(record.file.storage, file_path(record, "slides.pdf"), pdf)
    page = picture(io.BytesIO(pdf), is_pdf=True)
    record.picture.name = _kept(record.picture.storage, picture_path(record, "page.webp"), page)


def _kept(storage: Storage, path: str, content: bytes) -> str:
    """The address is the same in each load, so the file of a database that is gone gives way."""
    if storage.exists(path):
        storage.delete(path)
    return storage.save(path, ContentFile(content))
