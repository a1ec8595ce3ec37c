"""Where uploads are kept on a disk of ours."""

import errno

from django.core.files.storage import FileSystemStorage
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


def is_full_disk(error: BaseException | None) -> bool:
    """Ours, or that of Postgres."""
    if isinstance(error, Error):
        return isinstance(error.__cause__, errors.DiskFull)
    return isinstance(error, OSError) and error.errno in NO_ROOM
