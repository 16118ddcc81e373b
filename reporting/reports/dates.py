"""When a report is made, and by when a rulebook wants it. Pure: moments come in, in the organisation's zone or not."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time

from reporting.periods import Period, begin_of, shifted
from tickets.calendars import Calendar
from tickets.limits import Limit, reckon

DAY_OF_MONTH = "day "


def next_making(every: str, time_of_day: time, after: datetime, calendar: Calendar) -> datetime:
    """The first moment after `after` at which a report of that cycle is made: that time, on a period's first day."""
    start = begin_of(every, calendar.local(after))
    while True:
        moment = datetime.combine(start.date(), time_of_day, calendar.zone)
        if moment > after:
            return moment
        start = shifted(every, start, 1)


def period_before(every: str, at: datetime, calendar: Calendar) -> Period:
    """The last whole period that was over at `at`."""
    end = begin_of(every, calendar.local(at))
    return Period(shifted(every, end, -1), end)


def due_on(due: str, period: Period, calendar: Calendar) -> date | None:
    """The last day for the report on a period: `day 30` of the month after it (in February its last day, ruling
    MONTH30), or a limit from its end on."""
    if not due:
        return None
    if due.startswith(DAY_OF_MONTH):
        month = period.end.date()
        return month.replace(day=min(int(due.removeprefix(DAY_OF_MONTH)), monthrange(month.year, month.month)[1]))
    return last_day(reckon(Limit.parse(due), period.end, calendar).due_at, calendar)


def last_day(due_at: datetime, calendar: Calendar) -> date:
    """The day that a deadline at midnight closes."""
    local = calendar.local(due_at)
    if local.time() == time.min:
        return date.fromordinal(local.toordinal() - 1)
    return local.date()
