"""Groups the rows of an event log by case, whatever their order, in a temporary file and not in memory."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from .problems import problem
from .reader import Record

PAGE = 1_000


class Spool:
    """`fill` once, then `cases()`: the rows of each case in the order of the file, cases in that of their first row."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="import-")
        self._store = sqlite3.connect(Path(self._folder.name) / "rows")
        self._store.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE cases (name TEXT PRIMARY KEY, ordinal INTEGER) WITHOUT ROWID;"
            "CREATE TABLE rows (ordinal INTEGER, number INTEGER, cells TEXT, PRIMARY KEY (ordinal, number))"
            " WITHOUT ROWID;"
        )

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()
        self._folder.cleanup()

    def fill(self, records: Iterable[Record], case_of: Callable[[Record], str]) -> Iterator[Record]:
        """Take in the rows; those that belong to no case come out, with the reason."""
        place, last, name_before = 0, -1, None
        for record in records:
            name = "" if record.problem else case_of(record)
            if not name:
                unnamed = record.problem or problem("", "", "没有案件号", "Names no case")
                yield record._replace(problem=unnamed)
                continue
            if name != name_before:
                last, place, name_before = *self._ordinal(name, place), name
            cells = json.dumps(list(record.cells), ensure_ascii=False)
            self._store.execute("INSERT INTO rows VALUES (?, ?, ?)", (last, record.number, cells))

    def _ordinal(self, name: str, following: int) -> tuple[int, int]:
        """The place of the case, and the next free one."""
        known = self._store.execute("SELECT ordinal FROM cases WHERE name = ?", (name,)).fetchone()
        if known:
            return known[0], following
        self._store.execute("INSERT INTO cases VALUES (?, ?)", (name, following))
        return following, following + 1

    def cases(self) -> Iterator[list[Record]]:
        rows = self._store.execute("SELECT ordinal, number, cells FROM rows ORDER BY ordinal, number")
        case: list[Record] = []
        place = -1
        for ordinal, number, cells in rows:
            if ordinal != place and case:
                yield case
                case = []
            place = ordinal
            case.append(Record(number, json.loads(cells)))
        if case:
            yield case
