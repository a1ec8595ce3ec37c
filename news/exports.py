"""Makes the exports that were asked for (`members.exports`): here, because all apps are known."""

import logging
import tempfile

from django.core.files import File
from django.db import transaction

from clusters import archives, present
from clusters.in_hand import in_hand
from members.models import Export

from .kept import EVERYTHING

log = logging.getLogger(__name__)


def make_next() -> bool:
    """A chore of the worker: the next export that nobody has in hand. False: there is none."""
    waiting = Export.objects.filter(state=Export.State.WAITING).order_by("pk")
    for export in waiting.select_related("cluster", "association", "by"):
        with in_hand(f"export {export.pk}") as ours:
            if ours and Export.objects.filter(pk=export.pk, state=Export.State.WAITING).exists():
                make(export)
                return True
    return False


def make(export: Export) -> None:
    """On disk, not in memory; a worker killed meanwhile leaves the export to the next one."""
    with tempfile.TemporaryFile() as out:
        try:
            manifest = archives.write(out, EVERYTHING, export.by, export.cluster or export.association)
            export.rows = [(table["name"], table["rows"]) for table in manifest["tables"] if table["rows"]]
            export.size = out.tell()
            out.seek(0)
            export.file.save(f"{export.uid}.zip", File(out), save=False)
            export.state = Export.State.DONE
        except Exception:
            log.exception("Export %s could not be made.", export.pk)
            export.state = Export.State.FAILED
    export.made_at = present.now()
    with transaction.atomic():
        export.save(update_fields=["rows", "size", "file", "state", "made_at"])
