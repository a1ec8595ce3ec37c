"""Opens one uploaded picture, in a process of its own, and makes it anew in smaller sizes.

    python -m clusters.image_reader SMALLEST_SIDE SIDE… < picture

Prints each size, the largest first, as a line with its width and height and then its pixels (RGB); or what is wrong, as
a word for `clusters.images`, with exit status 2.
"""

import struct
import sys
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from clusters.reader_bounds import bound_ourselves

FORMATS = ["JPEG", "PNG", "WEBP"]
MOST_PIXELS = 50_000_000
BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error, EOFError, KeyError)


class Bad(Exception):
    """What is wrong with the picture, as a word for `clusters.images`."""


def sizes_of(file: BinaryIO, smallest: int, sides: list[int]) -> Iterator[Image.Image]:
    """Upright, on white and without what a camera noted. What is too large is known before it is unpacked."""
    if b"<svg" in file.read(2048).lower():
        raise Bad("svg")
    file.seek(0)
    image = Image.open(file, formats=FORMATS)
    if image.width * image.height > MOST_PIXELS:
        raise Bad(f"pixels {image.width * image.height // 1_000_000}")
    if min(image.size) < smallest:
        raise Bad("small")
    for side in sorted(sides, reverse=True):
        yield shrunk(image, side)


def shrunk(image: Image.Image, side: int) -> Image.Image:
    """A copy within a square. The original is shrunk with it, so that its many pixels are unpacked once only."""
    image.draft("RGB", (side, side))
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((side, side))
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    copy = Image.new("RGB", upright.size, "white")
    copy.paste(upright, mask=upright)
    return copy


def read(file: BinaryIO, smallest: int, sides: list[int]) -> bytes:
    try:
        return b"".join(
            b"%d %d\n" % image.size + image.tobytes() for image in sizes_of(file, smallest, sides)
        )
    except Image.DecompressionBombError as bad:
        raise Bad("pixels") from bad
    except BROKEN as bad:
        raise Bad("broken") from bad


def main(smallest: str, *sides: str) -> int:
    bound_ourselves()
    try:
        sys.stdout.buffer.write(read(sys.stdin.buffer, int(smallest), [int(side) for side in sides]))
    except Bad as bad:
        sys.stdout.write(str(bad))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
