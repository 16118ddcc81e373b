"""Counts laid out for a chart or a table of two dimensions: the greatest first, what is small put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .figures import Figure

MOST_ROWS, MOST_PARTS = 12, 3


@dataclass(frozen=True, slots=True)
class Stack:
    """Rows of counts. `parts` are values of the second dimension, `others` what is left of each row beside them."""

    rows: tuple[Any, ...]
    parts: tuple[Any, ...]
    totals: tuple[float, ...]
    cells: tuple[tuple[float, ...], ...]  # a row of parts for each of `rows`
    others: tuple[float, ...]


def stacked(figures: Sequence[Figure], *, most_rows: int = MOST_ROWS) -> Stack:
    """Figures of one count by one or two dimensions; rows and parts that count most come first."""
    by_row: Counter[Any] = Counter()
    by_part: Counter[Any] = Counter()
    cells: Counter[tuple[Any, Any]] = Counter()
    for one in figures:
        row, part = one.dims[0], one.dims[1] if len(one.dims) > 1 else None
        by_row[row] += one.numerator  # type: ignore[assignment]
        by_part[part] += one.numerator  # type: ignore[assignment]
        cells[row, part] += one.numerator  # type: ignore[assignment]
    rows = tuple(row for row, number in by_row.most_common(most_rows) if number)
    two = any(len(one.dims) > 1 for one in figures)
    parts = tuple(part for part, number in by_part.most_common(MOST_PARTS) if number) if two else ()
    table = tuple(tuple(cells[row, part] for part in parts) for row in rows)
    totals = tuple(by_row[row] for row in rows)
    others = tuple(total - sum(shown) for total, shown in zip(totals, table, strict=True)) if two else ()
    return Stack(rows, parts, totals, table, others)


@dataclass(frozen=True, slots=True)
class Share:
    """So many were judged, so many of them failed."""

    judged: int = 0
    failed: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.judged + other.judged, self.failed + other.failed)


@dataclass(frozen=True, slots=True)
class Grid:
    """Shares by two dimensions, with sums. Only of figures that count each row once, as those of steps do."""

    cells: dict[tuple[Any, Any], Share]
    rows: dict[Any, Share]
    columns: dict[Any, Share]
    total: Share


def grid_of(figures: Sequence[Figure]) -> Grid:
    cells = {
        (one.dims[0], one.dims[1]): Share(one.denominator, one.denominator - int(one.numerator))
        for one in figures
        if one.denominator
    }
    rows: dict[Any, Share] = {}
    columns: dict[Any, Share] = {}
    for (row, column), share in cells.items():
        rows[row] = rows.get(row, Share()) + share
        columns[column] = columns.get(column, Share()) + share
    return Grid(cells, rows, columns, sum(cells.values(), Share()))
