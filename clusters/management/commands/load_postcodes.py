from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clusters import postcodes
from clusters.errors import Refused


class Command(BaseCommand):
    help = (
        "Loads the positions of all postcodes from Code-Point Open (CSV or zip), ONSPD or NSPL (CSV or zip), "
        "instead of those loaded before. The finder then measures from the postcode instead of its district."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options):
        try:
            count = postcodes.load(file)
        except (OSError, Refused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{count.good:,} postcodes in {count.districts:,} districts; "
            f"{count.nowhere:,} without a position and {count.bad:,} lines not understood are left out."
        )
