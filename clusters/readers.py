"""Files that strangers upload are opened in a process of their own, with bounds on time and memory and none of our
secrets: what a library does with a bad one happens there."""

import subprocess
import sys
import tempfile

from django.conf import settings
from django.core.files import File

from clusters.reader_bounds import SECONDS

BY_THE_CLOCK = 10  # seconds that are added: the reader's own bound is on the time it computes
TOO_LATE = 124  # as `timeout` says it


def look_into(
    file: File, reader: str, *what: str, seconds: int = SECONDS
) -> subprocess.CompletedProcess[bytes]:
    """Run a module on a file. If it is killed for taking too much, its exit status is not 0 either."""
    command = [sys.executable, "-m", reader, *what]
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        for chunk in file.chunks():
            copy.write(chunk)
        file.seek(0)
        copy.seek(0)
        try:
            return subprocess.run(
                command,
                stdin=copy,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=settings.BASE_DIR,
                env={"PYTHONDONTWRITEBYTECODE": "1"},  # none of our secrets
                timeout=seconds + BY_THE_CLOCK,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(late.cmd, TOO_LATE, b"", b"")
