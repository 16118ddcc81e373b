"""How one value of ours is made from the cells of a row, and how dates are read.

Pure. A rule is compiled once against the heading, so that a row costs look-ups only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .problems import problem

Cells = Sequence[str]
Reading = Callable[[Cells], str]

PLACE = re.compile(r"\{([^{}]+)\}")
ISO = "iso"
EARLIEST, LATEST = 1900, 2200
DIRECTIVES = {
    "Y": r"(?P<year>\d{4})",
    "m": r"(?P<month>\d{1,2})",
    "d": r"(?P<day>\d{1,2})",
    "H": r"(?P<hour>\d{1,2})",
    "M": r"(?P<minute>\d{1,2})",
    "S": r"(?P<second>\d{1,2})",
    "f": r"(?P<microsecond>\d{1,6})",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`column`, or a `text` with `{columns}` in it; then what is made of it.

    `values` translates what stands there; with `refuse` anything else rejects the row. `default` (a text with
    `{columns}` too) stands in for an empty value. `cut` shortens to that many characters. An `optional` column may be
    absent from the file.
    """

    column: str = ""
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    refuse: bool = False
    default: str = ""
    cut: int = 0
    optional: bool = False

    @property
    def columns(self) -> frozenset[str]:
        named = PLACE.findall(self.text) + PLACE.findall(self.default)
        return frozenset([*named, self.column] if self.column else named)

    @property
    def label(self) -> str:
        return self.column or self.text

    def compiled(self, places: Mapping[str, int], empty: frozenset[str]) -> Reading:
        """The function that reads the value of a row. Raises RowProblem when called."""
        read = _cell(self.column, places, empty) if self.column else _template(self.text, places, empty)
        if not (self.values or self.default or self.cut):
            return read
        stand_in = _template(self.default, places, empty)

        def reading(cells: Cells) -> str:
            value = read(cells)
            if self.values and value:
                value = self._translated(value)
            value = value or stand_in(cells)
            return value[: self.cut - 1] + "…" if self.cut and len(value) > self.cut else value

        return reading

    def _translated(self, value: str) -> str:
        known = self.values.get(value)
        if known is None and self.refuse:
            some = "、".join(list(self.values)[:20])
            zh = f"映射里没有这个值，只认：{some}"
            raise problem(self.label, value, zh, f"The mapping knows only: {some.replace('、', ', ')}")
        return value if known is None else known


NOTHING = Rule()


def _cell(column: str, places: Mapping[str, int], empty: frozenset[str]) -> Reading:
    place = places.get(column)
    if place is None:
        return lambda cells: ""

    def reading(cells: Cells) -> str:
        value = cells[place].strip()
        return "" if value in empty else value

    return reading


def _template(text: str, places: Mapping[str, int], empty: frozenset[str]) -> Reading:
    """A text with its `{columns}` filled in; nothing where all of them are empty."""
    parts = PLACE.split(text)
    fixed, named = parts[0::2], [_cell(column, places, empty) for column in parts[1::2]]
    if not named:
        return lambda cells: text

    def reading(cells: Cells) -> str:
        values = [read(cells) for read in named]
        if not any(values):
            return ""
        return "".join(a + b for a, b in zip(fixed, [*values, ""], strict=True)).strip()

    return reading


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────


def date_pattern(written: str) -> re.Pattern[str] | None:
    """The pattern of a written form such as `%d/%m/%Y %H:%M`; None for `iso`. Raises ValueError."""
    if written == ISO:
        return None
    parts = re.split(r"%(.)", written)
    unknown = [directive for directive in parts[1::2] if directive not in DIRECTIVES]
    if unknown or not {"Y", "m", "d"} <= set(parts[1::2]) or len(set(parts[1::2])) != len(parts[1::2]):
        raise ValueError(written)
    texts = [re.escape(part) for part in parts[0::2]]
    names = [DIRECTIVES[directive] for directive in parts[1::2]] + [""]
    return re.compile("".join(text + name for text, name in zip(texts, names, strict=True)), re.ASCII)


@dataclass(frozen=True, slots=True)
class Dates:
    """Reads the dates of a source; one without an offset is on the wall clock of `zone`."""

    patterns: tuple[re.Pattern[str] | None, ...]
    written: tuple[str, ...]
    zone: ZoneInfo

    def read(self, column: str, text: str) -> datetime:
        """The instant, UTC. Raises RowProblem."""
        try:
            at = self._parsed(text)
            if at is not None and EARLIEST <= at.year <= LATEST:
                return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            at = None
        if at is not None:
            zh, en = f"年份要在 {EARLIEST} 到 {LATEST} 之间", f"The year must lie between {EARLIEST} and {LATEST}"
        else:
            shown = "、".join(self.written)
            zh, en = f"不是日期，应写成 {shown}", f"Not a date written as {shown.replace('、', ', ')}"
        raise problem(column, text, zh, en)

    def _parsed(self, text: str) -> datetime | None:
        """Raises ValueError for a day that no calendar has, such as 31/2/2016."""
        for pattern in self.patterns:
            if pattern is None:
                try:
                    return datetime.fromisoformat(text)
                except ValueError:
                    continue
            found = pattern.fullmatch(text)
            if found:
                parts: dict[str, Any] = {name: _number(name, part) for name, part in found.groupdict().items()}
                return datetime(**parts)  # noqa: DTZ001  the zone is the caller's
        return None


def _number(name: str, text: str) -> int:
    return int(text.ljust(6, "0")) if name == "microsecond" else int(text)
