"""`manage.py backup DIR`: database and files, while the site runs; never the keys (row S09)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.backup.manifest import NOTE, Unfit
from tickets.backup.run import backup


class Command(BaseCommand):
    help = f"Write database and files into a new folder, with a manifest of sums and versions. {NOTE}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="is made; must be empty")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            said = backup(folder, at=timezone.now())
        except (Unfit, OSError) as error:
            raise CommandError(str(error)) from error
        size = said["database"]["bytes"]
        self.stdout.write(f"{folder}: {said['database']['vendor']}, {size} bytes, {said['files']['count']} files")
        self.stdout.write(NOTE)
