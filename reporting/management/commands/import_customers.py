"""`manage.py import_customers FILE --organisation CODE`: customer numbers from a table (row O06)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from reporting.customers import COLUMNS, customers_import
from tickets.management.sheet_command import SheetCommand
from tickets.models import Organisation
from tickets.sheets import ImportReport


class Command(SheetCommand):
    help = f"Import customer numbers. Columns: {', '.join(COLUMNS)}, or their Chinese headings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, help="code of the organisation")

    def work(self, options: dict[str, Any]) -> ImportReport:
        organisation = Organisation.objects.filter(code=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        return customers_import(
            options["file"], organisation, actor=None, at=timezone.now(), dry_run=options["dry_run"]
        )
