"""Working calendars: which days are worked, from when to when, and arithmetic in working time (01 §1.5, R04).

Pure: no ORM, no clock. Every instant that comes in is an aware datetime, every instant that goes out is UTC. Days
and business hours are those of the calendar's zone; on a day on which the clocks change, business hours are as long
as they really are.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tickets.day_tables import CalendarError, DayTable, china_table, read_day_table

__all__ = [
    "DEFAULT_HOURS",
    "Calendar",
    "CalendarError",
    "Hours",
    "calendar_of",
    "china",
    "parse_hours",
    "read_day_table",
]

NO_TIME = timedelta(0)
# date and datetime end with the year 9999; a year of margin at each end keeps every zone's midnight inside.
FIRST_YEAR, LAST_YEAR = 2, 9998


@dataclass(frozen=True, slots=True)
class Hours:
    """One span of business hours on a worked day, wall clock; closing at 00:00 means 24:00."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes <= self.opens and self.closes != time.min:
            raise CalendarError(f"Business hours {self} close before they open.")

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{'24:00' if self.closes == time.min else format(self.closes, '%H:%M')}"


DEFAULT_HOURS = (Hours(time(9), time(17, 30)),)
ALL_DAY = (Hours(time.min, time.min),)


def parse_hours(text: str) -> tuple[Hours, ...]:
    """Business hours written `09:00-17:30` or `09:00-12:00,13:30-17:30`; raises CalendarError."""
    spans = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})\s*", part)
        try:
            opens, closes = (time.fromisoformat("00:00" if at == "24:00" else at) for at in found.groups())  # type: ignore[union-attr]
        except (AttributeError, ValueError) as error:
            raise CalendarError(f"Business hours {part.strip()!r} are not written like 09:00-17:30.") from error
        spans.append(Hours(opens, closes))
    return tuple(spans)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The working days and hours of an organisation or a unit. Hashed by identity: keep one and use it again.

    `days` holds the days that differ from Monday to Friday (True = worked) and `names` why they do; `published` the
    years whose calendar is announced; `closures` own days off, which beat everything. A round-the-clock unit works
    through the whole of each day: its worked days last from 00:00 to 24:00 and its `same-day` ends at 24:00.
    The mappings must not be changed afterwards: working time is summed up once per year.
    """

    zone: ZoneInfo
    hours: tuple[Hours, ...] = DEFAULT_HOURS
    days: Mapping[date, bool] = field(default_factory=dict)
    published: frozenset[int] = frozenset()
    closures: frozenset[date] = frozenset()
    round_the_clock: bool = False
    names: Mapping[date, str] = field(default_factory=dict)
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.hours:
            raise CalendarError("A calendar needs at least one span of business hours.")
        for earlier, later in zip(self.hours, self.hours[1:], strict=False):
            if earlier.closes == time.min or later.opens < earlier.closes:
                raise CalendarError(f"Business hours {earlier} and {later} overlap or are out of order.")

    @property
    def spans(self) -> tuple[Hours, ...]:
        """Business hours as they count: the whole day where the unit works round the clock."""
        return ALL_DAY if self.round_the_clock else self.hours

    def is_working(self, day: date) -> bool:
        """Whether the day is worked: not an own closure, and worked by the table or by Monday to Friday."""
        if day in self.closures:
            return False
        worked = self.days.get(day)
        return day.weekday() < 5 if worked is None else worked

    def is_published(self, year: int) -> bool:
        """Whether the year's calendar is announced; where it is not, working days are Monday to Friday for now."""
        return year in self.published

    def local(self, at: datetime) -> datetime:
        """The instant on the wall clock of the calendar's zone."""
        return at.astimezone(self.zone)

    def midnight(self, day: date) -> datetime:
        """0:00 of the day, UTC."""
        return self._at(day, time.min)

    def end_of(self, day: date) -> datetime:
        """24:00 of the day, UTC."""
        return self._at(day + timedelta(1), time.min)

    def opening(self, day: date) -> datetime:
        """When business hours begin on the day, UTC, whether or not the day is worked."""
        return self._at(day, self.spans[0].opens)

    def closing(self, day: date) -> datetime:
        """When business hours end on the day, UTC, whether or not the day is worked."""
        closes = self.spans[-1].closes
        return self.end_of(day) if closes == time.min else self._at(day, closes)

    def nth_working_day(self, day: date, number: int) -> date:
        """The number-th working day after the day, which is not counted itself; number is 1 or more."""
        year = self._year(day.year)
        index = year.worked_until(day.toordinal()) + number - 1
        while index >= len(year.worked):
            index -= len(year.worked)
            year = self._year(year.number + 1)
        return date.fromordinal(year.worked[index])

    def next_working_day(self, day: date) -> date:
        """The first working day after the day."""
        return self.nth_working_day(day, 1)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after start, up to and including end (negative when end is earlier)."""
        if end < start:
            return -self.working_days_between(end, start)
        between = sum(len(self._year(year).worked) for year in range(start.year, end.year))
        before, until = self._year(start.year), self._year(end.year)
        return between - before.worked_until(start.toordinal()) + until.worked_until(end.toordinal())

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants (negative when end is earlier)."""
        first, used_first = self._position(start)
        last, used_last = self._position(end)
        if first is last:
            return used_last - used_first
        if last.number < first.number:
            return -self.working_between(end, start)
        whole = sum((self._year(year).total for year in range(first.number, last.number)), NO_TIME)
        return whole - used_first + used_last

    def add_working(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant at which that much working time has passed since start; a negative amount goes back.

        So an amount that is used up just at closing time gives the closing time, not the next opening. Nothing added
        gives start itself, also outside business hours.
        """
        if not amount:
            return start.astimezone(UTC)
        year, used = self._position(start)
        wanted = used + amount
        while wanted > year.total:
            wanted -= year.total
            year = self._year(year.number + 1)
        while wanted <= NO_TIME:
            year = self._year(year.number - 1)
            wanted += year.total
        return year.instant(wanted)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def _position(self, at: datetime) -> tuple[_Year, timedelta]:
        local = at.astimezone(self.zone)
        year = self._year(local.year)
        return year, year.used(local.toordinal(), at)

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            # Two threads may both build it; they build the same.
            year = self._years[number] = _Year(self, number)
        return year


class _Year:
    """One year of a calendar summed up, so that each question costs a look-up and not a walk over days.

    `worked` are the ordinals of its working days; `before[i]` is the working time of the year before its day i.
    """

    __slots__ = ("before", "days_before", "first", "number", "spans", "total", "worked")

    def __init__(self, calendar: Calendar, number: int) -> None:
        if not FIRST_YEAR <= number <= LAST_YEAR:
            raise CalendarError(f"The year {number} is beyond any calendar.")
        self.number = number
        self.first = date(number, 1, 1).toordinal()
        self.worked: list[int] = []
        self.spans: list[tuple[tuple[datetime, datetime], ...]] = []
        self.days_before: list[int] = [0]
        self.before: list[timedelta] = [NO_TIME]
        for ordinal in range(self.first, date(number + 1, 1, 1).toordinal()):
            self._add(calendar, date.fromordinal(ordinal))
        self.total = self.before[-1]

    def _add(self, calendar: Calendar, day: date) -> None:
        spans: tuple[tuple[datetime, datetime], ...] = ()
        if calendar.is_working(day):
            spans = tuple(_span(calendar, day, hours) for hours in calendar.spans)
            self.worked.append(day.toordinal())
        self.spans.append(spans)
        self.days_before.append(len(self.worked))
        self.before.append(sum((closes - opens for opens, closes in spans), self.before[-1]))

    def worked_until(self, ordinal: int) -> int:
        """Working days of the year up to and including that day."""
        return self.days_before[ordinal - self.first + 1]

    def used(self, ordinal: int, at: datetime) -> timedelta:
        """Working time of the year before the instant, which lies on that day."""
        index = ordinal - self.first
        used = self.before[index]
        for opens, closes in self.spans[index]:
            if at <= opens:
                break
            used += min(at, closes) - opens
        return used

    def instant(self, used: timedelta) -> datetime:
        """The first instant at which that much of the year's working time is used (above nothing, at most all)."""
        index = bisect_left(self.before, used) - 1
        rest = used - self.before[index]
        for opens, closes in self.spans[index]:
            if rest <= closes - opens:
                return opens + rest
            rest -= closes - opens
        raise AssertionError("a year's working time is the sum of its spans")


def _span(calendar: Calendar, day: date, hours: Hours) -> tuple[datetime, datetime]:
    opens = calendar._at(day, hours.opens)
    return opens, calendar.end_of(day) if hours.closes == time.min else calendar._at(day, hours.closes)


@lru_cache(maxsize=256)
def china(
    *,
    zone: str = "Asia/Shanghai",
    hours: tuple[Hours, ...] = DEFAULT_HOURS,
    closures: frozenset[date] = frozenset(),
    round_the_clock: bool = False,
) -> Calendar:
    """The State Council's calendar with these hours and own closures; the same arguments give the same object."""
    return calendar_of(china_table(), zone=zone, hours=hours, closures=closures, round_the_clock=round_the_clock)


def calendar_of(
    table: DayTable,
    *,
    zone: str = "Asia/Shanghai",
    hours: tuple[Hours, ...] = DEFAULT_HOURS,
    closures: frozenset[date] = frozenset(),
    round_the_clock: bool = False,
) -> Calendar:
    """A calendar over a table of days; raises CalendarError for a zone that is not known."""
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CalendarError(f"{zone!r} is not a time zone such as Asia/Shanghai.") from error
    return Calendar(
        zone=info,
        hours=hours,
        days=table.days,
        published=table.published,
        closures=closures,
        round_the_clock=round_the_clock,
        names=table.names,
    )
