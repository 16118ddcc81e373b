"""All proofs of a rulebook, in the order in which one builds on the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tickets.rulebook.compiled import Book
from tickets.rulebook.load import compile_into
from tickets.rulebook.problems import Problem, Problems
from tickets.rulebook.source import Flat


@dataclass(frozen=True, slots=True)
class Report:
    """What was proved. With errors the rulebook does not load; warnings are for its author."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def prove(flat: Flat) -> tuple[Book | None, Report]:
    """Compile and prove; the book is None when it could not even be compiled."""
    problems = Problems(flat.file, flat.places)
    book = compile_into(flat.source, problems)
    if problems:
        return None, Report(tuple(problems.found))
    return book, check(book)


def check(book: Book, file: str = "") -> Report:
    return Report(())
