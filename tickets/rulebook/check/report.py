"""All proofs of a rulebook, in the order in which one builds on the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tickets.rulebook.check.advice import advise
from tickets.rulebook.check.exits import check_exits
from tickets.rulebook.check.known import Known
from tickets.rulebook.check.loop import check_loop
from tickets.rulebook.check.names import check_names
from tickets.rulebook.check.space import MOST_STATES, Space, explore
from tickets.rulebook.check.sums import check_sums
from tickets.rulebook.check.tables import check_tables
from tickets.rulebook.compiled import Book
from tickets.rulebook.load import compile_into
from tickets.rulebook.problems import Problem, Problems
from tickets.rulebook.source import Flat


@dataclass(frozen=True, slots=True)
class Report:
    """What was proved. With errors the rulebook does not load; warnings are for its author.

    `facts`: how much was looked at (`states transitions depth steps actions`), and `longest`, for the clock that
    the steps must fit into its tightest way without repetition (1 wd counted as 24 h, date fields left out).
    """

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def prove(flat: Flat) -> tuple[Book | None, Report]:
    """Compile and prove; the book is None when it could not even be compiled."""
    problems = Problems(flat.file, flat.places)
    book = compile_into(flat.source, problems)
    if problems:
        check_names(book, problems)
        return None, Report(tuple(problems.found))
    return book, check(book, flat.file, flat.places)


def check(book: Book, file: str = "", places: Mapping[str, str] | None = None) -> Report:
    """Prove a compiled book (§11.10). Names first: the other proofs walk along them."""
    errors = Problems(file or f"{book.id}.toml", places)
    warnings = Problems(errors.file, places)
    scope = check_names(book, errors)
    if errors:
        return Report(tuple(errors.found))
    space = explore(book)
    if not space.complete:
        errors.add("steps", "too_many_states", most=MOST_STATES)
        return Report(tuple(errors.found))
    known = Known(space)
    closed_in = check_exits(space, known, errors)
    check_loop(space, errors, closed_in)
    check_tables(known, errors)
    longest = check_sums(space, errors)
    advise(scope, warnings)
    return Report(tuple(errors.found), tuple(warnings.found), facts_of(space, longest))


def facts_of(space: Space, longest: Mapping[str, str]) -> dict[str, object]:
    return {
        "states": len(space.states),
        "transitions": len(space.edges),
        "depth": max((len(state.stack) for state in space.states), default=0),
        "steps": len(space.book.steps),
        "actions": len(space.book.actions),
        "longest": dict(longest),
    }
