"""Reading the tables that people keep: CSV as Chinese office programs write it, and XLSX.

No ORM, no clock. A table comes out as rows of text under our own column names, each with its row number in the file.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

from django.utils.translation import gettext as _

MOST_BYTES = 50_000_000
MOST_ROWS = 200_000
YES = frozenset({"是", "y", "yes", "true", "1", "√", "✓"})
NO = frozenset({"", "否", "n", "no", "false", "0", "×"})


class SheetError(ValueError):
    """The file as a whole can't be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One cell that doesn't do. `row` counts as the office program does, the heading is row 1."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = _("第 %(row)d 行") % {"row": self.row}
        return f"{where} {self.column}: {self.reason}" if self.column else f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class SheetRow:
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def __contains__(self, column: str) -> bool:
        return column in self.cells


@dataclass
class ImportReport:
    """What an import did, or would do, and every row that stood in its way."""

    created: int = 0
    changed: int = 0
    same: int = 0
    errors: list[RowError] = field(default_factory=list)

    def refuse(self, row: SheetRow, column: str, reason: str) -> None:
        self.errors.append(RowError(row.number, column, reason))


def read_sheet(path: Path, columns: Mapping[str, Iterable[str]], needed: Iterable[str]) -> list[SheetRow]:
    """The rows of a CSV or XLSX file under the names of `columns`, whose values are the headings people write.

    Columns with a heading nobody knows are refused, so that a misspelt one isn't silently left out; rows without a
    single value are skipped. Raises SheetError.
    """
    if path.stat().st_size > MOST_BYTES:
        raise SheetError(_("文件超过 50 MB,分成几个再导入。"))
    table = _xlsx(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    if not table:
        raise SheetError(_("文件是空的,第一行要写列名。"))
    names = _names(table[0], columns, needed)
    if len(table) > MOST_ROWS:
        raise SheetError(_("超过 200,000 行,分成几个再导入。"))
    return [
        SheetRow(number, dict(zip(names, [*cells, *[""] * len(names)], strict=False)))
        for number, cells in enumerate(table[1:], start=2)
        if any(cells)
    ]


def yes_or_no(text: str) -> bool:
    """Raises ValueError for anything that is neither."""
    word = text.strip().lower()
    if word not in YES | NO:
        raise ValueError(_("填“是”或“否”,而不是“%(text)s”。") % {"text": text})
    return word in YES


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else GB18030. Raises SheetError."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError(_("看不懂文件的编码,另存为 UTF-8 的 CSV 或 XLSX 再导入。"))


def _csv(path: Path) -> list[list[str]]:
    text = decode(path.read_bytes())
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [[cell.strip() for cell in row] for row in rows]
    except csv.Error as error:
        raise SheetError(_("CSV 有错:%(error)s") % {"error": error}) from error


def _xlsx(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise SheetError(_("这不是能读的 XLSX 文件。")) from error
    try:
        return [[_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()


def _text(value: object) -> str:
    """A number keeps no `.0`: codes are often typed as numbers."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value).strip()


def _names(heading: list[str], columns: Mapping[str, Iterable[str]], needed: Iterable[str]) -> list[str]:
    known = {word.lower(): name for name, words in columns.items() for word in (name, *words)}
    while heading and not heading[-1]:
        heading = heading[:-1]
    strange = [word or "?" for word in heading if word.lower() not in known]
    names = [known.get(word.lower(), "") for word in heading]
    missing = [next(iter(columns[name]), name) for name in needed if name not in names]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    problems = []
    if strange:
        problems.append(_("不认识的列:%(words)s。") % {"words": "、".join(strange)})
    if missing:
        problems.append(_("缺少的列:%(words)s。") % {"words": "、".join(missing)})
    if twice:
        problems.append(_("出现两次的列:%(words)s。") % {"words": "、".join(twice)})
    if problems:
        offered = "、".join(next(iter(words), name) for name, words in columns.items())
        raise SheetError(" ".join([*problems, _("可用的列:%(words)s。") % {"words": offered}]))
    return names
