"""The one table at the end."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field


@dataclass
class Table:
    """Rows: figure, value, beside the floor, target, met. A timing is a finding here, never an assertion."""

    heading: tuple[str, str, str, str, str] = ("figure", "measured", "beside the floor / the peer", "must", "")
    title: str = ""
    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def add(self, figure: str, value: str, *, beside: str = "", target: str = "", met: bool | None = None) -> None:
        self.rows.append((figure, value, beside, target, {None: "", True: "met", False: "NOT MET"}[met]))

    def __str__(self) -> str:
        rows = [self.heading, *self.rows]
        widths = [max(width(row[place]) for row in rows) for place in range(5)]
        lines = ["  ".join(pad(cell, wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([self.title, "", lines[0], "-" * (sum(widths) + 8), *lines[1:]])


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, wide: int) -> str:
    return text + " " * (wide - width(text))
