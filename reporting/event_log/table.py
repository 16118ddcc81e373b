"""The event log as CSV: one line for each event, the first three columns are what process mining tools look for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from complaints_site.lib.cells import safe_cell

from .cases import TIMES, WORDS, Case, Happening, instant

ABOUT = ("rulebook", "rulebook_version", "received_unit", *WORDS[1:])
HEADING = (
    *("case:concept:name", "concept:name", "time:timestamp", "org:resource", "org:group", "lifecycle:transition"),
    *("seq", "title", "state", "step", "step_kind", *(f"case:{name}" for name in (*ABOUT, *TIMES))),
)
BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet takes Chinese for something else


def written(cases: Iterable[Case]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _lines([HEADING])
    for case in cases:
        about = [case.about.get(name, "") for name in ABOUT]
        times = [instant(at) if at else "" for at in (case.times[name] for name in TIMES)]
        yield _lines([(*_cells(case, event), *about, *times) for event in case.events])


def _cells(case: Case, event: Happening) -> tuple[str, ...]:
    step = event.step
    where = (str(step.ordinal), step.kind) if step else ("", "")
    unit = step.unit if step else ""
    first = (case.number, event.name, instant(event.at), event.person, unit, "complete")
    return (*first, str(event.seq), event.title, event.state, *where)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
