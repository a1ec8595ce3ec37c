from django.core.management.base import BaseCommand, CommandError

from clusters import archives
from clusters.errors import Refused
from members.models import User
from news.kept import EVERYTHING


class Command(BaseCommand):
    help = "Puts an export of all data, as the desk makes it, into this empty site."

    def add_arguments(self, parser):
        parser.add_argument("file", help="The ZIP file.")
        parser.add_argument(
            "--operator",
            metavar="E-MAIL",
            help="Who of the people in it operates this site. Nobody keeps that right by the export itself.",
        )

    def handle(self, file, operator=None, **options):
        def make_operator():
            if operator and not User.objects.filter(email=operator.lower()).update(is_superuser=True):
                raise Refused(f"Nobody in this export has the address {operator}. Nothing was loaded.")

        try:
            numbers = archives.load(file, EVERYTHING, finish=make_operator)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for name, number in numbers.items():
            if number:
                self.stdout.write(f"{number:>8} {name.replace('-', ' ')}")
        self.stdout.write("Loaded. Each person signs in with a code by mail, and chooses a new password.")
