import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clusters import present
from news import demo
from news.demo.load import is_loaded, load
from news.demo.texts import blocks

STEPS = 11  # besides one for each cluster that meets
WIDTH = 30


class Command(BaseCommand):
    help = "Loads the demo content: two associations with invented firms, people, meetings and news."

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="Also into a site that is not a demo.")

    def handle(self, *args, force=False, **options):
        if not (settings.DEMO or force):
            raise CommandError(
                "This site is not a demo. Its members would find invented firms among them. "
                "Use --force if that is what you want."
            )
        if is_loaded():
            self.stdout.write("The demo content is there already. Nothing was changed.")
        else:
            load(present.today(), Bar() if sys.stderr.isatty() else lambda step: None)
            self.stdout.write("The demo content is loaded.")
        self.stdout.write("\nSign in as")
        for role, email, password in demo.sign_ins():
            self.stdout.write(f"  {role}: {email}, {password}")


class Bar:
    """Says on the terminal how far it is and what comes next."""

    def __init__(self):
        self.done = 0
        meeting = [block for block in blocks("clusters.txt") if block.facts.get("state") != "forming"]
        self.steps = STEPS + len(meeting)

    def __call__(self, step: str) -> None:
        self.done += 1
        filled = WIDTH * self.done // self.steps
        end = "\n" if self.done == self.steps else ""
        sys.stderr.write(f"\r\x1b[K[{'#' * filled}{'.' * (WIDTH - filled)}] {step}{end}")
        sys.stderr.flush()
