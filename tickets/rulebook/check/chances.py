"""Conditions on an abstract ticket: may it hold, may it fail? What people fill in is open, the rest is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tickets.rulebook import words
from tickets.rulebook.compiled import (
    PROMISE,
    AnyOf,
    Book,
    ClockIs,
    Condition,
    OneOf,
    Test,
    Threshold,
)

HIGHEST_CAP = 12  # what is compared with more is not counted; conditions on it are open


class Chance(NamedTuple):
    may_hold: bool
    may_fail: bool


OPEN = Chance(True, True)


def chance(condition: Condition, kind: str, promise: str, counts: Mapping[str, int]) -> Chance:
    """`kind` is the main step ("" before and after), `promise` none, running or stopped, `counts` how often done."""
    found = [test_chance(test, kind, promise, counts) for test in condition.tests]
    return Chance(all(one.may_hold for one in found), any(one.may_fail for one in found))


def test_chance(test: Test, kind: str, promise: str, counts: Mapping[str, int]) -> Chance:
    match test:
        case OneOf(words.STEP_FACT, values):
            return sure(kind in values)
        case OneOf(fact, values) if counted(fact) in counts:
            return sure(counts[counted(fact)] in values)
        case Threshold(fact, least, most) if counted(fact) in counts:
            return within(counts[counted(fact)], least, most)
        case ClockIs(clock, states) if clock == PROMISE:
            return promise_chance(promise, states)
        case AnyOf(options):
            found = [chance(option, kind, promise, counts) for option in options]
            return Chance(any(one.may_hold for one in found), all(one.may_fail for one in found))
    return OPEN


def counted(fact: str) -> str:
    """The action of `done.x`; no action for any other fact."""
    return fact.removeprefix(words.DONE) if fact.startswith(words.DONE) else ""


def sure(holds: bool) -> Chance:
    return Chance(holds, not holds)


def within(count: int, least: object, most: object) -> Chance:
    """Bounds that a table gives are open."""
    if isinstance(least, str) or isinstance(most, str):
        return OPEN
    return sure((least is None or count >= least) and (most is None or count <= most))  # type: ignore[operator]


def promise_chance(promise: str, states: frozenset[str]) -> Chance:
    if promise != "running":
        return sure(promise in states)
    live = {"running", "warned", "overdue"}
    return Chance(bool(live & states), not live <= states)


def caps_of(book: Book) -> dict[str, int]:
    """How far each action's count matters: one above the highest number that a guard compares it with."""
    caps: dict[str, int] = {}
    for test in tests_of(book):
        fact = getattr(test, "fact", "")
        if fact.startswith(words.DONE):
            name = fact.removeprefix(words.DONE)
            caps[name] = max(caps.get(name, 1), cap_of(test))
    return {name: cap for name, cap in caps.items() if name in book.actions and cap <= HIGHEST_CAP}


def cap_of(test: Test) -> int:
    match test:
        case Threshold(_, least, most):
            return max(least if isinstance(least, int) else 1, most + 1 if isinstance(most, int) else 1)
        case OneOf(_, values):
            return max((value + 1 for value in values if isinstance(value, int)), default=1)
    return 1


def tests_of(book: Book) -> Iterator[Test]:
    """Every test that decides about moves: guards and conditions of effects."""
    for action in book.actions.values():
        yield from flat(action.when)
        for effect in action.then:
            yield from flat(effect.when)
    for chain in book.alarms.values():
        for moment in chain.moments:
            for effect in moment.then:
                yield from flat(effect.when)


def flat(condition: Condition) -> Iterator[Test]:
    for test in condition.tests:
        if isinstance(test, AnyOf):
            for option in test.options:
                yield from flat(option)
        else:
            yield test
