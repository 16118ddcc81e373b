"""`manage.py import_people FILE`: accounts and duties from a table (row O02)."""

import csv
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from tickets.imports_organisation import PEOPLE_COLUMNS, import_people
from tickets.management.sheet_command import SheetCommand
from tickets.sheets import ImportReport


class Command(SheetCommand):
    help = f"Import people and their duties. Columns: {', '.join(PEOPLE_COLUMNS)}, or their Chinese headings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--password", help="first password of everybody new (default: a random one each)")
        parser.add_argument("--passwords-to", type=Path, help="write the first passwords to this new file, not here")

    def work(self, options: dict[str, Any]) -> ImportReport:
        password, file = options["password"], options["passwords_to"]
        if file and file.exists():
            raise CommandError(f"{file} is there already.")
        report, passwords = import_people(
            options["file"],
            password=(lambda: password) if password else None,
            at=timezone.now(),
            dry_run=options["dry_run"],
        )
        if not report.errors and not options["dry_run"] and not password:
            self.hand_over(passwords, file)
        return report

    def hand_over(self, passwords: dict[str, str | None], file: Path | None) -> None:
        """First passwords are told once; a file of them is for its owner's eyes only."""
        if file is None:
            for username, password in passwords.items():
                self.stdout.write(f"{username}\t{password}")
            return
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", newline="") as opened:
            csv.writer(opened).writerows([("username", "password"), *passwords.items()])
