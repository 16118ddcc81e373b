"""A clock as a bar and a sentence: how much is used, what is left, on the clock's own time (U02)."""

from __future__ import annotations

from datetime import datetime, timedelta

from complaints_site.lib import timestate
from complaints_site.lib.timestate import TimeState, time_state
from tickets.calendars import Calendar
from tickets.core.deadlines import limit_of
from tickets.core.picture import ClockView, StepView
from tickets.core.world import World
from tickets.limits import elapsed, share_of
from tickets.rulebook.compiled import Book

STATES = {"running": timestate.NORMAL, "warned": timestate.WARNED, "overdue": timestate.OVERDUE}


def calendar_for(clock: ClockView, steps: list[StepView], world: World) -> Calendar:
    """A step's limit runs in the hours of its unit, the others in the organisation's."""
    return world.calendar_of(steps[clock.step - 1].unit) if clock.step is not None else world.calendar


def bar_of(clock: ClockView, *, book: Book, calendar: Calendar, at: datetime) -> TimeState | None:
    """The state of a clock that runs or stands still; None where it has no deadline (yet)."""
    if clock.due_at is None:
        return None
    until = clock.stopped_at or at
    limit = limit_of(clock)
    state = STATES.get(clock.state(at), timestate.PAUSED)
    days = None
    if limit is not None and limit.unit == "wd":
        days = calendar.working_days_between(calendar.local(at).date(), calendar.local(clock.due_at).date()) or None
    share = share_of(
        limit=limit,
        start=clock.started_at,
        due_at=clock.due_at,
        at=until,
        calendar=calendar,
        stood_still=clock.stood_still or timedelta(),
    )
    return time_state(
        state=state,
        at=at.astimezone(calendar.zone),
        deadline=clock.due_at.astimezone(calendar.zone),
        percent=float(share * 100),
        warn_percent=float(book.alarms[clock.chain].warning_percent) if clock.chain in book.alarms else 90,
        working_days=days,
        provisional=clock.provisional,
    )


def bar_of_done(step: StepView, clock: ClockView | None, *, calendar: Calendar) -> TimeState:
    """What a finished step took, beside its limit (`用 32 分 / 1 小时`)."""
    start = clock.started_at if clock else step.opened_at
    limit = limit_of(clock) if clock else None
    end = step.closed_at or start
    total = elapsed(limit, start, clock.due_at, calendar).total_seconds() if clock and clock.due_at else None
    used = elapsed(limit, start, end, calendar).total_seconds()
    return time_state(
        state=timestate.DONE,
        at=end,
        deadline=None,
        percent=100 * used / total if total else 0,
        used_seconds=used,
        limit_seconds=total,
    )
