"""The period that somebody picks on a page: a day, week, month, quarter, half-year or year, or any range of days.

`picked(given, viewer.at, zone)` reads `period` and `on`, or `first` and `last` (both days belong to the range).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from tickets.core.given import EARLIEST, LATEST
from tickets.core.sentences import Invalid

from .declarations import Indicator
from .periods import DAY, HALF, HOUR, MONTH, QUARTER, WEEK, YEAR, Period, begin_of, shifted

RANGE = "range"
CYCLES = (DAY, WEEK, MONTH, QUARTER, HALF, YEAR)
NAMES = ("period", "on", "first", "last")
PARTS = {DAY: HOUR, WEEK: DAY, MONTH: DAY, QUARTER: WEEK, HALF: MONTH, YEAR: MONTH}  # what a trend is made of
RECENT = {DAY: 8, WEEK: 8, MONTH: 6, QUARTER: 4, HALF: 3, YEAR: 3}  # periods of a spark line, this one included
LONGEST = timedelta(days=3660)
DAYS_BY_DAY, DAYS_BY_WEEK = 45, 200


@dataclass(frozen=True, slots=True)
class Pick:
    cycle: str  # of CYCLES, or RANGE
    period: Period

    @property
    def is_range(self) -> bool:
        return self.cycle == RANGE

    def moved(self, number: int) -> date:
        """The first day of the period so many periods later."""
        return shifted(self.cycle, self.period.start, number).date()

    def given(self) -> dict[str, str]:
        """The words of an address that pick this period."""
        if not self.is_range:
            return {"period": self.cycle, "on": self.period.start.date().isoformat()}
        last = self.period.end.date() - timedelta(days=1)
        return {"first": self.period.start.date().isoformat(), "last": last.isoformat()}

    def asked(self) -> dict[str, str]:
        """The same in the words of a question."""
        return {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}

    def recent(self) -> Period:
        """This period and some before it; of a range only itself."""
        if self.is_range:
            return self.period
        return Period(shifted(self.cycle, self.period.start, 1 - RECENT[self.cycle]), self.period.end)

    @property
    def part(self) -> str:
        """What a trend over this period is made of."""
        if not self.is_range:
            return PARTS[self.cycle]
        days = (self.period.end - self.period.start).days
        if days <= 1:
            return HOUR
        return DAY if days <= DAYS_BY_DAY else WEEK if days <= DAYS_BY_WEEK else MONTH

    def part_for(self, indicator: Indicator) -> str | None:
        """The shortest cycle, from the usual one on, that the indicator may be asked in and that is no longer than
        the period; None where it is only asked in longer ones."""
        order = (HOUR, *CYCLES)
        longest = YEAR if self.is_range else self.cycle
        usable = order[order.index(self.part) : order.index(longest) + 1]
        return next((cycle for cycle in usable if cycle in indicator.cycles), None)


def picked(given: Mapping[str, str], at: datetime, zone: tzinfo) -> Pick:
    """The period asked for, without a word this month. Raises Invalid."""
    errors = Invalid()
    if given.get("first") or given.get("last"):
        found = _range(given, zone, errors)
    else:
        cycle = given.get("period") or MONTH
        if cycle not in CYCLES:
            errors.add("period", "没有这个周期", "There is no such period")
            cycle = MONTH
        on = _day("on", given["on"], errors) if given.get("on") else at.astimezone(zone).date()
        start = begin_of(cycle, _midnight(on, zone))
        found = Pick(cycle, Period(start, shifted(cycle, start, 1)))
    errors.raise_if_any()
    return found


def _range(given: Mapping[str, str], zone: tzinfo, errors: Invalid) -> Pick:
    first, last = (_day(name, given.get(name, ""), errors) for name in ("first", "last"))
    if not errors.errors and last < first:
        errors.add("last", "最后一天要在第一天之后", "The last day must not lie before the first")
    if last - first > LONGEST:
        errors.add("last", "最长可以看十年", "Ten years at most")
    return Pick(RANGE, Period(_midnight(first, zone), _midnight(last + timedelta(days=1), zone)))


def _day(name: str, text: str, errors: Invalid) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not EARLIEST < found.year < LATEST:
        errors.add(name, "日期写成 2026-11-24 的样子", "Write a date like 2026-11-24")
        return date(EARLIEST + 1, 1, 1)
    return found


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)
