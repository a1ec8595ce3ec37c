import resource
from contextlib import contextmanager
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error
from django.test import Client
from PIL import Image
from psycopg2 import errors

from clusters.files import is_full_disk
from tests.pages import text_of


@contextmanager
def no_room_beyond(size: int):
    """Nothing this process writes grows over so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def kept(media) -> list:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_that_finds_no_room_leaves_nothing(media):
    with no_room_beyond(1000), pytest.raises(OSError, match="too large"):
        default_storage.save("a/b.bin", ContentFile(b"x" * 100_000))
    assert kept(media) == []
    assert default_storage.save("a/b.bin", ContentFile(b"x" * 100_000)) == "a/b.bin"


def test_who_uploads_to_a_full_disk_is_told_and_nothing_is_half_done(as_member, firm, media):
    as_member.raise_request_exception = False
    picture = BytesIO()
    Image.effect_noise((400, 400), 90).save(picture, "png")
    logo = SimpleUploadedFile("logo.png", picture.getvalue(), "image/png")
    form = as_member.get(f"/companies/{firm.slug}/edit/").context["form"]
    said = {name: value or "" for name, value in form.initial.items() if name in form.fields}
    said |= {"summary": "Now with a logo.", "expertise": "", "logo": logo}
    with no_room_beyond(1000):
        page = as_member.post(f"/companies/{firm.slug}/edit/", said)
        assert page.status_code == 507
        assert "The disk of this site is full, so nothing of what you sent was kept." in text_of(page)
        assert Client().get(f"/companies/{firm.slug}/").status_code == 200
    assert kept(media) == []
    firm.refresh_from_db()
    assert firm.summary != "Now with a logo."
    logo.seek(0)
    assert as_member.post(f"/companies/{firm.slug}/edit/", said).status_code == 302
    assert len(kept(media)) == 2


def test_the_full_disk_of_postgres_is_told_the_same():
    error = Error()
    error.__cause__ = errors.DiskFull()
    assert is_full_disk(error)
    error.__cause__ = errors.AdminShutdown()
    assert not is_full_disk(error)
