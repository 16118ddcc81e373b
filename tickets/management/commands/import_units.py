"""`manage.py import_units FILE --organisation CODE`: the unit tree from a table (row O01)."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from tickets.imports_organisation import UNIT_COLUMNS, import_units
from tickets.management.sheet_command import SheetCommand
from tickets.sheets import ImportReport


class Command(SheetCommand):
    help = f"Import the units of an organisation. Columns: {', '.join(UNIT_COLUMNS)}, or their Chinese headings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, help="code of the organisation, that of its root unit")

    def work(self, options: dict[str, Any]) -> ImportReport:
        return import_units(
            options["file"], organisation=options["organisation"], at=timezone.now(), dry_run=options["dry_run"]
        )
