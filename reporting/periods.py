"""Periods: half-open ranges `[start, end)` that begin at midnight, or on the hour, in the organisation's zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR, DAY, WEEK, MONTH, QUARTER, HALF, YEAR = "hour", "day", "week", "month", "quarter", "half-year", "year"
CYCLES = (HOUR, DAY, WEEK, MONTH, QUARTER, HALF, YEAR)
MONTHS = {MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12}
MOST_PERIODS = 1_000  # of one question: a year by day, forty days by hour


class TooManyPeriods(ValueError):
    """A range has more periods of that cycle than anybody can read."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


def begin_of(cycle: str, at: datetime) -> datetime:
    """The start of the period of that cycle in which a local instant lies; weeks begin on Monday."""
    if cycle == HOUR:
        return at.replace(minute=0, second=0, microsecond=0)
    day = at.date()
    if cycle == WEEK:
        day -= timedelta(days=day.weekday())
    elif cycle in MONTHS:
        months = MONTHS[cycle]
        day = date(day.year, (day.month - 1) // months * months + 1, 1)
    return _midnight(day, at)


def _midnight(day: date, like: datetime) -> datetime:
    return datetime.combine(day, time.min, like.tzinfo)


def shifted(cycle: str, start: datetime, number: int) -> datetime:
    """The start of the period `number` periods later (earlier where negative)."""
    if cycle == HOUR:  # an hour is an hour, also where a zone changes its offset
        return (start.astimezone(ZoneInfo("UTC")) + timedelta(hours=number)).astimezone(start.tzinfo)
    day = start.date()
    if cycle in (DAY, WEEK):
        return _midnight(day + timedelta(days=number * (7 if cycle == WEEK else 1)), start)
    month = day.year * 12 + day.month - 1 + number * MONTHS[cycle]
    return _midnight(date(month // 12, month % 12 + 1, 1), start)


def periods_of(cycle: str | None, start: datetime, end: datetime) -> list[Period]:
    """The periods of a cycle that the range meets, cut to the range; without a cycle the range is one period.

    Raises TooManyPeriods.
    """
    if cycle is None:
        return [Period(start, end)]
    found: list[Period] = []
    for period in _whole(cycle, start, end):
        if len(found) == MOST_PERIODS:
            raise TooManyPeriods
        found.append(Period(max(period.start, start), min(period.end, end)))
    return found


def _whole(cycle: str, start: datetime, end: datetime) -> Iterator[Period]:
    begin = begin_of(cycle, start)
    while begin < end:
        after = shifted(cycle, begin, 1)
        yield Period(begin, after)
        begin = after


def before(cycle: str | None, period: Period) -> Period:
    """The period that a period is compared with: the one before it, whole (row K03).

    Of a range: as many months before where it is made of whole months, else the same length of time.
    """
    if cycle is not None:
        start = begin_of(cycle, period.start)
        return Period(shifted(cycle, start, -1), start)
    months = whole_months(period)
    if months:
        return Period(shifted(MONTH, period.start, -months), period.start)
    return Period(period.start - (period.end - period.start), period.start)


def whole_months(period: Period) -> int:
    """How many whole months a range is made of; 0 where it is cut out otherwise."""
    start, end = period.start, period.end
    if begin_of(MONTH, start) != start or begin_of(MONTH, end) != end:
        return 0
    return (end.year - start.year) * 12 + end.month - start.month
