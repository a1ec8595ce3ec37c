from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clusters import backups
from clusters.errors import Refused


class Command(BaseCommand):
    help = "Writes database and files into one archive and proves it by restoring it. The site goes on meanwhile."

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, metavar="DIRECTORY")
        parser.add_argument("--keep", type=int, default=14, help="How many archives stay. Default: 14.")

    def handle(self, *, to, keep, **options):
        if keep < 1:
            raise CommandError("Keep at least one.")
        try:
            archive = backups.write(to, keep=keep)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        manifest = backups.read_manifest(archive)
        rows = sum(count for count, _ in manifest["tables"].values())
        self.stdout.write(
            f"{archive}: {rows:,} rows in {len(manifest['tables'])} tables, {len(manifest['members']) - 1} files, "
            f"{archive.stat().st_size / 1e6:,.1f} MB. Restored once to prove it."
        )
        for name in manifest["missing"]:
            self.stderr.write(f"The database names a file that is not there: {name}")
