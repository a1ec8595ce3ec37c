"""The archive: a tar whose last member says what the others must be."""

import hashlib
import json
import tarfile
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from clusters import present
from clusters.errors import Refused

VERSION = 1
MANIFEST = "manifest.json"
BLOCK = 1024 * 1024  # bytes read at a time


def read_manifest(archive: Path) -> dict[str, Any]:
    """The manifest of an archive whose members are all there and unchanged; else Refused."""
    try:
        with tarfile.open(archive) as tar:
            found = {member.name: digest(opened(tar, member)) for member in tar if member.isfile()}
            manifest = json.load(opened(tar, tar.getmember(MANIFEST)))
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise Refused(f"{archive.name} can't be read as a backup: {error}.") from error
    if manifest.get("version") != VERSION:
        raise Refused(f"{archive.name} was written by a version that this one doesn't know.")
    del found[MANIFEST]
    for name, written in manifest["members"].items():
        if found.pop(name, None) != written:
            raise Refused(f"{archive.name} is damaged: {name} is not what was written.")
    if found:
        raise Refused(f"{archive.name} was changed: {min(found)} does not belong to it.")
    return manifest


def add_manifest(tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    content = json.dumps(manifest, indent=1).encode()
    add(tar, MANIFEST, BytesIO(content), len(content))


def add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> str:
    """Returns the SHA-256 of what was written."""
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(present.now().timestamp())
    reader = _Hashing(content)
    tar.addfile(member, reader)  # type: ignore[arg-type]  # reads are all it asks for
    return reader.hash.hexdigest()


def opened(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    if content is None:
        raise Refused(f"{member.name} in the backup is not a file.")
    return content


def digest(content: IO[bytes]) -> str:
    reader = _Hashing(content)
    while reader.read(BLOCK):
        pass
    return reader.hash.hexdigest()


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, content: IO[bytes]):
        self.content, self.hash = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.content.read(size)
        self.hash.update(block)
        return block
