"""`manage.py release`: a restored system sends messages again, and its watch works (row S09)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.holding import WAYS, Undecided, is_held, release, waiting


class Command(BaseCommand):
    help = "Let a restored system send messages and raise alerts again; say what becomes of the messages that wait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--waiting",
            choices=WAYS,
            help="send: with the keys that they had; set-aside: among the dead letters, where one can be sent again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_held():
            raise CommandError("This system is not held.")
        try:
            count = release(waiting=options["waiting"])
        except Undecided as error:
            found = waiting()
            oldest = found.oldest.isoformat(timespec="seconds") if found.oldest else ""
            raise CommandError(
                f"{found.count} messages wait, the oldest since {oldest}. The system that was backed up has perhaps "
                "sent them: say --waiting send or --waiting set-aside."
            ) from error
        self.stdout.write(f"released; {count} messages had waited" + (f": {options['waiting']}" if count else ""))
