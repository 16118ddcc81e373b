"""Proof 5: the limits of the steps add up to no more than the deadline they work under (§11.10).

1 wd counts as 24 h, `same-day` as 8.5 h; `rest`, targets and `none` as nothing; date fields are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from tickets.rulebook import words
from tickets.rulebook.check.known import Fields
from tickets.rulebook.check.scope import parts_of
from tickets.rulebook.check.space import Move, Space
from tickets.rulebook.check.tables import Rest, classes, first_row, matches, show_combination
from tickets.rulebook.compiled import (
    ALWAYS,
    MAXIMUM,
    PROMISE,
    AnyOf,
    Ask,
    Book,
    Clock,
    Condition,
    LimitSpec,
    Next,
    OneOf,
)
from tickets.rulebook.problems import Problems

MOST_WAYS = 20_000
MOST_COMBINATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Part:
    """A step on a way, under its own limit or the one that its opener gave it."""

    kind: str
    limit: LimitSpec | None


@dataclass(frozen=True, slots=True)
class Longest:
    """The way on which a clock is tightest, with the combination that makes it so."""

    seconds: int
    limit: int
    combination: Mapping[str, object]
    way: tuple[tuple[str, int], ...]


def check_sums(space: Space, problems: Problems) -> dict[str, str]:
    """Report when the steps overrun the clock they work under; answer with its tightest way, for the reader."""
    book = space.book
    name = MAXIMUM if MAXIMUM in book.clocks else PROMISE
    found = longest(book.clocks[name], space) if name in book.clocks else None
    if found is None:
        return {}
    if found.seconds > found.limit:
        problems.add(
            f"clocks.{name}",
            "limits_sum",
            sum=hours(found.seconds),
            clock=name,
            limit=hours(found.limit),
            combination=show_combination(dict(found.combination)),
            trace=show_way(found),
        )
    return {name: f"{hours(found.seconds)} / {hours(found.limit)}: {show_way(found)}"}


def show_way(found: Longest) -> str:
    return " + ".join(f"{kind} {hours(seconds)}" for kind, seconds in found.way)


def hours(seconds: int) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{round(seconds / size, 2):g} {unit}"
    return f"{seconds} s"


def longest(clock: Clock, space: Space) -> Longest | None:
    ways = list(dict.fromkeys(ways_of(clock, space)))
    book, best = space.book, None
    for combination in combinations(clock, ways, book):
        limit = seconds_of(clock.limit, combination, book)
        if limit is None:
            continue
        for way in ways:
            parts = tuple((part.kind, part_seconds(part, combination, book)) for part in way)
            total = sum(seconds for _, seconds in parts)
            if best is None or total - limit > best.seconds - best.limit:
                best = Longest(total, limit, combination, tuple(part for part in parts if part[1]))
    return best


# ── ways ─────────────────────────────────────────────────────────────────────────────────────────────


def ways_of(clock: Clock, space: Space) -> Iterator[tuple[Part, ...]]:
    """Every way from a start of the clock to its stop that comes to no step twice."""
    graph = Graph(clock, space)
    found = 0
    for first in graph.firsts:
        for way in graph.walk(*first, (), frozenset()):
            found += 1
            if found > MOST_WAYS:
                return
            yield way


class Graph:
    """Situations without counts and promise: (kind, stack), how events lead on, and which of them stop the clock."""

    def __init__(self, clock: Clock, space: Space) -> None:
        self.clock = clock
        self.book = space.book
        self.onward: dict[tuple[str, tuple[str, ...]], dict[tuple[str, tuple[str, ...]], LimitSpec | None]]
        self.onward = defaultdict(dict)
        self.stopped: set[tuple[str, tuple[str, ...]]] = set()
        self.firsts: dict[tuple[tuple[str, tuple[str, ...]], LimitSpec | None], None] = {}
        for edge in space.edges:
            target = space.states[edge.target]
            source = space.states[edge.source] if edge.source >= 0 else None
            self.add(edge.event, edge.move, source and (source.kind, source.stack), target.ended, target[:2])

    def add(self, event: str, move: Move | None, source: tuple | None, ended: bool, target: tuple) -> None:
        limit = self.limit_of(move, target[0]) if not ended else None
        if event in self.clock.starts:
            if not ended:
                self.firsts[(target, limit)] = None
        elif source is not None and event in self.clock.stops:
            self.stopped.add(source)
        elif source is not None and not ended and source[0] != target[0]:
            self.onward[source].setdefault(target, limit)

    def limit_of(self, move: Move | None, kind: str) -> LimitSpec | None:
        given = move.limit if isinstance(move, Next | Ask) else None
        return given or self.book.steps[kind].limit

    def walk(
        self, here: tuple[str, tuple[str, ...]], limit: LimitSpec | None, way: tuple[Part, ...], seen: frozenset[str]
    ) -> Iterator[tuple[Part, ...]]:
        way = (*way, Part(here[0], limit))
        seen = seen | {here[0]}
        if here in self.stopped:
            yield way
        for target, onward in self.onward[here].items():
            if target[0] not in seen:
                yield from self.walk(target, onward, way, seen)


# ── combinations and seconds ─────────────────────────────────────────────────────────────────────────


def combinations(clock: Clock, ways: Sequence[tuple[Part, ...]], book: Book) -> Iterator[dict[str, object]]:
    """Every combination of the columns that these limits depend on, as far as their cells tell values apart."""
    specs = [clock.limit, *(part.limit for way in ways for part in way if part.limit)]
    cells: dict[str, list[frozenset[object]]] = defaultdict(list)
    for name in {name for spec in specs for name in tables_in(spec.parts, book, frozenset())}:
        table = book.tables[name]
        for column, fact in enumerate(table.by):
            cells[fact].extend(cell for row in table.rows if (cell := row.cells[column]) is not None)
    for kind in {part.kind for way in ways for part in way}:
        for test in tests_in(book.steps[kind].target or ALWAYS):
            cells[test.fact].append(test.values)
    known: Fields = frozenset(cells)
    values = [classes(fact, found, known, book) for fact, found in sorted(cells.items())]
    if prod(len(one) for one in values) > MOST_COMBINATIONS:
        return
    for combination in product(*values):
        yield dict(zip(sorted(cells), combination, strict=True))


def tests_in(condition: Condition) -> Iterator[OneOf]:
    for test in condition.tests:
        if isinstance(test, OneOf):
            yield test
        elif isinstance(test, AnyOf):
            for option in test.options:
                yield from tests_in(option)


def tables_in(parts: Sequence[str | None], book: Book, above: frozenset[str]) -> Iterator[str]:
    for part in parts:
        if part is not None and part in book.tables and part not in above:
            yield part
            for row in book.tables[part].rows:
                yield from tables_in(parts_of(row.value), book, above | {part})


def part_seconds(part: Part, combination: Mapping[str, object], book: Book) -> int:
    target = book.steps[part.kind].target
    if part.limit is None or (target is not None and surely(target, combination)):
        return 0
    return seconds_of(part.limit, combination, book) or 0


def surely(condition: Condition, combination: Mapping[str, object]) -> bool:
    """The condition holds for this combination; what it does not tell does not."""
    return all(
        isinstance(test, OneOf) and test.fact in combination and matches(combination[test.fact], test.values)
        for test in condition.tests
    )


def seconds_of(spec: LimitSpec, combination: Mapping[str, object], book: Book) -> int | None:
    """The earliest of the parts; None when none of them is a length of time."""
    found = [part_of(part, combination, book, frozenset()) for part in spec.parts]
    return min((one for one in found if one is not None), default=None)


def part_of(part: str, combination: Mapping[str, object], book: Book, above: frozenset[str]) -> int | None:
    if part in book.tables and part not in above:
        table = book.tables[part]
        row = first_row(table, [combination.get(fact, Rest("")) for fact in table.by])
        words_ = parts_of(table.rows[row].value) if row is not None else ()
        found = [part_of(word, combination, book, above | {part}) for word in words_ if word is not None]
        return min((one for one in found if one is not None), default=None)
    return words.limit_seconds(part)
