"""The photo of a meeting: taken apart and made anew in two sizes, with nothing of the file that was uploaded."""

import io
from functools import partial

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from clusters import trail
from clusters.errors import Refused
from meetings.models import Meeting, MeetingPhoto

FORMATS = ["JPEG", "PNG", "WEBP"]
LARGEST_FILE = 20 * 1024**2
MOST_PIXELS = 50_000_000
SMALLEST_SIDE = 300
SIDES = {"large": 1600, "small": 640}


Sizes = dict[str, Image.Image]


def made_anew(file: File) -> Sizes:
    """The sizes of a photo, upright and without what the camera noted about it.

    Refused, with a sentence, if it is no photo, or too large; that is known before its pixels are unpacked.
    """
    if file.size > LARGEST_FILE:
        raise Refused("This photo has more than 20 MB, which is the most. Export a smaller one.")
    try:
        file.seek(0)
        image = Image.open(file, formats=FORMATS)
        refuse_size(*image.size)
        image.draft("RGB", (SIDES["large"], SIDES["large"]))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as bad:
        raise Refused("This is not a photo we can show. Upload a JPEG, PNG or WebP file.") from bad
    return {name: shrunk(upright, side) for name, side in SIDES.items()}


def refuse_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        millions = width * height // 1_000_000
        raise Refused(
            f"This photo has {millions} million pixels; 50 million is the most. Export a smaller one."
        )
    if min(width, height) < SMALLEST_SIDE:
        raise Refused(f"This photo is too small. Each side needs {SMALLEST_SIDE} pixels.")


def shrunk(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((side, side))
    copy.info.clear()
    return copy


@transaction.atomic
def put(meeting: Meeting, sizes: Sizes, description: str, *, by) -> MeetingPhoto:
    """The photo of the meeting, instead of the one it had. `sizes` are as `made_anew` makes them."""
    remove(meeting)
    large = sizes["large"]
    photo = MeetingPhoto(meeting=meeting, width=large.width, height=large.height, description=description)
    for name, image in sizes.items():
        out = io.BytesIO()
        image.save(out, "WEBP", quality=80)
        getattr(photo, name).save(f"{name}.webp", ContentFile(out.getvalue()), save=False)
    photo.save()
    trail.record(by, "put a photo to", meeting, cluster=meeting.cluster, association=meeting.association)
    return photo


def remove(meeting: Meeting) -> None:
    for photo in MeetingPhoto.objects.filter(meeting=meeting):
        photo.delete()
        for file in (photo.large, photo.small):
            transaction.on_commit(partial(file.storage.delete, str(file)))
