"""Supervision over the provinces in figures: due, warned and overdue by stage, and how each province did (row W06).

A province is whatever stands right below the top tier: branches of a company, provincial centres of a national one. All
is counted in SQL over the rows that the reader may see; a board costs a handful of statements at any size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from complaints_site.lib.timestate import OVERDUE, WARNED
from tickets.access import below, steps_of
from tickets.core.world import World
from tickets.models import RulebookVersion, Step, Ticket
from tickets.rulebook.registry import book_of
from tickets.views.queue_rows import lamp_condition, open_steps
from tickets.views.reader import Reader

from .orders import orders_at
from .supervised import kinds_at, stage_of, takeover_acts

PERIOD = timedelta(days=30)


@dataclass
class Cell:
    """So many open steps, and how many of them are warned and overdue."""

    count: int = 0
    warned: int = 0
    overdue: int = 0

    def add(self, other: Cell) -> None:
        self.count += other.count
        self.warned += other.warned
        self.overdue += other.overdue


@dataclass
class Board:
    cells: dict[tuple[int, str], Cell] = field(default_factory=dict)  # by province and stage

    def of_province(self, province: int) -> Cell:
        return total(cell for (at, _stage), cell in self.cells.items() if at == province)

    def of_stage(self, stage: str) -> Cell:
        return total(cell for (_province, of), cell in self.cells.items() if of == stage)

    @property
    def total(self) -> Cell:
        return total(self.cells.values())


@dataclass
class Assessed:
    """A province in the last 30 days: limits that fell due, those missed, orders put to it, cases taken from it."""

    due: int = 0
    late: int = 0
    chased: int = 0
    taken: int = 0


def total(cells: Iterable[Cell]) -> Cell:
    found = Cell()
    for cell in cells:
        found.add(cell)
    return found


def province_of(world: World, unit: int) -> int:
    """The province that a unit belongs to; the top unit itself for those of the top tier."""
    path = world.units[unit].path
    tier = world.units[path[0]].tier
    return next((above for above in path if world.units[above].tier != tier), path[0])


def units_of(world: World, province: int) -> frozenset[int]:
    """A province with everything below it; of the top, only the units of its own tier."""
    return frozenset(unit for unit in below(world, province) if province_of(world, unit) == province)


def steps_under(reader: Reader, book: str) -> QuerySet[Step]:
    """Open steps the reader sees, of one rulebook or of all, each with its running clock as `own`."""
    steps = open_steps(reader)
    return steps.filter(ticket__rulebook__book=book) if book else steps


def board_of(reader: Reader, book: str = "") -> Board:
    """One statement: open steps by unit, kind and rulebook, put together by province and stage."""
    board = Board()
    if reader.world is None:
        return board
    rows = steps_under(reader, book).values("unit_id", "kind", rules=F("ticket__rulebook_id"))
    counted = rows.annotate(
        total=Count("pk"),
        warned=Count("pk", filter=lamp_condition(WARNED, reader.at)),
        overdue=Count("pk", filter=lamp_condition(OVERDUE, reader.at)),
    )
    for row in counted.order_by():
        place = province_of(reader.world, row["unit_id"]), stage_of(book_of(row["rules"]), row["kind"])
        board.cells.setdefault(place, Cell()).add(Cell(row["total"], row["warned"], row["overdue"]))
    return board


def at_stage(stage: str) -> Q:
    """Steps at a stage, whatever the rulebook of each ticket calls them."""
    found = Q(pk__in=())
    for pk in RulebookVersion.objects.values_list("pk", flat=True):
        found |= Q(ticket__rulebook=pk, kind__in=sorted(kinds_at(book_of(pk), stage)))
    return found


# ── how a province did ───────────────────────────────────────────────────────────────────────────────


def assessed(reader: Reader, book: str = "") -> dict[int, Assessed]:
    """By province, three statements. Aims that were missed are no overrun (ruling TARGET)."""
    found: dict[int, Assessed] = {}
    if reader.sight is None or reader.world is None:
        return found
    since, at = reader.at - PERIOD, reader.at
    steps = steps_of(reader.sight)
    if book:
        steps = steps.filter(ticket__rulebook__book=book)
    limits = Q(clocks__due_at__gt=since, clocks__due_at__lte=at, clocks__target=False)
    missed = Q(clocks__stopped_at=None) | Q(clocks__stopped_at__gt=F("clocks__due_at"))
    counts = {
        "due": _by_unit(steps.filter(limits), Count("clocks")),
        "late": _by_unit(steps.filter(limits & missed), Count("clocks")),
        "chased": _by_unit(_within(orders_at(reader.sight), book).filter(opened_at__gt=since), Count("pk")),
        "taken": _by_unit(
            steps.filter(result__in=sorted(takeover_acts()), closed_at__gt=since, side=False), Count("pk")
        ),
    }
    for name, by_unit in counts.items():
        for province, number in _by_province(reader.world, by_unit).items():
            setattr(found.setdefault(province, Assessed()), name, number)
    return found


def _within(steps: QuerySet[Step], book: str) -> QuerySet[Step]:
    return steps.filter(ticket__rulebook__book=book) if book else steps


def _by_unit(steps: QuerySet[Step], count: Count) -> dict[int, int]:
    return dict(steps.order_by().values("unit_id").annotate(n=count).values_list("unit_id", "n"))


def _by_province(world: World, by_unit: Mapping[int, int]) -> Counter[int]:
    found: Counter[int] = Counter()
    for unit, number in by_unit.items():
        found[province_of(world, unit)] += number
    return found


# ── problem cases ────────────────────────────────────────────────────────────────────────────────────


def problem_cases(reader: Reader, book: str = "") -> QuerySet[Ticket]:
    """Open tickets that headquarters took over, and those that rank above the ordinary and are overdue."""
    tickets = reader.tickets.filter(ended_at=None)
    if book:
        tickets = tickets.filter(rulebook__book=book)
    taken = Q(pk__in=())
    for name in sorted(takeover_acts()):
        taken |= Q(**{f"memory__done__{name}__isnull": False})
    return tickets.filter(taken | Q(priority__gt=0, step_due_at__lte=reader.at)).order_by(
        "-priority", "step_due_at", "pk"
    )


def was_taken_over(ticket: Ticket) -> bool:
    done: dict[str, Any] = ticket.memory.get("done", {})
    return any(done.get(name) for name in takeover_acts())
