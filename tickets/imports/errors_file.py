"""The rejected rows as a CSV file: row, key, column, value, reason in both languages.

It is safe to open in an office program: a cell that would be read as a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from complaints_site.lib.cells import safe_cell

from .cases import Rejected

HEADING = ("row", "key", "column", "value", "reason_zh", "reason_en")
SHOWN = 200  # characters of a value


class ErrorsFile:
    """Opened when the first row is rejected; on disk before the batch that it belongs to is committed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: IO[str] | None = None
        self._mark = 0

    def go_on(self, is_done: Callable[[int], bool]) -> None:
        """Keep the lines of rows that were committed; the others come again."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8-sig", newline="") as handle:
            lines = [line for line in csv.reader(handle) if line and line[0].isdigit() and is_done(int(line[0]))]
        self._open("w")
        csv.writer(self._file()).writerows(lines)

    def start(self) -> None:
        """An old file of this name is not ours to add to."""
        self.path.unlink(missing_ok=True)

    def add(self, rejected: Rejected) -> None:
        writer = csv.writer(self._file())
        for number, one in rejected.problems:
            cells = (rejected.key, one.column, one.value[:SHOWN], one.reason.zh, one.reason.en)
            writer.writerow([number, *(safe_cell(cell) for cell in cells)])

    def mark(self) -> None:
        """Here a batch begins."""
        self._mark = self._handle.tell() if self._handle is not None else 0

    def back_to_mark(self) -> None:
        """The batch came to nothing."""
        if self._handle is not None:
            self._handle.seek(self._mark)
            self._handle.truncate()
            if not self._mark:
                csv.writer(self._handle).writerow(HEADING)

    def flush(self) -> None:
        if self._handle is not None:
            self._handle.flush()
            os.fsync(self._handle.fileno())

    def close(self) -> None:
        if self._handle is not None:
            self.flush()
            self._handle.close()
            self._handle = None

    def _file(self) -> IO[str]:
        if self._handle is None:
            self._open("a" if self.path.exists() else "w")
        assert self._handle is not None  # noqa: S101  just opened
        return self._handle

    def _open(self, mode: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = self.path.open(mode, encoding="utf-8-sig" if mode == "w" else "utf-8", newline="")
        if mode == "w":
            csv.writer(handle).writerow(HEADING)
        self._handle = handle
