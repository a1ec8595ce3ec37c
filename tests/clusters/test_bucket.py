"""Uploads in a bucket of an object storage, a real server of which is stopped."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from tests import factories
from tests.conftest import client_of
from tests.machines import BUCKET, S3_KEYS, Machines
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings, monkeypatch):
    """One that answers, until `kill("s3")`."""
    for name, value in S3_KEYS.items():
        monkeypatch.setenv(name, value)
    machines = Machines(connection.settings_dict, "")
    try:
        machines.start_bucket()
        machines.wait_for("s3")
        machines.make_bucket()
        options = {"bucket_name": BUCKET, "endpoint_url": machines.address("s3"), "default_acl": None}
        kept = {"BACKEND": "clusters.bucket.Bucket", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": kept}
        yield machines
    finally:
        machines.close()


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.effect_noise((200, 200), 90).save(out, "png")
    return SimpleUploadedFile("logo.png", out.getvalue(), "image/png")


def test_away_it_is_told_in_a_sentence_and_what_was_typed_is_kept(bucket, firm, member, lancaster):
    person = client_of(member)
    person.raise_request_exception = False
    edit = f"/companies/{firm.slug}/edit/"
    form = person.get(edit).context["form"]
    said = {name: value or "" for name, value in form.initial.items() if name in form.fields}
    said |= {"summary": "Now with a logo.", "expertise": ""}
    assert person.post(edit, {**said, "logo": picture()}).status_code == 302
    firm.refresh_from_db()
    logo = f"/logos/{firm.logo.uid}/small.webp"
    assert b"".join(Client().get(logo).streaming_content).startswith(b"RIFF")

    bucket.kill("s3")
    again = person.post(edit, {**said, "summary": "Typed for an hour.", "logo": picture()})
    assert again.status_code == 200
    assert "Files can’t be kept at the moment." in text_of(again)
    assert again.context["form"]["summary"].value() == "Typed for an hour."
    gone = person.get(logo)
    assert (gone.status_code, gone["Retry-After"]) == (503, "30")
    assert "Back in a few minutes" in text_of(gone)
    assert person.post(edit, {**said, "summary": "Without a file."}).status_code == 302
    assert Client().get(firm.get_absolute_url()).status_code == 200


def test_slides_are_told_the_same(bucket, lancaster, firm, member):
    talk = factories.PresentationFactory(
        meeting__cluster=lancaster, meeting__state="held", company=firm, state="expected"
    )
    bucket.kill("s3")
    person = client_of(member)
    page = person.get(f"/me/slides/{talk.pk}/", follow=True)
    slides = SimpleUploadedFile("talk.pdf", b"%PDF-1.4", "application/pdf")
    said = {"title": "Tides and data", "audience": "members", "file": slides, "link": ""}
    again = person.post(f"{page.redirect_chain[-1][0]}hand-in/", said)
    assert "Files can’t be kept at the moment." in text_of(again)
    assert again.context["form"]["title"].value() == "Tides and data"
