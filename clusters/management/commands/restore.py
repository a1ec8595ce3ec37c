from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from clusters import backups
from clusters.errors import Refused


class Command(BaseCommand):
    help = (
        "Puts a backup in the place of the present database and files. The former database stays beside it."
    )

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)
        parser.add_argument("--prove", action="store_true", help="Only restore it beside and compare.")
        parser.add_argument("--yes", action="store_true", help="Don't ask.")

    def handle(self, *, archive, prove, yes, **options):
        try:
            if prove:
                manifest = backups.prove(archive)
                self.stdout.write(f"Whole, and restores to what was there at {manifest['written_at']}.")
            else:
                self.restore(archive, yes)
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def restore(self, archive, yes):
        database = connection.settings_dict["NAME"]
        if not yes and input(f"Replace the database {database}? Type its name: ") != database:
            raise CommandError("Nothing was changed.")
        former = backups.restore(archive)
        self.stdout.write(f"{database} is as it was in {archive.name}.")
        if former:
            self.stdout.write(f"What it was before is in the database {former}; drop it when you are sure.")
