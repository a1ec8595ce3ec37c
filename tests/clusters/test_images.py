import contextlib
import io

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from clusters import image_reader
from clusters.errors import Refused
from clusters.images import ImageUpload, Kind, as_webp, made_anew

LOGO = Kind("logo", {"small": 100, "large": 400}, smallest_side=64)


def drawn(form="PNG", size=(800, 400), mode="RGB", colour=None, **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour or 0).save(out, form, **more)
    return out.getvalue()


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", content)


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "Secret place"
    return drawn("JPEG", colour="teal", exif=exif)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_each_size_fits_its_square(form):
    sizes = made_anew(upload(drawn(form)), LOGO)
    assert {name: image.size for name, image in sizes.items()} == {"large": (400, 200), "small": (100, 50)}


def test_a_small_one_is_not_blown_up():
    assert made_anew(upload(drawn(size=(80, 70))), LOGO)["large"].size == (80, 70)


def test_it_is_turned_upright_and_forgets_what_the_camera_noted():
    image = made_anew(upload(with_exif(orientation=6)), LOGO)["large"]
    webp = as_webp(image, 80).read()
    assert image.size == (200, 400)
    assert dict(Image.open(io.BytesIO(webp)).getexif()) == {} and b"Secret" not in webp


def test_what_is_clear_turns_white():
    for content in (drawn(mode="RGBA", colour=(0, 0, 0, 0)), drawn(mode="LA", colour=(0, 0))):
        assert made_anew(upload(content), LOGO)["small"].getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_understood(mode):
    assert made_anew(upload(drawn(mode=mode)), LOGO)["large"].mode == "RGB"


def test_a_jpeg_for_printers_is_understood():
    assert made_anew(upload(drawn("JPEG", mode="CMYK")), LOGO)["large"].mode == "RGB"


def text_bomb() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("bomb", "x" * 70_000_000, zip=True)
    return drawn(pnginfo=notes)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"words", "not a logo we can show. Upload a JPEG, PNG or WebP file"),
        (b"<?xml version='1.0'?>\n<SVG xmlns='http://www.w3.org/2000/svg'/>", "Export it as PNG"),
        (drawn("GIF"), "not a logo we can show"),
        (drawn("TIFF"), "not a logo we can show"),
        (drawn()[:-40], "not a logo we can show"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "not a logo we can show"),
        (drawn(size=(63, 300)), "Each side needs 64 pixels"),
        (drawn(size=(9000, 9000), mode="1"), "81 million pixels; 50 million is the most"),
        (drawn(size=(14_000, 14_000), mode="1"), "too many pixels"),
        (b"\0" * (20 * 1024**2 + 1), "more than 20 MB"),
        (text_bomb(), "not a logo we can show"),
    ],
    ids=["text", "svg", "gif", "tiff", "half", "zeros", "small", "large", "bomb", "20 MB", "text bomb"],
)
def test_a_bad_one_is_refused_with_its_sentence(content, sentence):
    with pytest.raises(Refused, match=sentence):
        made_anew(upload(content), LOGO)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_one_is_shown_or_refused_but_nothing_worse(form):
    whole = drawn(form, size=(90, 90), mode="RGB", colour="teal")
    for place in range(0, len(whole), max(len(whole) // 60, 1)):
        for damaged in (whole[:place], whole[:place] + b"\xff\x00\xff" + whole[place + 3 :]):
            with contextlib.suppress(image_reader.Bad):
                assert image_reader.read(io.BytesIO(damaged), 64, [400, 100])


class LogoForm(forms.Form):
    logo = ImageUpload(LOGO, required=False)


def test_the_field_of_a_form_gives_the_sizes_or_the_sentence():
    good = LogoForm({}, {"logo": upload(drawn())})
    assert good.is_valid() and set(good.cleaned_data["logo"]) == {"large", "small"}
    empty = LogoForm({}, {})
    assert empty.is_valid() and empty.cleaned_data["logo"] is None
    bad = LogoForm({}, {"logo": upload(b"words")})
    assert "not a logo we can show" in str(bad.errors)
    assert "empty" in str(LogoForm({}, {"logo": upload(b"")}).errors)
