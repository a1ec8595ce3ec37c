from django.core.management.base import BaseCommand

from clusters import present
from news.retention import RULES, forget


class Command(BaseCommand):
    help = "Forgets what has been kept long enough, as the worker does by itself."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be forgotten.")

    def handle(self, *, dry_run, **options):
        now = present.now()
        for rule in RULES:
            self.stdout.write(f"{rule.rows(now).count():>7}  {rule.what} (kept: {rule.kept})")
        if not dry_run:
            forget(now)
            self.stdout.write("Forgotten.")
