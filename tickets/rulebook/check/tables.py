"""Proof 2, second half: every combination finds a row, and no row is dead (§11.10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from tickets.core.conditions import is_one_of
from tickets.rulebook import words
from tickets.rulebook.check.known import Fields, Known, is_known, known_at_start
from tickets.rulebook.check.scope import parts_of
from tickets.rulebook.compiled import (
    Action,
    Ask,
    Book,
    Condition,
    Effect,
    FromTable,
    HolderSpec,
    LimitSpec,
    Next,
    Rectify,
    Set,
    Table,
    Threshold,
)
from tickets.rulebook.problems import Problems

MOST_COMBINATIONS = 100_000


class Rest:
    """Values that are not told apart: any other value, and not yet known."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


OTHER = Rest("any other")
UNKNOWN = Rest("not yet known")


@dataclass(frozen=True, slots=True)
class Use:
    table: str
    user: str
    known: Fields


def check_tables(known: Known, problems: Problems) -> None:
    uses = list(dict.fromkeys(uses_of(known)))
    for name, table in known.book.tables.items():
        mine = [use for use in uses if use.table == name] or [Use(name, "", frozenset())]
        prove_table(table, mine, known.book, problems)


def prove_table(table: Table, uses: Sequence[Use], book: Book, problems: Problems) -> None:
    place = f"tables.{table.name}"
    reached: set[int] = set()
    told: set[str] = set()
    for use in uses:
        classes = [classes_of(table, place_, use.known, book) for place_ in range(len(table.by))]
        size = prod(len(one) for one in classes)
        if size > MOST_COMBINATIONS:
            problems.add(place, "table_size", found=size)
            return
        rows = {combination: first_row(table, combination) for combination in product(*classes)}
        reached |= {row for row in rows.values() if row is not None}
        gap = next((one for one, row in rows.items() if row is None), None)
        if gap is not None and use.user:
            shown = show_gap(gap, rows, classes, table)
            if shown not in told:
                problems.add(place, "gap", combination=shown, user=use.user)
            told.add(shown)
    for number in range(len(table.rows)):
        if number not in reached:
            problems.add(place, "dead_row", row=number + 1)


def first_row(table: Table, combination: Sequence[object]) -> int | None:
    for number, row in enumerate(table.rows):
        if all(cell is None or matches(value, cell) for value, cell in zip(combination, row.cells, strict=True)):
            return number
    return None


def matches(value: object, cell: frozenset[object]) -> bool:
    return not isinstance(value, Rest) and is_one_of(value, cell)


def classes_of(table: Table, column: int, known: Fields, book: Book) -> list[object]:
    """One value for each group that no cell of the column tells apart."""
    cells = [row.cells[column] for row in table.rows]
    return classes(table.by[column], [cell for cell in cells if cell is not None], known, book)


def classes(fact: str, cells: Sequence[frozenset[object]], known: Fields, book: Book) -> list[object]:
    groups: dict[tuple[bool, ...], object] = {}
    for value in domain(fact, cells, book):
        groups.setdefault(tuple(matches(value, cell) for cell in cells), value)
    if not is_known(fact, known):
        groups.setdefault(tuple(False for _ in cells), UNKNOWN)
    return list(groups.values())


def domain(fact: str, cells: Iterable[frozenset[object]], book: Book) -> list[object]:
    """What a fact may be: its choices, or, where it is open, what the cells name and any other."""
    field = book.fields.get(fact)
    if fact == words.STEP_FACT:
        return list(book.steps)
    if field and field.type == "boolean":
        return [True, False]
    if field and field.choices and field.type == "choice":
        return list(field.choices)
    named = dict.fromkeys(value for cell in cells for value in sorted(cell, key=str))
    return [*named, OTHER]


def show_gap(
    gap: tuple[object, ...], rows: dict[tuple[object, ...], int | None], classes: Sequence[list[object]], table: Table
) -> str:
    """The combination, without the columns that make no difference."""
    fixed: list[int] = list(range(len(gap)))
    for column in range(len(gap)):
        fewer = [one for one in fixed if one != column]
        ways = product(*([gap[place]] if place in fewer else classes[place] for place in range(len(gap))))
        if all(rows[way] is None for way in ways):
            fixed = fewer
    return show_combination({table.by[place]: gap[place] for place in fixed})


def show_combination(combination: dict[str, object]) -> str:
    shown = ", ".join(f"{name}: {show_value(value)}" for name, value in combination.items())
    return f"{{{shown}}}" if shown else "{}"


def show_value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# ── who uses a table, and what is known there ────────────────────────────────────────────────────────


def uses_of(known: Known) -> Iterator[Use]:
    book = known.book
    for kind, step in book.steps.items():
        if kind not in known.steps:  # never reached: told by the proof of the flow
            continue
        yield from spec_uses((step.at, step.limit), f"steps.{kind}", known.at(kind), book)
        yield from condition_uses(step.target, f"steps.{kind}", known.at(kind))
    for name, clock in book.clocks.items():
        for event in sorted(clock.starts):
            yield from spec_uses((clock.limit,), f"clocks.{name}", known_at_start(event, known), book)
    for action in book.actions.values():
        yield from action_uses(action, known)
    for name, chain in book.alarms.items():
        for moment in chain.moments:
            yield from effect_uses(moment.then, f"alarms.{name}", known.everywhere, book)
    for number, row in enumerate(book.priority, 1):
        yield from condition_uses(row.when, f"priority[{number}]", known.start)
    for name, penalty in book.penalties.items():
        yield from condition_uses(penalty.when, f"penalties.{name}", known.start)


def action_uses(action: Action, known: Known) -> Iterator[Use]:
    place, book, filled = f"actions.{action.name}", known.book, known.after(action)
    yield from condition_uses(action.when, place, filled)
    for need in action.fields:
        yield from condition_uses(need.when, place, filled)
    yield from effect_uses(action.then, place, filled, book)
    if action.approval:
        yield from spec_uses((action.approval.at, action.approval.limit), place, filled, book)


def effect_uses(effects: Iterable[Effect], place: str, known: Fields, book: Book) -> Iterator[Use]:
    for effect in effects:
        yield from condition_uses(effect.when, place, known)
        match effect:
            case Next(_, at, limit) | Ask(_, at, limit):
                yield from spec_uses((at, limit), place, known, book)
            case Rectify(at, _, limit):
                yield from spec_uses((at, limit), place, known, book)
            case Set(values):
                for value in values.values():
                    if isinstance(value, FromTable):
                        yield Use(value.table, place, known)


def spec_uses(specs: Iterable[HolderSpec | LimitSpec | None], place: str, known: Fields, book: Book) -> Iterator[Use]:
    for spec in specs:
        for part in spec.parts if spec else ():
            yield from part_uses(part, place, known, book, frozenset())


def part_uses(part: str, place: str, known: Fields, book: Book, above: frozenset[str]) -> Iterator[Use]:
    if part not in book.tables or part in above:
        return
    yield Use(part, place, known)
    for row in book.tables[part].rows:
        for word in parts_of(row.value):
            if word is not None:
                yield from part_uses(word, place, known, book, above | {part})


def condition_uses(condition: Condition | None, place: str, known: Fields) -> Iterator[Use]:
    from tickets.rulebook.check.chances import flat

    for test in flat(condition) if condition else ():
        if isinstance(test, Threshold):
            for bound in (test.least, test.most):
                if isinstance(bound, str):
                    yield Use(bound, place, known)
