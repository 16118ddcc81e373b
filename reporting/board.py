"""The live board's figures: where must I push now? (row K06, design §9.4)

Every figure counts the rows that the queue shows under the same condition: the same queryset, so the same number. A
side step counts at its own unit. All of it is aggregated in SQL; a board costs a handful of statements at any size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import CumeDist, TruncHour

from complaints_site.lib.timestate import OVERDUE, WARNED
from escalation.access import alerts_of
from escalation.models import Alert
from escalation.supervised import order_kinds
from tickets.core.world import World
from tickets.models import Step
from tickets.views.queue_rows import due_until, lamp_condition, open_steps
from tickets.views.reader import Reader

HOURS = 12
LONGEST = 5
LATENESS_SHARE = 0.95
LATENESS_GOAL_SECONDS = 60
LATENESS_PERIOD = timedelta(hours=24)


@dataclass
class Count3:
    """So many open steps, and how many of them are warned and overdue."""

    count: int = 0
    warned: int = 0
    overdue: int = 0

    def add(self, other: Count3) -> None:
        self.count += other.count
        self.warned += other.warned
        self.overdue += other.overdue


@dataclass
class Hour:
    """What falls due within an hour; `marked` are tickets that the rulebook ranks above the ordinary."""

    starts_at: datetime
    ends_at: datetime
    count: int = 0
    marked: int = 0


@dataclass
class Board:
    """Open work by unit and kind of step, and what stands out in it. `orders`: kinds that are chase orders (督办)."""

    cells: dict[tuple[int, str], Count3] = field(default_factory=dict)
    orders: frozenset[str] = frozenset()
    total: Count3 = field(default_factory=Count3)
    side_steps: int = 0
    due_today: int = 0
    closing: datetime | None = None
    oldest_due: datetime | None = None
    oldest_chase: datetime | None = None

    @property
    def chases(self) -> int:
        return sum(cell.count for (_unit, kind), cell in self.cells.items() if kind in self.orders)

    def of_unit(self, unit: int) -> Count3:
        return _sum(cell for (at, _kind), cell in self.cells.items() if at == unit)

    def of_kind(self, kind: str) -> Count3:
        return _sum(cell for (_unit, of), cell in self.cells.items() if of == kind)


def _sum(cells: Iterable[Count3]) -> Count3:
    total = Count3()
    for cell in cells:
        total.add(cell)
    return total


def board_of(reader: Reader) -> Board:
    """One statement: open steps by unit and kind."""
    at = reader.at
    board = Board(orders=order_kinds(), closing=closing_of(reader.world, at) if reader.world else None)
    for row in _grouped(reader, board.closing or at):
        cell = Count3(row["total"], row["warned"], row["overdue"])
        board.cells.setdefault((row["unit_id"], row["kind"]), Count3()).add(cell)
        board.total.add(cell)
        board.side_steps += row["beside_main"]
        board.due_today += row["today"]
        board.oldest_due = _earlier(board.oldest_due, row["oldest_due"] if row["overdue"] else None)
        if row["kind"] in board.orders:
            board.oldest_chase = _earlier(board.oldest_chase, row["oldest"])
    return board


def _grouped(reader: Reader, closing: datetime) -> Iterable[Any]:
    at = reader.at
    return (
        open_steps(reader)
        .values("unit_id", "kind")
        .annotate(
            total=Count("pk"),
            warned=Count("pk", filter=lamp_condition(WARNED, at)),
            overdue=Count("pk", filter=lamp_condition(OVERDUE, at)),
            today=Count("pk", filter=due_until(closing, at)),
            beside_main=Count("pk", filter=Q(side=True)),
            oldest_due=Min("own__due_at"),
            oldest=Min("opened_at"),
        )
        .order_by()
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def closing_of(world: World, at: datetime) -> datetime:
    """When the organisation closes today; the end of the day once it has closed, or where it isn't worked."""
    calendar = world.calendar
    today = calendar.local(at).date()
    closing = calendar.closing(today)
    return closing if calendar.is_working(today) and closing > at else calendar.end_of(today)


def hours_of(reader: Reader) -> list[Hour]:
    """What falls due in the next twelve hours, by the clock's hour; the first one is what is left of this hour."""
    zone = reader.world.calendar.zone if reader.world else reader.at.tzinfo
    begin = reader.at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    hours = [Hour(begin + timedelta(hours=i), begin + timedelta(hours=i + 1)) for i in range(HOURS)]
    falling = open_steps(reader).filter(due_until(hours[-1].ends_at - timedelta(microseconds=1), reader.at))
    rows = (
        falling.annotate(hour=TruncHour("own__due_at", tzinfo=zone))
        .values("hour")
        .annotate(count=Count("pk"), marked=Count("pk", filter=Q(ticket__priority__gt=0)))
        .order_by()
    )
    by_start = {hour.starts_at: hour for hour in hours}
    for row in rows:
        hour = by_start.get(row["hour"])
        if hour is not None:
            hour.count, hour.marked = row["count"], row["marked"]
    return hours


def longest_overdue(reader: Reader, most: int = LONGEST) -> list[Step]:
    """The open steps whose limit passed longest ago.

    Where few units are looked at, the order is by an expression: by the bare column PostgreSQL walks along every
    overdue clock of the house until it has met enough of theirs.
    """
    late = open_steps(reader).filter(lamp_condition(OVERDUE, reader.at)).annotate(due_at=F("own__due_at"))
    first = F("own__due_at") if reader.sees_everything else F("own__due_at") + timedelta(0)
    return list(late.order_by(ExpressionWrapper(first, output_field=DateTimeField()), "pk")[:most])


def late_alerts(reader: Reader) -> QuerySet[Any]:
    """Alerts of the last 24 hours with how late they were raised, the latest first (row N01)."""
    late = ExpressionWrapper(F("raised_at") - F("instant"), output_field=DurationField())
    alerts = alerts_of(reader.sight).all() if reader.sight else Alert.objects.none()
    recent = alerts.filter(raised_at__gt=reader.at - LATENESS_PERIOD)
    return recent.annotate(late=late).order_by("-late", "-pk")


def lateness_seconds(reader: Reader) -> float | None:
    """The 95th percentile (nearest rank) of the lateness of alerts in the last 24 hours; None when there was none."""
    ranked = late_alerts(reader).annotate(rank=Window(CumeDist(), order_by=F("late").asc()))
    row = ranked.filter(rank__gte=LATENESS_SHARE).order_by("late").values_list("late", flat=True).first()
    return row.total_seconds() if row is not None else None
