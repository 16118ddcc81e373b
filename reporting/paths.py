"""The paths that tickets take through their steps, and where they go back and forth (K01, doc 3 §2.6.1).

A path is the order in which a ticket's own steps were opened, assists beside them left out. Whether a ticket comes back
to a step, and between which two steps it goes back and forth, is read off its path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from django.db.models import QuerySet

from .access import Viewer
from .counting import SEPARATOR
from .models import TicketFact
from .questions import Question
from .refresh import bring_up_to_date
from .rows import RECEIVED, TICKETS, rows_of
from .tally import tickets_by

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """How many tickets took each path, the commonest first; tickets that came back to a step, or went to and fro."""

    tickets: int
    variants: tuple[tuple[Path, int], ...]
    again: tuple[tuple[str, int], ...]
    to_and_fro: tuple[tuple[tuple[str, str], int], ...]


def paths_of(asked: Question, viewer: Viewer) -> Paths:
    """The paths of the tickets that the question is about, by the time of their receipt. Raises Backlog."""
    taken = _taken(asked, viewer)
    again: Counter[str] = Counter()
    swings: Counter[tuple[str, str]] = Counter()
    for path, number in taken.items():
        again.update(dict.fromkeys(_again(path), number))
        swings.update(dict.fromkeys(_to_and_fro(path), number))
    return Paths(taken.total(), _ordered(taken), _ordered(again), _ordered(swings))


def behind_path(part: str, asked: Question, viewer: Viewer) -> QuerySet[TicketFact]:
    """The tickets behind one figure: `path:a.b.c`, `again:b` or `swing:a.b`; none where it says anything else."""
    name, _, text = part.partition(":")
    steps = tuple(text.split(SEPARATOR))
    tests: Mapping[str, Callable[[Path], bool]] = {
        "path": lambda path: path == steps,
        "again": lambda path: text in _again(path),
        "swing": lambda path: steps in _to_and_fro(path),
    }
    if name not in tests:
        return TicketFact.objects.none()
    fitting = [SEPARATOR.join(path) for path in _taken(asked, viewer) if tests[name](path)]
    return rows_of(TICKETS, RECEIVED, asked.whole, asked, viewer).filter(path__in=fitting)


def _taken(asked: Question, viewer: Viewer) -> Counter[Path]:
    """How many tickets took each path; those without a step took none."""
    bring_up_to_date()
    found = tickets_by("path", asked, viewer)
    return Counter({tuple(text.split(SEPARATOR)): number for text, number in found.items() if text})


def _again(path: Path) -> set[str]:
    """The steps that the ticket came back to after it had left them."""
    times = Counter(step for step, _ in groupby(path))
    return {step for step, number in times.items() if number > 1}


def _to_and_fro(path: Path) -> set[tuple[str, str]]:
    """Pairs of steps between which it went one way and, at once or later, the other; the first way names the pair."""
    first: dict[tuple[str, str], int] = {}
    for place, move in enumerate(pairwise(path)):
        first.setdefault(move, place)
    return {(one, other) for (one, other), place in first.items() if place < first.get((other, one), -1)}


def _ordered(counted: Counter[Any]) -> tuple[tuple[Any, int], ...]:
    return tuple(sorted(counted.items(), key=lambda row: (-row[1], row[0])))
