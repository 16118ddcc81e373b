"""Indicators worked out: one statement for all figures of the same rows, previous period included (rows K01-K03).

    figures([indicator, ...], question, viewer) -> {id: [Figure, ...]}
    behind(indicator, question, part, viewer)   -> the rows behind one figure, exactly as many

Facts are brought up to date first, so a figure is exact at the moment it is asked for. Whatever depends on now is
judged in the statement. PostgreSQL and SQLite give the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from . import rows as rows_
from .access import Viewer
from .bases import customers_of
from .declarations import SECONDS_OF_UNIT, Indicator
from .periods import Period, before
from .quantiles import quantiles_of
from .questions import Question
from .refresh import bring_up_to_date
from .tally import Tally, tallies_of

PARTS = ("numerator", "failures", "pending")
Dims = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator in one period, for one combination of the dimensions asked for.

    `value` is numerator / denominator (a count has no denominator); None is "no data", never 0 %. Lengths are in the
    indicator's unit. `denominator_all` is the seed's plain denominator: all received in the period. `excluded` are
    those of them that the rate leaves out, `pending` those that are not decided yet.
    """

    period: Period
    dims: Dims
    numerator: float
    denominator: int | None
    denominator_all: int
    pending: int
    excluded: int
    value: float | None
    previous: float | None
    median: float | None = None
    p90: float | None = None

    @property
    def change(self) -> float | None:
        return None if self.value is None or self.previous is None else self.value - self.previous


def figures(
    indicators: Sequence[Indicator], asked: Question, viewer: Viewer, *, remember: bool = False
) -> dict[str, list[Figure]]:
    """The figures of each indicator, by period and then by dimension. Raises Backlog, TooManyPeriods.

    `remember`: for what is looked at again and again, as a dashboard is; the figures are the same. `viewer.at` is now.
    """
    bring_up_to_date()
    return figures_as_counted(indicators, asked, viewer, remember=remember)


def figures_as_counted(
    indicators: Sequence[Indicator], asked: Question, viewer: Viewer, *, remember: bool = False
) -> dict[str, list[Figure]]:
    """The figures of the facts as they stand: somebody else has brought them up to date."""
    groups: dict[tuple[str, str], list[Indicator]] = defaultdict(list)
    for one in indicators:
        groups[rows_.table_of(one, asked), one.period].append(one)
    found: dict[str, list[Figure]] = {}
    for alike in groups.values():
        counted = tallies_of(alike, asked, viewer, remember=remember)
        for one in alike:
            found[one.id] = _assembled(one, asked, counted[one.id], viewer)
    return {one.id: found[one.id] for one in indicators}


def behind(indicator: Indicator, asked: Question, part: str, viewer: Viewer) -> QuerySet[Any]:
    """The rows of a part of a figure (numerator, failures, pending): facts of tickets or steps, calls or alerts.

    The question has no cycle and no dimensions: `questions.narrowed` makes it of one row of an answer.
    """
    bring_up_to_date()
    return rows_.part_of(indicator, asked, part, viewer)


# ── from counts to figures ───────────────────────────────────────────────────────────────────────────


def _assembled(
    indicator: Indicator,
    asked: Question,
    counted: Mapping[tuple[datetime, Dims], Tally],
    viewer: Viewer,
) -> list[Figure]:
    periods = asked.periods()
    combinations = sorted({dims for _, dims in counted}, key=_order) if asked.by else [()]
    bases = customers_of(indicator, asked, combinations, viewer)
    middles = quantiles_of(indicator, asked, viewer) if indicator.quantiles else {}
    made = []
    for period in periods:
        earlier = before(asked.cycle, period)
        for dims in combinations:
            now, then = (counted.get((one.start, dims), Tally()) for one in (period, earlier))
            if asked.by and not (now.all or then.all or now.numerator):
                continue
            denominator = _denominator(indicator, now, bases, period, dims)
            made.append(
                Figure(
                    period=period,
                    dims=dims,
                    numerator=_in_unit(indicator, now.numerator),
                    denominator=denominator,
                    denominator_all=now.all,
                    pending=now.pending,
                    excluded=now.excluded,
                    value=_value(indicator, now, denominator),
                    previous=_value(indicator, then, _denominator(indicator, then, bases, earlier, dims)),
                    **_middle(indicator, middles.get((period.start, dims))),
                )
            )
    return made


def _order(dims: Dims) -> tuple[tuple[bool, str, Any], ...]:
    return tuple((value is None, type(value).__name__, value or 0) for value in dims)


def _denominator(
    indicator: Indicator, tally: Tally, bases: Mapping[tuple[Period, Dims], int | None], period: Period, dims: Dims
) -> int | None:
    if indicator.is_count:
        return None
    return bases.get((period, dims)) if indicator.base else tally.denominator


def _value(indicator: Indicator, tally: Tally, denominator: int | None) -> float | None:
    numerator = _in_unit(indicator, tally.numerator)
    if indicator.is_count:
        return numerator
    return numerator / denominator if denominator else None


def _in_unit(indicator: Indicator, value: Any) -> float:
    """A sum of lengths is kept in seconds, or by the database as a length; a count is what it is."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    seconds = SECONDS_OF_UNIT.get(indicator.unit, 1)
    return value / seconds if seconds != 1 else value


def _middle(indicator: Indicator, found: tuple[float, float] | None) -> dict[str, float]:
    if found is None:
        return {}
    return {"median": _in_unit(indicator, found[0]), "p90": _in_unit(indicator, found[1])}
