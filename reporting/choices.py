"""The values that a filter of figures offers: the words of the rulebooks in force, and the units seen."""

from __future__ import annotations

from typing import Any

from .access import Viewer
from .dimensions import DIMENSIONS
from .labels import HOUSE, Labels
from .questions import BRANCH, PERSON, UNIT, branch_of

REGION = "region"


def choices_of(dimension: str, labels: Labels, viewer: Viewer, language: str) -> list[dict[str, str]]:
    """Code and title of each value; empty where the values are not known beforehand (people, hot issues)."""
    kind = DIMENSIONS[dimension].kind
    if kind in (UNIT, BRANCH):
        units = sorted(viewer.sight.units if viewer.sight else ())
        seen = {branch_of(viewer.world, unit) for unit in units} if kind == BRANCH else set(units)
        values: list[Any] = sorted(seen, key=lambda unit: viewer.world.units[unit].path)
        values = values if len(values) > 1 else []
    elif kind == "step":
        values = list(dict.fromkeys(step for book in labels.books for step in book.steps))
    else:
        fields = [book.fields[dimension] for book in labels.books if dimension in book.fields]
        values = list(dict.fromkeys([*HOUSE.get(dimension, ()), *(value for one in fields for value in one.choices)]))
    codes = ((labels.code(dimension, value) or "", title_of(dimension, value, labels, language)) for value in values)
    return [{"value": code, "title": title} for code, title in codes if code]


def title_of_code(dimension: str, code: str, labels: Labels, language: str) -> str:
    """What a reader reads for a value in an address."""
    kind = DIMENSIONS[dimension].kind
    value: Any = code
    if kind in (UNIT, BRANCH):
        unit = labels.world.by_code.get(code)
        value = unit.id if unit else None
    elif kind == PERSON:
        person = labels.world.by_username.get(code)
        value = person.id if person else None
    return title_of(dimension, value, labels, language)


def title_of(dimension: str, value: Any, labels: Labels, language: str) -> str:
    """What a reader reads for a value; a region is called like the highest unit that serves it."""
    if dimension == REGION and value:
        serving = [unit for unit in labels.world.units.values() if unit.region == value]
        highest = min(serving, key=lambda unit: (len(unit.path), unit.code), default=None)
        if highest is not None:
            return labels.title(UNIT, highest.id, language)
    return labels.title(dimension, value, language)
