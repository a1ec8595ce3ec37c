"""What bad pictures and documents cost: seconds until they are refused, and the memory of reader and server.

python -m bench.bombs
"""

import io
import os
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import django
from PIL import Image

TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


# --- pictures -------------------------------------------------------------------------------------------
def png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG of grey pixels whose data are what is given, compressed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(pixels, 9))
        + chunk(b"IEND", b"")
    )


def frames() -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.new("P", (400, 400), number % 256) for number in range(300)]
    first.save(out, "GIF", save_all=True, append_images=rest)
    return out.getvalue()


def moving_webp() -> bytes:
    """Half of one: it breaks off within its frames."""
    out = io.BytesIO()
    first, *rest = [Image.new("RGB", (2000, 2000), (number, 0, 0)) for number in range(20)]
    first.save(out, "WEBP", save_all=True, append_images=rest)
    return out.getvalue()[:-200]


PICTURES: dict[str, Callable[[], bytes]] = {
    "PNG of 2,500 million pixels": lambda: png(50_000, 50_000, b"\0" * 50_000_000),
    "PNG of 81 million pixels": lambda: png(9000, 9000, b"\0" * 9000),
    "PNG of 49 million pixels that breaks off": lambda: png(7000, 7000, b"\0" * 7000 * 4 * 6000),
    "GIF of 300 frames": frames,
    "WebP of 20 frames that breaks off": moving_webp,
}


# --- documents -----------------------------------------------------------------------------------------
def package(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def docx(**parts: bytes) -> bytes:
    types = f'<Types><Override ContentType="{TYPES}"/></Types>'.encode()
    return package({"[Content_Types].xml": types, **parts})


def lying_docx() -> bytes:
    """The size that the archive gives for its main part is not the size it has."""
    whole = docx(**{"word/document.xml": b"<d>" + b" " * 60_000_000 + b"</d>"})
    return whole.replace(struct.pack("<I", 60_000_007), struct.pack("<I", 7_000))


def nested_zip() -> bytes:
    inner = package({"0.bin": b"\0" * 10_000_000})
    for _ in range(5):
        inner = package({f"{number}.zip": inner for number in range(16)})
    return inner


def pdf(*objects: bytes) -> bytes:
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "Word file that unpacks to 400 MB": lambda: docx(
        **{"word/document.xml": b"<d/>", "word/media/a.bin": b"\0" * 400_000_000}
    ),
    "Word file with a text of 60 MB": lambda: docx(**{"word/document.xml": b" " * 60_000_000}),
    "Word file that lies about its size": lying_docx,
    "Word file of 6,000 parts": lambda: docx(
        **{"word/document.xml": b"<d/>"}, **{f"word/{number}": b"" for number in range(6000)}
    ),
    "Word file whose entities multiply": lambda: docx(
        **{
            "word/document.xml": b'<!DOCTYPE d [<!ENTITY a "'
            + b"a" * 1000
            + b'"><!ENTITY b "'
            + b"&a;" * 1000
            + b'">]><d>&b;&b;</d>'
        }
    ),
    "Word file nested a million deep": lambda: docx(**{"word/document.xml": b"<d>" * 1_000_000}),
    "ZIP in ZIP in ZIP": nested_zip,
    "PDF that says it has a billion pages": lambda: pdf(
        CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 1000000000 >>"
    ),
    "PDF whose pages are their own parents": lambda: pdf(
        CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
    ),
    "PDF of lists 100,000 deep": lambda: pdf(
        CATALOGUE, b"<< /Type /Pages /Kids [] /Count 1 /X " + b"[" * 100_000 + b"]" * 100_000 + b" >>"
    ),
    "PDF without pages and with a stream of 200 MB": lambda: pdf(
        CATALOGUE,
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        (lambda data: b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(data), data))(
            zlib.compress(b"\0" * 200_000_000, 9)
        ),
    ),
}


def memory(what: str) -> int:
    """KB of this process: VmRSS now, VmHWM the most since `start_anew`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def start_anew() -> int:
    """Forget what the most was (Linux: proc_pid_clear_refs(5)). Returns what there is now."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.files.base import ContentFile

    from clusters.errors import Refused
    from clusters.images import Kind, made_anew
    from meetings.slides import documents

    kind = Kind("picture", {"large": 1600, "small": 400}, smallest_side=64)
    print("| file | KB | seconds | growth of the server, MB | refused with |\n|---|---|---|---|---|")
    for name, make in {**PICTURES, **DOCUMENTS}.items():
        content = ContentFile(make(), name="")
        before, start = start_anew(), time.perf_counter()
        said = "NOT REFUSED"
        try:
            made_anew(content, kind) if name in PICTURES else documents.check(content)
        except Refused as refusal:
            said = str(refusal)
        took = time.perf_counter() - start
        grown = (memory("VmHWM") - before) / 1024
        print(f"| {name} | {content.size // 1024:,} | {took:.1f} | {grown:.0f} | {said} |")
    readers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nThe largest reader had {readers:.0f} MB; it may have 1,024.")


if __name__ == "__main__":
    main()
