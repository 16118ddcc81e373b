"""A rulebook as its public reads it: the steps of the ordinary way, and the times that it promises."""

from __future__ import annotations

from tickets.rulebook.compiled import PROMISE, Ask, Book, Next
from tickets.rulebook.words import STAGES
from tickets.views import book_words as words


def procedure(book: Book) -> list[str]:
    """The main steps in the order of their stages, one for each stage that the ordinary way has."""
    led_to = {
        effect.step for action in book.actions.values() for effect in action.then if isinstance(effect, Next | Ask)
    }
    by_stage: dict[str, str] = {}
    for kind, step in book.steps.items():
        if kind in led_to and not step.side:
            by_stage.setdefault(step.stage, words.step(book, kind))
    return [by_stage[stage] for stage in STAGES if stage in by_stage]


def expected_times(book: Book) -> list[tuple[str, str]]:
    """For which complaint the answer comes in which time; one pair without a case where it is the same for all."""
    clock = book.clocks.get(PROMISE)
    if clock is None:
        return []
    times: list[tuple[str, str]] = []
    for part in clock.limit.parts:
        if part in book.tables:
            table = book.tables[part]
            rows = [(row, *words.table_row(book, table, row)) for row in table.rows if row.value != "none"]
            times += [(words.listed(_said(row.cells, cells)), limit) for row, cells, limit in rows]
        elif part not in book.fields:  # a date that somebody fills in is no time to expect
            times.append(("", words.limit_part(book, part)))
    return times


def _said(cells: tuple[frozenset[object] | None, ...], spoken: list[str]) -> list[str]:
    """The cells that say something; one that fits anything doesn't."""
    return [word for cell, word in zip(cells, spoken, strict=True) if cell is not None]
