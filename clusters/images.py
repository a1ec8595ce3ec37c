"""Pictures that people upload: checked by content and made anew, with nothing of the file that came.

Photos, logos and the pictures of articles all come in here. A kind of picture says what is asked of it; `made_anew`
gives its sizes or says what is wrong; `clusters.models.StoredImage` keeps them; `served` answers with one of them.

    LOGO = Kind("logo", {"large": 512, "small": 160}, smallest_side=64)

    class LogoForm(forms.Form):
        logo = ImageUpload(LOGO)  # its cleaned value are the sizes
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from PIL import Image

from clusters.errors import Refused
from clusters.files import refuse_if_away
from clusters.readers import look_into

LARGEST_FILE = 20 * 1024**2

Sizes = dict[str, Image.Image]


@dataclass(frozen=True)
class Kind:
    """What is asked of pictures of a kind, and the longest side of each size they get, in pixels."""

    noun: str
    sides: Mapping[str, int]
    smallest_side: int
    quality: int = 80


def made_anew(file: File, kind: Kind) -> Sizes:
    """The sizes of a picture, upright, on white and without what a camera noted about it.

    Refused, with a sentence, if it is no picture, or too large; that is known before its pixels are unpacked.
    """
    if file.size > LARGEST_FILE:
        raise Refused(
            gettext("This %(noun)s has more than 20 MB, which is the most. Export a smaller one.")
            % {"noun": kind.noun}
        )
    names = sorted(kind.sides, key=lambda name: kind.sides[name], reverse=True)
    sides = [str(kind.sides[name]) for name in names]
    done = look_into(file, "clusters.image_reader", str(kind.smallest_side), *sides)
    if done.returncode:
        raise Refused(what_is_wrong(done.stdout.decode(errors="replace"), kind))
    return dict(zip(names, pictures_in(done.stdout), strict=True))


def pictures_in(printed: bytes) -> Iterator[Image.Image]:
    out = io.BytesIO(printed)
    while line := out.readline():
        width, height = (int(number) for number in line.split())
        yield Image.frombytes("RGB", (width, height), out.read(width * height * 3))


def what_is_wrong(word: str, kind: Kind) -> str:
    found, _, millions = word.partition(" ")
    about = {"noun": gettext(kind.noun), "side": kind.smallest_side, "millions": millions}
    if found == "svg":
        return gettext("This is an SVG drawing, which can carry programs. Export it as PNG.")
    if found == "small":
        return gettext("This %(noun)s is too small. Each side needs %(side)s pixels.") % about
    if found == "pixels" and millions:
        return (
            gettext(
                "This %(noun)s has %(millions)s million pixels; 50 million is the most. Export a smaller one."
            )
            % about
        )
    if found == "pixels":
        return gettext("This %(noun)s has too many pixels. Export a smaller one.") % about
    return gettext("This is not a %(noun)s we can show. Upload a JPEG, PNG or WebP file.") % about


def as_webp(image: Image.Image, quality: int) -> ContentFile:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=6)
    return ContentFile(out.getvalue())


class ImageUpload(forms.FileField):
    """A picture of a kind. Its cleaned value are the sizes, or None where none was sent."""

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def __init__(self, kind: Kind, **options):
        self.kind = kind
        super().__init__(**options)

    def to_python(self, data):
        upload = super().to_python(data)
        if upload is None:
            return None
        try:
            refuse_if_away()
            return made_anew(upload, self.kind)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal


def served(visible: QuerySet, uid, size: str) -> FileResponse:
    """A size of one of the pictures that the viewer may see; a view adds how long it may be kept."""
    image = get_object_or_404(visible, uid=uid)
    if size not in image.KIND.sides:
        raise Http404
    try:
        return FileResponse(getattr(image, size).open("rb"), content_type="image/webp")
    except FileNotFoundError as missing:
        raise Http404 from missing
