"""What a report is made of: sections of indicators, declared as data like the indicators themselves (row K04).

`definitions()` reads `reporting/reports/definitions/*.toml`. A mistake is told with its file, place and reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reporting.declarations import DeclarationError, indicators
from reporting.periods import CYCLES, HALF, MONTH, QUARTER, YEAR
from reporting.questions import splits_of
from tickets.rulebook.compiled import Title

FOLDER = Path(__file__).parent / "definitions"
ANALYSED = (MONTH, QUARTER, HALF, YEAR)  # base figures alone below these (doc 3 §3.5.1)
EVERY = tuple(cycle for cycle in CYCLES if cycle != "hour")
CHARTS = ("", "bar", "line")
MOST_PERIODS = 24


@dataclass(frozen=True, slots=True)
class Part:
    """A section: several indicators; or one split by a dimension (`by`), or over the last `periods` of the cycle."""

    title: Title
    figures: tuple[str, ...]
    by: str = ""
    periods: int = 1
    chart: str = ""
    analysis: bool = False

    def stands_in(self, every: str) -> bool:
        return not self.analysis or every in ANALYSED


@dataclass(frozen=True, slots=True)
class Definition:
    id: str
    version: int
    title: Title
    says: Title
    parts: tuple[Part, ...]

    def parts_of(self, every: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.stands_in(every))


@cache
def definitions() -> Mapping[str, Definition]:
    """Every report by its id. Raises DeclarationError."""
    found: dict[str, Definition] = {}
    mistakes: list[str] = []
    for file in sorted(FOLDER.glob("*.toml")):
        for name, value in tomllib.loads(file.read_text("utf-8")).items():
            found[name] = _definition(name, value)
            mistakes += [f"{file.name}: {name}.{place}: {reason}" for place, reason in _mistakes(found[name])]
    if mistakes:
        raise DeclarationError("\n".join(mistakes))
    return found


def _definition(name: str, value: Mapping[str, Any]) -> Definition:
    return Definition(
        id=name,
        version=value["version"],
        title=Title(value["title"], value["en"]),
        says=Title(value["says"], value["says_en"]),
        parts=tuple(_part(one) for one in value["sections"]),
    )


def _part(value: Mapping[str, Any]) -> Part:
    more = {name: value[name] for name in ("by", "periods", "chart", "analysis") if name in value}
    return Part(Title(value["title"], value["en"]), tuple(value["figures"]), **more)


def _mistakes(one: Definition) -> list[tuple[str, str]]:
    known, found = indicators(), []
    for number, part in enumerate(one.parts, start=1):
        place = f"sections[{number}]"
        found += [(place, f'there is no indicator "{name}"') for name in part.figures if name not in known]
        if part.by and any(part.by not in splits_of(known[name]) for name in part.figures if name in known):
            found.append((place, f'not every figure can be split by "{part.by}"'))
        if part.chart not in CHARTS or not 1 <= part.periods <= MOST_PERIODS:
            found.append((place, "chart is bar or line, periods 1 to 24"))
    return found
