"""Import of old tickets, by its own benchmark on the filled database."""

from __future__ import annotations

import os

from .import_rows import MUST, measure
from .table import Table

ROWS = 10_000
FLAT_MB = 30


def importing(table: Table) -> None:
    os.environ["BENCH_ORGANISATION"] = "HQ"
    few, many = measure(ROWS // 4), measure(ROWS)
    rate, growth = many["rows_a_second"], many["peak_mb"] - few["peak_mb"]
    table.add("import of old tickets", f"{rate:,.0f} rows/s", target=f"≥ {MUST:,} rows/s", met=rate >= MUST)
    name = "import, memory for four times the rows"
    table.add(name, f"{growth:+.0f} MB", target="flat", met=growth <= FLAT_MB)
