"""Rows of a CSV or XLSX file, one by one: memory stays flat however large the file is.

A row that can't be read is a row all the same: it comes with its number and the reason. The heading is row 1, as
office programs count; empty lines are no rows.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from .problems import FileError, RowProblem, problem

LONGEST_CELL = 2_000_000  # characters; beyond it a quotation mark was never closed
LONGEST_LINE = 1_000_000  # bytes looked at as one when the encoding is found out
MOST_COLUMNS = 1_000
MOST_UNPACKED = 2_000_000_000  # bytes of a workbook
DELIMITERS = ",;\t|"
UTF8 = "utf-8-sig"
CHINESE = "gb18030"


class Record(NamedTuple):
    """A data row: its cells, or why it has none."""

    number: int
    cells: Sequence[str]
    problem: RowProblem | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """What one look through the whole file tells: its digest and its encoding."""

    sha256: str
    encoding: str
    size: int


def scan(path: Path) -> Scan:
    """Digest and encoding in one pass. Raises FileError, OSError."""
    digest = hashlib.sha256()
    strange = {UTF8: 0, CHINESE: 0}
    beyond_ascii = size = 0
    with path.open("rb") as handle:
        begins = handle.peek(4)[:4]
        while line := handle.readline(LONGEST_LINE):
            digest.update(line)
            size += len(line)
            if not line.isascii():
                beyond_ascii += 1
                for encoding in strange:
                    strange[encoding] += not _decodes(line, encoding)
    if not size:
        raise FileError("文件是空的", "The file is empty")
    return Scan(digest.hexdigest(), _encoding(begins, strange, beyond_ascii), size)


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(begins: bytes, strange: dict[str, int], beyond_ascii: int) -> str:
    """UTF-16 by its mark; GB18030 where most lines are no UTF-8 but read as that; else UTF-8."""
    if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    mostly_not_utf8 = strange[UTF8] * 2 > beyond_ascii
    return CHINESE if mostly_not_utf8 and strange[CHINESE] < strange[UTF8] else UTF8


class Sheet:
    """An open file: `heading`, and `records()` once. Use it in a `with`."""

    def __init__(self, path: Path, *, encoding: str, delimiter: str = "") -> None:
        self.path = path
        self.encoding = encoding
        self.heading: list[str] = []
        self._closing: list[Any] = []
        office = path.suffix.lower() in (".xlsx", ".xlsm")
        self._rows = self._xlsx() if office else self._csv(delimiter)

    def __enter__(self) -> Sheet:
        first = next(self._rows, None)
        if first is None or isinstance(first, RowProblem):
            raise FileError("第一行要写列名", "The first row must hold the headings")
        self.heading = _heading(first)
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._closing:
            one.close()

    def records(self) -> Iterator[Record]:
        width = len(self.heading)
        for number, cells in enumerate(self._rows, start=2):
            if isinstance(cells, RowProblem):
                yield Record(number, (), cells)
            else:
                yield Record(number, cells, _unreadable(cells, width))

    # ── CSV ──
    def _csv(self, delimiter: str) -> Iterator[list[str] | RowProblem]:
        handle = self.path.open(encoding=self.encoding, errors="surrogateescape", newline="")
        self._closing.append(handle)
        csv.field_size_limit(LONGEST_CELL)
        rows = csv.reader(handle, delimiter=delimiter or _delimiter(self.path, self.encoding), strict=True)
        while True:
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield problem("", "", f"CSV 有错（引号或分隔符）：{error}", f"Not valid CSV: {error}")
                continue
            except UnicodeError as error:
                raise FileError(f"编码不是 {self.encoding}：{error}", f"Not {self.encoding}: {error}") from error
            if row is None:
                return
            if row:
                yield row

    # ── XLSX ──
    def _xlsx(self) -> Iterator[list[str] | RowProblem]:
        book = _workbook(self.path)
        self._closing.append(book)
        width = 0
        for values in book.worksheets[0].iter_rows(values_only=True):
            cells = [_text(value) for value in values]
            while cells and not cells[-1] and len(cells) > width:
                cells.pop()
            if any(cells):
                width = width or len(cells)
                yield cells + [""] * (width - len(cells))


def _workbook(path: Path) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise FileError("工作簿太大，另存为 CSV 再导入", "The workbook is too large: save it as CSV")
        return load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise FileError("这不是能读的 XLSX 文件", "This is no readable XLSX file") from error


def _text(value: object) -> str:
    """A cell as text: times as ISO, whole numbers without `.0`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _delimiter(path: Path, encoding: str) -> str:
    """The one that the heading uses most."""
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as handle:
        heading = handle.readline(LONGEST_LINE)
    return max(DELIMITERS, key=heading.count)


def _heading(cells: Sequence[str]) -> list[str]:
    names = [cell.strip().lstrip("\ufeff") for cell in cells]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        shown = ", ".join(twice[:10])
        raise FileError(f"列名出现两次：{shown}", f"Headings that stand there twice: {shown}")
    if len(names) > MOST_COLUMNS:
        raise FileError(f"超过 {MOST_COLUMNS} 列", f"More than {MOST_COLUMNS} columns")
    return names


def _unreadable(cells: Sequence[str], width: int) -> RowProblem | None:
    """What makes a whole row unusable: another number of cells, NUL, bytes that are no text."""
    if len(cells) != width:
        zh = f"有 {len(cells)} 格，列名有 {width} 个（多半是引号或分隔符）"
        return problem("", "", zh, f"Has {len(cells)} cells where the heading has {width}")
    whole = "".join(cells)
    if "\x00" in whole:
        return problem("", "", "含有空字符（NUL）", "Contains a NUL character")
    try:
        whole.encode()
    except UnicodeEncodeError:
        return problem("", "", "有不属于文件编码的字节", "Contains bytes that are not text in the file's encoding")
    return None
