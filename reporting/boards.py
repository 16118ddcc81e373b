"""The dashboards: which declared indicators stand together on a page. Data, like the indicators themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tickets.rulebook.compiled import Title

from .declarations import DeclarationError, indicators
from .questions import splits_of

FOLDER = Path(__file__).parent / "dashboards"
WORDS = ("id", "title", "en", "numbers", "spread", "kind", "spreads", "heat")
MOST_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class Dashboard:
    id: str
    title: Title
    numbers: tuple[str, ...]  # at most six indicators, each with goal, previous period and change
    spread: str  # the count whose distribution is shown
    kind: str  # of tickets, for the distribution
    spreads: tuple[tuple[str, ...], ...]  # one or two dimensions each
    heat: str  # an indicator of steps, by unit and step; "" = none


@cache
def dashboards() -> Mapping[str, Dashboard]:
    """Every dashboard by its id, in the order of the files' names. Raises DeclarationError."""
    found: dict[str, Dashboard] = {}
    mistakes: list[str] = []
    for file in sorted(FOLDER.glob("*.toml")):
        source = tomllib.loads(file.read_text("utf-8"))
        one = _made(source)
        mistakes += [f"{file.name}: {reason}" for reason in _mistakes(source, one)]
        found[one.id] = one
    if mistakes:
        raise DeclarationError("\n".join(mistakes))
    return found


def _made(source: Mapping[str, Any]) -> Dashboard:
    return Dashboard(
        id=source["id"],
        title=Title(source["title"], source["en"]),
        numbers=tuple(source["numbers"]),
        spread=source["spread"],
        kind=source["kind"],
        spreads=tuple(tuple(names) for names in source["spreads"]),
        heat=source["heat"],
    )


def _mistakes(source: Mapping[str, Any], one: Dashboard) -> Iterator[str]:
    known = indicators()
    yield from (f'there is no word "{word}"' for word in source if word not in WORDS)
    wanted = (*one.numbers, one.spread, *([one.heat] if one.heat else []))
    yield from (f'there is no indicator "{name}"' for name in wanted if name not in known)
    if len(one.numbers) > MOST_NUMBERS:
        yield f"numbers: {MOST_NUMBERS} at most"
    if one.spread in known:
        splits = splits_of(known[one.spread])
        strange = [name for names in one.spreads for name in names if name not in splits]
        yield from (f'spreads: "{one.spread}" has no dimension "{name}"' for name in strange)
