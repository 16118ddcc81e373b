"""`manage.py restore DIR`: put a backup in place; the system starts held and sends nothing (row S09)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.backup.manifest import Unfit
from tickets.backup.run import restore
from tickets.holding import waiting


class Command(BaseCommand):
    help = "Restore a backup after looking at every sum of it. The system is held until `manage.py release`."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="what `backup` wrote")
        parser.add_argument("--replace", action="store_true", help="also where the database is not empty")
        parser.add_argument("--other-keys", action="store_true", help="also where the keys are not those of the backup")

    def handle(self, *args: Any, folder: Path, replace: bool, other_keys: bool, **options: Any) -> None:
        try:
            done = restore(folder, replace=replace, other_keys=other_keys, at=timezone.now())
        except (Unfit, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"restored as of {done.made_at.isoformat(timespec='seconds')}, {done.files} files")
        self.stdout.write("Now verify the log of events: manage.py events verify")
        self.stdout.write(f"HELD: {waiting().count} messages wait and nothing is sent until `manage.py release`.")
