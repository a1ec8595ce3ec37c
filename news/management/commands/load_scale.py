import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from news.scale import load


class Command(BaseCommand):
    help = "Loads an invented country of clusters, to measure with. For each firm there are 2 meetings and 40 answers."

    def add_arguments(self, parser):
        parser.add_argument("--firms", type=int, default=50_000)
        parser.add_argument("--force", action="store_true", help="Also into a site that is not a demo.")

    def handle(self, *args, firms, force=False, **options):
        if not (settings.DEMO or force):
            raise CommandError("This site is not a demo. Its members would find invented firms among them.")
        if firms < 1:
            raise CommandError("At least one firm.")
        begun = time.monotonic()

        def say(step: str) -> None:
            self.stdout.write(f"{time.monotonic() - begun:6.0f} s  {step}")
            self.stdout.flush()

        load(firms, say)
        say("done")
