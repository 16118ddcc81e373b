"""What the commands that import a table have in common: their options, and how they tell the result."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from tickets.sheets import ImportReport, SheetError

MOST_ERRORS_SHOWN = 200


class SheetCommand(BaseCommand):
    """Import FILE: everything, or with a single error nothing."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV (UTF-8, GB18030) or XLSX; the first row holds the headings")
        parser.add_argument("--dry-run", action="store_true", help="try everything, write nothing")
        parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the messages")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en" if options["lang"] == "en" else "zh-hans"):
            try:
                report = self.work(options)
            except SheetError as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"{options['file']}: {error.strerror}") from error
            self.tell(report, dry_run=options["dry_run"])

    def work(self, options: dict[str, Any]) -> ImportReport:
        raise NotImplementedError

    def tell(self, report: ImportReport, *, dry_run: bool) -> None:
        """Every error on a line of its own; with one of them the command fails."""
        for error in report.errors[:MOST_ERRORS_SHOWN]:
            self.stderr.write(str(error))
        if report.errors:
            raise CommandError(f"{len(report.errors)} errors, nothing was written.")
        done = "would be " if dry_run else ""
        self.stdout.write(
            f"{done}created {report.created}, {done}changed {report.changed}, unchanged {report.same}".strip()
        )
