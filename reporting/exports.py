"""Figures as a workbook or CSV: numbers are numbers, and no text is ever read as a formula (reliability rule 16)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WIDEST = 40
Table = Sequence[Sequence[Any]]


def workbook(sheets: Iterable[tuple[str, Table]]) -> bytes:
    """A workbook of tables, each with its heading in the first row; None is an empty cell."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    bold, plain = book.add_format({"bold": True}), book.add_format()
    for title, table in sheets:
        sheet = book.add_worksheet(title[:31])
        for number, line in enumerate(table):
            for place, cell in enumerate(line):
                if cell is not None:
                    sheet.write(number, place, cell, bold if number == 0 else plain)
        sheet.freeze_panes(1, 0)
        for place, width in enumerate(_widths(table)):
            sheet.set_column(place, place, width)
    book.close()
    return out.getvalue()


def comma_separated(table: Table) -> bytes:
    """UTF-8 with its mark, so that office programs show Chinese; None is an empty cell."""
    out = io.StringIO()
    csv.writer(out).writerows([[_safe(cell) for cell in line] for line in table])
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: Any) -> Any:
    """A text that an office program would read as a formula gets an apostrophe before it; numbers stay."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _widths(table: Table) -> list[int]:
    """Chinese characters are twice as wide."""
    columns = zip(*table, strict=False)
    return [min(WIDEST, 2 + max(len(str(cell or "").encode("gb18030")) for cell in column)) for column in columns]
