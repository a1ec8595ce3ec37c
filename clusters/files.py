"""Where uploads are kept on a disk of ours, and what can go wrong there and elsewhere (clusters.bucket)."""

import errno
import sys

from django.core.files.storage import FileSystemStorage, default_storage
from django.db import Error
from psycopg2 import errors

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WholeFiles(FileSystemStorage):
    """A file is there whole or not at all: Django leaves what it had written when the disk became full."""

    def _save(self, name, content):
        try:
            return super()._save(name, content)  # type: ignore[misc]  # the stubs lack it
        except OSError:
            self.delete(name)  # `save` chose a name at which nothing was
            raise

    def refuse_if_away(self) -> None:
        """A disk is there."""


def refuse_if_away() -> None:
    """Refused where files can't be kept. Asked before a form with a file is taken, whose other fields then stay."""
    default_storage.refuse_if_away()  # type: ignore[attr-defined]  # ours have it


def is_full_disk(error: BaseException | None) -> bool:
    """Ours, or that of Postgres."""
    if isinstance(error, Error):
        return isinstance(error.__cause__, errors.DiskFull)
    return isinstance(error, OSError) and error.errno in NO_ROOM


def is_bucket_away(error: BaseException | None) -> bool:
    """It does not answer, or has trouble of its own. Sites without one never load what it is asked by."""
    if "botocore" not in sys.modules:
        return False
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
    return isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError)
