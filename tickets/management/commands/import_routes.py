"""`manage.py import_routes FILE`: the routing table from a table (rows O05, SEAT)."""

from typing import Any

from tickets.imports_organisation import ROUTE_COLUMNS, import_routes
from tickets.management.sheet_command import SheetCommand
from tickets.sheets import ImportReport


class Command(SheetCommand):
    help = f"Import rows of the routing table. Columns: {', '.join(ROUTE_COLUMNS)}, or their Chinese headings."

    def work(self, options: dict[str, Any]) -> ImportReport:
        return import_routes(options["file"], dry_run=options["dry_run"])
