"""Conditions and tables over known facts. An unknown fact equals nothing and meets no threshold (§11.5)."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..rulebook.compiled import AnyOf, Book, ClockIs, Condition, Has, OneOf, Table, Test, Threshold
from .picture import Picture, StepView


@dataclass(slots=True)
class View:
    """The facts of a ticket as a condition sees them, from an acting step."""

    book: Book
    picture: Picture
    at: datetime
    step: StepView | None = None
    tier: str = ""
    given: dict[str, Any] | None = None

    def fact(self, name: str) -> Any:
        if self.given is not None and name in self.given:
            return self.given[name]
        if name.startswith("done."):
            return self.picture.memory.done.get(name[5:], 0)
        if name == "step":
            main = self.picture.main
            return main.kind if main else None
        if name == "tier":
            return self.tier or None
        if name == "signed":
            return self.step.signed_at is not None if self.step else None
        field = self.book.fields.get(name)
        if field is not None and field.of_step:
            return self.step.data.get(name) if self.step else None
        return self.picture.facts.get(name)

    def clock_state(self, name: str) -> str:
        if name == "step":
            clock = self.picture.step_clock(self.step) if self.step else None
        else:
            clock = self.picture.clock(name)
        return clock.state(self.at) if clock else "none"


def is_one_of(value: Any, allowed: Set[object]) -> bool:
    """`mobile` also fits `mobile.gsm`; of a list value, one fitting is enough."""
    if value is None:
        return False
    if isinstance(value, list):
        return any(is_one_of(part, allowed) for part in value)
    if isinstance(value, str):
        while True:
            if value in allowed:
                return True
            value, dot, _ = value.rpartition(".")
            if not dot:
                return False
    # 1 == True in Python, not in a rulebook
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in allowed)


def has_value(value: Any) -> bool:
    return value not in (None, "", [])


def holds(condition: Condition, view: View) -> bool:
    return all(test_holds(test, view) for test in condition.tests)


def test_holds(test: Test, view: View) -> bool:
    match test:
        case OneOf(fact, values):
            return is_one_of(view.fact(fact), values)
        case Threshold(fact, least, most):
            return _within(view.fact(fact), _bound(least, view), _bound(most, view), least, most)
        case Has(fields):
            return all(has_value(view.fact(name)) for name in fields)
        case ClockIs(clock, states):
            return view.clock_state(clock) in states
        case AnyOf(options):
            return any(holds(option, view) for option in options)


def possible(condition: Condition, view: View, open_fields: Collection[str]) -> bool:
    """The condition could hold once the open fields are given: what a button needs to know."""
    return all(_possible(test, view, open_fields) for test in condition.tests)


def _possible(test: Test, view: View, open_fields: Collection[str]) -> bool:
    match test:
        case OneOf(fact) | Threshold(fact) if fact in open_fields:
            return True
        case Has(fields):
            return all(name in open_fields or has_value(view.fact(name)) for name in fields)
        case AnyOf(options):
            return any(possible(option, view, open_fields) for option in options)
        case _:
            return test_holds(test, view)


def _bound(bound: object, view: View) -> Any:
    return lookup(view.book.tables[bound], view) if isinstance(bound, str) else bound


def _within(value: Any, least: Any, most: Any, least_written: object, most_written: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if least_written is not None and (not isinstance(least, int | float) or value < least):
        return False
    return most_written is None or (isinstance(most, int | float) and value <= most)


def lookup(table: Table, view: View) -> object:
    """The value of the first row that fits; None where no row does (only before its facts are known)."""
    values = [view.fact(name) for name in table.by]
    for row in table.rows:
        if all(cell is None or is_one_of(value, cell) for cell, value in zip(row.cells, values, strict=True)):
            return row.value
    return None
