"""Counting in the database: one statement for all indicators over the same rows, their previous period included."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from operator import add
from typing import Any

from django.db.models import (
    Aggregate,
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Expression,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import ExtractMonth, ExtractYear, Trunc

from tickets.core.world import World

from . import rows as rows_
from .access import Viewer
from .declarations import POPULATIONS, Indicator
from .dimensions import DIMENSIONS
from .memory import FOREVER, Daily, Row, counted_by_day
from .periods import DAY, HALF, HOUR, Period, before, begin_of
from .questions import BRANCH, Question, branch_of
from .rows import RECEIVED, STEPS, TICKETS, Parts

Dims = tuple[Any, ...]
Key = tuple[datetime, Dims]
BUCKET = "bucket"


@dataclass(slots=True)
class Tally:
    """The counts of an indicator in one period, for one combination of dimensions."""

    all: int = 0  # received in the period, of its kinds
    within: int = 0
    denominator: int = 0
    numerator: Any = 0
    pending: int = 0
    excluded: int = 0


def tallies_of(
    indicators: Sequence[Indicator], asked: Question, viewer: Viewer, *, remember: bool = False
) -> dict[str, dict[Key, Tally]]:
    """The counts by indicator, period and dimensions, of every period asked for and of the one before each."""
    table = rows_.table_of(indicators[0], asked)
    moment = rows_.moment_of(indicators[0], table)
    span = Span(asked, moment, viewer.world.calendar.zone)
    found: dict[str, dict[Key, Tally]] = {one.id: defaultdict(Tally) for one in indicators}
    statement = Statement(table, indicators, viewer.at)
    if remember and can_remember(table, moment, asked, span):
        counted = _remembered(indicators, asked, table, span, viewer)
    else:
        rows = rows_.rows_of(table, moment, span.whole, asked, viewer)
        counted = _grouped(rows, span, asked, table, viewer.world, statement)
    for key, row in counted:
        for one in indicators:
            found[one.id][key] = statement.tally(one, row)
    if moment != RECEIVED and table in (TICKETS, STEPS):
        _put_received(found, indicators, asked, table, viewer)
    return found


def can_remember(table: str, moment: str, asked: Question, span: Span) -> bool:
    """Whole days of tickets by receipt, asked of the facts alone."""
    edges = {span.whole.start, *(edge for period in span.periods for edge in (period.start, period.end))}
    by_day = asked.cycle != HOUR and all(begin_of(DAY, edge) == edge for edge in edges)
    return table in (TICKETS, STEPS) and moment == RECEIVED and asked.tickets is None and by_day


def _remembered(
    indicators: Sequence[Indicator], asked: Question, table: str, span: Span, viewer: Viewer
) -> list[tuple[Key, Mapping[str, Any]]]:
    """The counts of the days, put together to those of the periods."""
    counts, timeless = (Statement(table, indicators, now) for now in (viewer.at, FOREVER))
    daily = Daily(
        rows=lambda period: rows_.rows_of(table, RECEIVED, period, asked, viewer).filter(counts.kinds),
        ticket="pk" if table == TICKETS else "fact",
        dims=dimension_columns(asked, table, viewer.world),
        counts=counts.aggregates,
        timeless=timeless.aggregates,
    )
    return _summed(_days(daily, span.whole, viewer), span, tuple(counts.aggregates))


def _days(daily: Daily, span: Period, viewer: Viewer) -> Iterable[tuple[date, Row]]:
    if viewer.sight is None:
        return ()
    return counted_by_day(daily, organisation=viewer.sight.organisation, span=span, at=viewer.at)


def _summed(days: Iterable[tuple[date, Row]], span: Span, names: Sequence[str]) -> list[tuple[Key, Mapping[str, Any]]]:
    sums: dict[Key, list[Any]] = {}
    starts: dict[date, datetime | None] = {}
    for day, (dims, counts) in days:
        if day not in starts:
            starts[day] = span.start_of_day(day)
        start = starts[day]
        if start is None:
            continue
        known = sums.get((start, dims))
        sums[start, dims] = counts if known is None else list(map(add, known, counts))
    return [(key, dict(zip(names, counts, strict=True))) for key, counts in sums.items()]


def tickets_by(column: str, asked: Question, viewer: Viewer) -> Mapping[Any, int]:
    """How many of the tickets that the question is about have each value of a column of their facts."""
    span, count = Span(asked, RECEIVED, viewer.world.calendar.zone), {"tickets": Count("pk")}
    daily = Daily(
        rows=lambda period: rows_.rows_of(TICKETS, RECEIVED, period, asked, viewer),
        ticket="pk", dims={"value": F(column)}, counts=count, timeless=count,
    )  # fmt: skip
    found: Counter[Any] = Counter()
    if can_remember(TICKETS, RECEIVED, asked, span):
        for _day, ((value,), (number,)) in _days(daily, asked.whole, viewer):
            found[value] += number
    else:
        found.update(dict(daily.rows(asked.whole).order_by().values_list(column).annotate(**count)))
    return found


def _put_received(
    found: Mapping[str, dict[Key, Tally]],
    indicators: Sequence[Indicator],
    asked: Question,
    table: str,
    viewer: Viewer,
) -> None:
    """Of a figure by another moment the seed's plain denominator is still what was received in the period."""
    span = Span(asked, RECEIVED, viewer.world.calendar.zone)
    statement = Statement(table, indicators, viewer.at)
    for tallies in found.values():
        for tally in tallies.values():
            tally.all = 0
    rows = rows_.rows_of(table, RECEIVED, span.whole, asked, viewer)
    for key, row in _grouped(rows, span, asked, table, viewer.world, statement):
        for one in indicators:
            found[one.id][key].all = statement.tally(one, row).all


def _grouped(
    rows: QuerySet[Any],
    span: Span,
    asked: Question,
    table: str,
    world: World,
    statement: Statement,
) -> list[tuple[Key, Mapping[str, Any]]]:
    dims = dimension_columns(asked, table, world)
    rows = span.only(rows).filter(statement.kinds)
    grouped = rows.annotate(**{BUCKET: span.bucket, **dims}).values(BUCKET, *dims).order_by()
    return [
        ((span.start_of(row[BUCKET]), tuple(row[name] for name in dims)), row)
        for row in grouped.annotate(**statement.aggregates)
    ]


def dimension_columns(asked: Question, table: str, world: World) -> dict[str, Expression | F]:
    """What the dimensions asked for are grouped by; a branch is worked out from the unit."""
    columns = rows_.columns_of(asked, table)
    return {
        f"d{place}": _branches(column, world) if DIMENSIONS[name].kind == BRANCH else F(column)
        for place, (name, column) in enumerate(columns.items())
    }


def _branches(column: str, world: World) -> Case:
    units: dict[int, list[int]] = defaultdict(list)
    for unit in world.units:
        units[branch_of(world, unit)].append(unit)
    found = (When(**{f"{column}__in": below}, then=Value(branch)) for branch, below in units.items())
    return Case(*found, output_field=IntegerField(null=True))


# ── periods in the statement ─────────────────────────────────────────────────────────────────────────


class Span:
    """From the beginning of the first period's predecessor to the end; each row's period as `bucket`."""

    def __init__(self, asked: Question, moment: str, zone: tzinfo) -> None:
        self.moment, self.zone, self.cycle = moment, zone, asked.cycle
        self.periods = asked.periods()
        self.earlier = before(asked.cycle, self.periods[0])
        self.whole = Period(self.earlier.start, self.periods[-1].end)
        self.starts = {self._begin(period.start): period.start for period in self.periods}

    def _begin(self, at: datetime) -> datetime:
        return begin_of(self.cycle, at) if self.cycle else at

    def only(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Without what lies between the predecessor and the first period, where that one is cut."""
        first = self.periods[0].start
        if self.earlier.end == first:
            return rows
        return rows.filter(Q(**{f"{self.moment}__lt": self.earlier.end}) | Q(**{f"{self.moment}__gte": first}))

    def start_of_day(self, day: date) -> datetime | None:
        """The start of the period that a local day belongs to; None where it lies in none."""
        midnight = datetime.combine(day, time.min, self.zone)
        if midnight in self.earlier:
            return self.earlier.start
        if not self.periods[0].start <= midnight < self.whole.end:
            return None
        begin = self._begin(midnight) if self.cycle else self.periods[0].start
        return self.starts.get(begin, begin)

    @property
    def bucket(self) -> Expression:
        if self.cycle is None:
            # Yes or no: of these PostgreSQL knows that they are two, and groups in memory instead of sorting all rows.
            inside = Q(**{f"{self.moment}__gte": self.periods[0].start})
            return ExpressionWrapper(inside, output_field=BooleanField())
        if self.cycle == HALF:
            return half_year(self.moment, self.zone)
        return Trunc(self.moment, self.cycle, tzinfo=self.zone, output_field=DateTimeField())

    def start_of(self, bucket: Any) -> datetime:
        """The start of the period that a bucket stands for, as the question has it."""
        if self.cycle is None:
            return self.periods[0].start if bucket else self.earlier.start
        if self.cycle == HALF:
            begin = datetime(bucket // 2, 7 if bucket % 2 else 1, 1, tzinfo=self.zone)
        else:
            begin = bucket.astimezone(self.zone)
        return self.starts.get(begin, begin)


def half_year(moment: str, zone: tzinfo) -> Expression:
    """Year × 2, plus one in the second half: no database truncates to half-years."""
    months = ExtractYear(moment, tzinfo=zone) * 12 + ExtractMonth(moment, tzinfo=zone) - 1
    return ExpressionWrapper(months / 6, output_field=IntegerField())


# ── counts in the statement ──────────────────────────────────────────────────────────────────────────


class Statement:
    """The aggregates of several indicators over one table; what two of them share is counted once."""

    def __init__(self, table: str, indicators: Sequence[Indicator], now: datetime) -> None:
        self.table = table
        self.aggregates: dict[str, Aggregate] = {}
        self._names: dict[str, str] = {}
        self.kinds = rows_.kinds_of(indicators, table)
        alike = len({one.kinds for one in indicators}) == 1  # then the rows are of these kinds, and no count asks again
        rest = Q() if alike else None
        self._reads = {one.id: self._reader(one, rows_.parts(one, table, now, kinds=rest)) for one in indicators}

    def tally(self, indicator: Indicator, row: Mapping[str, Any]) -> Tally:
        return self._reads[indicator.id](row)

    def _reader(self, one: Indicator, parts: Parts) -> Callable[[Mapping[str, Any]], Tally]:
        tickets = one.population == TICKETS and self.table == STEPS  # tickets are counted by their steps

        def count(condition: Q) -> str:
            return self._name(Count("fact" if tickets else "pk", distinct=tickets, filter=condition))

        every, within, denominator = count(parts.kinds), count(parts.within), count(parts.denominator)
        failures = count(parts.failures) if parts.failures is not None else None
        pending = count(parts.pending) if parts.pending is not None and not tickets else None
        excluded = count(parts.excluded) if parts.excluded is not None else None
        if parts.numerator is None:
            numerator = None
        elif one.measure:
            column = POPULATIONS[self.table][one.measure].column
            numerator = self._name(Sum(column, filter=parts.numerator))
        else:
            numerator = count(parts.numerator)

        def read(row: Mapping[str, Any]) -> Tally:
            tally = Tally(row[every], row[within], row[denominator])
            tally.numerator = (row[numerator] or 0) if numerator else tally.denominator - row[str(failures)]
            if tickets and one.pending is not None:
                tally.pending = tally.within - tally.denominator
            elif pending:
                tally.pending = row[pending]
            tally.excluded = row[excluded] if excluded else 0
            return tally

        return read

    def _name(self, aggregate: Aggregate) -> str:
        key = repr(aggregate)
        if key not in self._names:
            self._names[key] = f"a{len(self._names)}"
            self.aggregates[self._names[key]] = aggregate
        return self._names[key]
