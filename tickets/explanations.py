"""Why a deadline is where it is: facts that a clerk can check with a wall calendar, and their sentences (N05).

Pure. Reckoning only stores the facts; skipped days are looked up and sentences are made when somebody asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from tickets.calendars import Calendar
from tickets.limit_words import Limit

ONE_DAY = timedelta(1)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class DayNote:
    """Days in a row that are not what their weekday says, or a weekend.

    `reason` is `weekend`, `holiday`, `closure` (an own day off) or `worked` (a weekend that is worked); `name` is the
    calendar's word for it (春节), or nothing.
    """

    first: date
    last: date
    reason: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts of one reckoning. Instants are UTC, days are those of the calendar's zone.

    `limit` None: a person gave the date. `first_day` is the first day whose being worked or not made a difference
    (None: no day did); `limit_day` is the day on which the limit would end without pauses.
    """

    calendar: Calendar
    limit: Limit | None
    start: datetime
    due_at: datetime
    warn_at: datetime
    percent: int | Fraction
    total: timedelta
    roll: bool = False
    end: str = "midnight"
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    stood_still: timedelta = timedelta(0)
    first_day: date | None = None
    limit_day: date | None = None

    @property
    def last_day(self) -> date | None:
        """The last of the days that made a difference: `limit_day`, or the day to which pauses moved the deadline."""
        if self.first_day and self.pauses and self.in_hours:
            return self.calendar.local(self.due_at).date()
        return self.limit_day

    @property
    def provisional_years(self) -> tuple[int, ...]:
        """The years reckoned with, whose calendar is not published."""
        first, last = self.first_day, self.last_day
        if first is None or last is None:
            return ()
        years = range(first.year, last.year + 1)
        return tuple(year for year in years if not self.calendar.is_published(year))

    @property
    def skipped_days(self) -> tuple[DayNote, ...]:
        """Days off that were passed over, with their reasons."""
        return tuple(note for note in self._notes() if note.reason != "worked")

    @property
    def worked_weekends(self) -> tuple[DayNote, ...]:
        """Saturdays and Sundays that were counted because they are worked."""
        return tuple(note for note in self._notes() if note.reason == "worked")

    @property
    def rolled_from(self) -> date | None:
        """The day off on which a calendar-day or month limit would have ended, if it was moved."""
        rolls = self.roll and self.limit is not None and self.limit.unit in ("d", "mo")
        return self.first_day if rolls and self.first_day != self.limit_day else None

    @property
    def in_hours(self) -> bool:
        """Whether the limit's clock runs in business hours only."""
        return runs_in_hours(self.limit, self.calendar)

    @property
    def ends_with_a_day(self) -> bool:
        """Whether an end at midnight is meant as 24:00 of the day before."""
        return self.limit is not None and self.limit.unit in ("d", "mo", "wd", "same-day")

    @property
    def used_at_warning(self) -> timedelta:
        """The part of the whole time after which it warns."""
        return portion(self.total, self.percent)

    def _notes(self) -> list[DayNote]:
        if self.first_day is None or self.last_day is None:
            return []
        # The start day of a `wd` limit is not counted, so there is nothing to say about it.
        uncounted = self.limit is not None and self.limit.unit == "wd"
        day = self.first_day + ONE_DAY if uncounted else self.first_day
        notes: list[DayNote] = []
        while day <= self.last_day:
            reason = day_reason(self.calendar, day)
            if reason:
                _append(notes, day, reason, "" if reason == "weekend" else self.calendar.names.get(day, ""))
            day += ONE_DAY
        return notes


def runs_in_hours(limit: Limit | None, calendar: Calendar) -> bool:
    """Whether the limit's own clock runs in business hours only; a round-the-clock unit's `same-day` does not."""
    if limit is None or not limit.counts_working_time:
        return False
    return limit.unit == "wd" or not calendar.round_the_clock


def portion(total: timedelta, percent: int | Fraction) -> timedelta:
    """The percentage of a time, exact to the microsecond; a fraction of one is dropped."""
    return timedelta(microseconds=int(total // MICROSECOND * percent // 100))


def day_reason(calendar: Calendar, day: date) -> str:
    """`weekend`, `holiday`, `closure` or `worked` for a day that needs a word, nothing for an ordinary working day."""
    if day in calendar.closures:
        return "closure"
    weekend = day.weekday() >= 5
    if calendar.is_working(day):
        return "worked" if weekend else ""
    return "weekend" if weekend and day not in calendar.days else "holiday"


def _append(notes: list[DayNote], day: date, reason: str, name: str) -> None:
    last = notes[-1] if notes else None
    if last and (last.last + ONE_DAY, last.reason, last.name) == (day, reason, name):
        notes[-1] = DayNote(last.first, day, reason, name)
    else:
        notes.append(DayNote(day, day, reason, name))
