"""Proof 3: whoever works at a step can leave it, whatever the facts are that they can't change (§11.10).

What the people there may fill in themselves is free. Breaking off (withdraw, merge) is no way out of a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from tickets.core.conditions import is_one_of
from tickets.rulebook import words
from tickets.rulebook.check.chances import flat
from tickets.rulebook.check.known import Known, is_known, set_by
from tickets.rulebook.check.loop import side_kinds
from tickets.rulebook.check.space import Space, is_move
from tickets.rulebook.check.tables import OTHER, UNKNOWN, Rest, classes, show_combination
from tickets.rulebook.compiled import (
    PROMISE,
    STEP_CLOCK,
    Action,
    AnyOf,
    Ask,
    Back,
    Book,
    ClockIs,
    Condition,
    Effect,
    End,
    Has,
    Next,
    OneOf,
    Step,
    Test,
    Threshold,
)
from tickets.rulebook.problems import Problems

MOST_COMBINATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out: all its conditions must hold."""

    conditions: tuple[Condition, ...]


def check_exits(space: Space, known: Known, problems: Problems) -> frozenset[str]:
    """Report steps that can't be left; answer with their kinds."""
    reached = space.kinds | side_kinds(space)
    before = len(problems.found)
    for kind, step in space.book.steps.items():
        if kind in reached:
            check_step_exits(step, space, known, problems)
    return frozenset(one.place.removeprefix("steps.") for one in problems.found[before:])


def check_step_exits(step: Step, space: Space, known: Known, problems: Problems) -> None:
    place = f"steps.{step.kind}"
    exits = list(exits_of(step, space.book))
    if not exits:
        problems.add(place, "no_exit_ever")
        return
    room = Room(step, space, known)
    choices = room.choices(exits)
    if prod(len(values) for values in choices.values()) > MOST_COMBINATIONS:
        problems.add(place, "table_size", found=prod(len(values) for values in choices.values()))
        return
    for values in product(*choices.values()):
        combination = dict(zip(choices, values, strict=True))
        if not any(room.opens(one, combination) for one in exits):
            shown = {
                name: value for name, value in combination.items() if room.matters(name, combination, exits, choices)
            }
            problems.add(place, "no_exit", combination=show_combination(shown))
            return


def exits_of(step: Step, book: Book) -> Iterator[Exit]:
    for action in actions_at(step, book):
        for effect in action.then:
            if leaves(effect, step, action, book):
                yield Exit((action.when, effect.when))


def actions_at(step: Step, book: Book) -> tuple[Action, ...]:
    own = book.actions_of_step.get(step.kind, ())
    return own if step.side else (*own, *book.actions_of_ticket)


def leaves(effect: Effect, step: Step, action: Action, book: Book) -> bool:
    if step.side:
        return isinstance(effect, Next | Back | End)
    if action.from_ticket and isinstance(effect, End):
        return effect.end == words.CLOSED
    if isinstance(effect, Next | Ask | Back | End):
        return is_move(effect, book)
    return False


class Room:
    """What the people at a step can change, and what they find there."""

    def __init__(self, step: Step, space: Space, known: Known) -> None:
        self.step = step
        self.book = space.book
        self.known = known.at(step.kind)
        self.actions = actions_at(step, space.book)
        self.free = {need.field for action in self.actions for need in action.fields}
        self.free |= {name for action in self.actions for name in set_by(action.then)}
        self.done = {action.name for action in self.actions}
        self.stoppable = {name for name, clock in self.book.clocks.items() if clock.stops & self.done}
        self.promises = {state.promise for state in space.states if state.kind == step.kind and not state.ended}

    # ── what is found ──
    def choices(self, exits: Sequence[Exit]) -> dict[str, list[object]]:
        """The facts that ways out depend on and people here can't change, with the values told apart."""
        tests = [test for one in exits for condition in one.conditions for test in flat(condition)]
        found: dict[str, list[object]] = {}
        for test in tests:
            for name in names_of(test):
                if name not in found and not self.is_free(name):
                    found[name] = self.values(name, tests)
        return found

    def is_free(self, name: str) -> bool:
        return name in self.free or (not self.step.side and name == words.STEP_FACT)

    def values(self, name: str, tests: Sequence[Test]) -> list[object]:
        if name.startswith("clock."):
            return self.clock_states(name.removeprefix("clock."))
        if name.startswith(words.DONE):
            return list(dict.fromkeys(count_samples(name, tests)))
        field = self.book.fields.get(name)
        sure = is_known(name, self.known)
        if field and field.type == "number":
            return [*number_samples(name, tests), *([] if sure else [UNKNOWN])]
        cells = [test.values for test in tests if isinstance(test, OneOf) and test.fact == name]
        values = classes(name, cells, self.known, self.book)
        return values if sure or UNKNOWN in values else [*values, UNKNOWN]

    def clock_states(self, name: str) -> list[object]:
        if name == STEP_CLOCK:
            return ["running", "warned", "overdue"] if self.step.limit else ["none"]
        if name == PROMISE and not self.step.side:
            live = ["running", "warned", "overdue"] if "running" in self.promises else []
            return [*live, *sorted(self.promises - {"running"})]
        return list(words.CLOCK_STATES)

    # ── what holds ──
    def opens(self, exit_: Exit, found: dict[str, object]) -> bool:
        return all(self.holds(condition, found) for condition in exit_.conditions)

    def holds(self, condition: Condition, found: dict[str, object]) -> bool:
        return all(self.test(test, found) for test in condition.tests)

    def test(self, test: Test, found: dict[str, object]) -> bool:
        match test:
            case AnyOf(options):
                return any(self.holds(option, found) for option in options)
            case Has(fields):
                return all(name not in found or found[name] is not UNKNOWN for name in fields)
            case ClockIs(clock, states):
                state = found[f"clock.{clock}"]
                return state in states or ("stopped" in states and clock in self.stoppable)
            case OneOf(words.STEP_FACT, values) if not self.step.side:
                return self.step.kind in values
            case OneOf(fact, values):
                return fact not in found or self.is_among(fact, found[fact], values)
            case Threshold(fact, least, most):
                return fact not in found or self.is_within(fact, found[fact], least, most)
        return True

    def is_among(self, fact: str, value: object, values: frozenset[object]) -> bool:
        if fact.startswith(words.DONE) and self.countable(fact):
            return any(isinstance(one, int) and isinstance(value, int) and one >= value for one in values)
        return not isinstance(value, Rest) and is_one_of(value, values)

    def is_within(self, fact: str, value: object, least: object, most: object) -> bool:
        if not isinstance(value, int | float):
            return False
        enough = not isinstance(least, int | float) or value >= least or self.countable(fact)
        return enough and (not isinstance(most, int | float) or value <= most)

    def countable(self, fact: str) -> bool:
        """`done.x` of an action that is done here can be raised here."""
        return fact.removeprefix(words.DONE) in self.done

    def matters(
        self, name: str, found: dict[str, object], exits: Sequence[Exit], choices: dict[str, list[object]]
    ) -> bool:
        """Would another value of this fact open a way out?"""
        return any(self.opens(one, found | {name: value}) for value in choices[name] for one in exits)


def names_of(test: Test) -> tuple[str, ...]:
    match test:
        case OneOf(fact) | Threshold(fact):
            return (fact,)
        case Has(fields):
            return fields
        case ClockIs(clock):
            return (f"clock.{clock}",)
    return ()


def count_samples(name: str, tests: Sequence[Test]) -> Iterator[int]:
    yield 0
    for test in tests:
        match test:
            case Threshold(fact, least, most) if fact == name:
                yield from (bound for bound in (least,) if isinstance(bound, int))
                yield from (bound + 1 for bound in (most,) if isinstance(bound, int))
            case OneOf(fact, values) if fact == name:
                yield from (number for value in values if isinstance(value, int) for number in (value, value + 1))


def number_samples(name: str, tests: Sequence[Test]) -> list[object]:
    """One number on each side of every bound."""
    bounds = [
        bound
        for test in tests
        if isinstance(test, Threshold) and test.fact == name
        for bound in (test.least, test.most)
        if isinstance(bound, int | float)
    ]
    named = [value for test in tests if isinstance(test, OneOf) and test.fact == name for value in test.values]
    near = [bound + step for bound in bounds for step in (-0.5, 0, 0.5)]
    return list(dict.fromkeys([*near, *named])) or [OTHER]
