"""Time limits: a limit, a start and a calendar give a deadline and its warning moment (01 §1.5, R03).

Pure: no ORM, no clock. Instants come in aware and go out as UTC. The first day is not counted and hours run from the
agreed moment (Civil Code of the PRC, articles 200-204); calendar-day and month limits stay on a day off and end at
24:00 unless the rulebook says `roll` or `end = "closing"` (ROLL). Each limit has its own clock: business hours for
`wd` and `same-day`, every minute for the others. The warning moment is where the percentage of the time between start
and deadline, on that clock, is used; so the rest of the uncounted start day is in it (WARN-BASE). It is exact to the
microsecond, a fraction of one is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from tickets.calendars import NO_TIME, Calendar, CalendarError
from tickets.explanations import MICROSECOND, Explanation, portion, runs_in_hours
from tickets.limit_words import SECONDS, Limit, LimitError, Moment, parse_moment

__all__ = [
    "Deadline",
    "Limit",
    "LimitError",
    "Moment",
    "elapsed",
    "moment_at",
    "parse_moment",
    "reckon",
    "reckon_fixed",
    "resume",
    "share_of",
    "time_left",
    "time_used",
    "used_share",
]

ENDS = ("midnight", "closing")

Percent = int | Fraction
Pause = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a limit ends and when it warns (UTC), and why.

    `total` is the whole time of the limit on its own clock, pauses left out; `stood_still` the pauses so far, on the
    same clock. `provisional`: a year without a published calendar was reckoned with. `limit` is None where a person
    gave the date.
    """

    due_at: datetime
    warn_at: datetime
    provisional: bool
    limit: Limit | None
    explanation: Explanation
    total: timedelta
    stood_still: timedelta = NO_TIME


def reckon(
    limit: Limit,
    start: datetime,
    calendar: Calendar,
    *,
    percent: Percent = 90,
    roll: bool = False,
    end: str = "midnight",
    pauses: Sequence[Pause] = (),
) -> Deadline:
    """The deadline of a limit that starts at `start`.

    `roll` moves the end of `d` and `mo` limits off days off; `end="closing"` ends them at closing time (Civil Code,
    article 203). `pauses` are the (stopped, resumed) stretches, in order, in which the clock stood still; one that
    begins when the limit has run out changes nothing. Raises LimitError.
    """
    start = _utc(start, "start")
    _check(percent, end)
    pauses = _in_order(start, pauses) if pauses else ()
    try:
        limit_end, first, last = _due(limit, start, calendar, roll, end)
        total = elapsed(limit, start, limit_end, calendar)
        due_at, stood_still, counted = _stretched(limit, limit_end, calendar, pauses)
        warn_at = _used_at(limit, start, portion(total, percent), calendar, counted)
    except (CalendarError, OverflowError) as error:
        raise _beyond(start) from error
    facts = Explanation(
        calendar, limit, start, due_at, warn_at, percent, total, roll, end, counted, stood_still, first, last
    )
    return _deadline(facts)


def reckon_fixed(due_at: datetime, start: datetime, calendar: Calendar, *, percent: Percent = 90) -> Deadline:
    """The deadline where a person gave the date (a customer's term, a recommitment): clock time.

    A date that is not after the start is kept and warns at once: the deadline has passed, which is not an error of
    arithmetic. Raises LimitError for a time without a zone.
    """
    start, due_at = _utc(start, "start"), _utc(due_at, "deadline")
    _check(percent, "midnight")
    total = max(due_at - start, NO_TIME)
    warn_at = start + portion(total, percent) if total else due_at
    return _deadline(Explanation(calendar, None, start, due_at, warn_at, percent, total))


def resume(
    *,
    limit: Limit | None,
    started_at: datetime,
    due_at: datetime,
    stopped_at: datetime,
    at: datetime,
    calendar: Calendar,
    percent: Percent = 90,
    stood_still: timedelta = NO_TIME,
    roll: bool = False,
    end: str = "midnight",
) -> Deadline:
    """The deadline of a stopped clock that goes on at `at` with what was left (11 §11.6).

    `wd` and `same-day` go on with the working time that was left, the others with the clock time. The warning keeps
    its percentage of the whole, time used before the stop counted, so it may lie in the past. A clock that had run
    out before it was stopped keeps its deadline. `stood_still` is that of earlier pauses, as the last Deadline had it;
    `roll` and `end` are those of the first reckoning and only stand in the explanation. Raises LimitError.
    """
    started_at, due_at = _utc(started_at, "start"), _utc(due_at, "deadline")
    stopped_at, at = _utc(stopped_at, "stop"), _utc(at, "resumption")
    _check(percent, end)
    if at < stopped_at:
        raise LimitError("A clock can't go on before it was stopped.")
    try:
        total = elapsed(limit, started_at, due_at, calendar) - stood_still
        again_due, again_still, counted = _stretched(limit, due_at, calendar, ((stopped_at, at),))
        ran_until, goes_on = counted[0] if counted else (due_at, due_at)
        ahead = portion(total, percent) - (total - elapsed(limit, ran_until, due_at, calendar))
        warn_at = _later(limit, goes_on if ahead > NO_TIME else ran_until, ahead, calendar)
        _, first, last = _due(limit, started_at, calendar, roll, end) if limit else (None, None, None)
    except (CalendarError, OverflowError) as error:
        raise _beyond(started_at) from error
    still = stood_still + again_still
    facts = Explanation(
        calendar, limit, started_at, again_due, warn_at, percent, total, roll, end, counted, still, first, last
    )
    return _deadline(facts)


def moment_at(
    moment: Moment | str,
    *,
    start: datetime,
    due_at: datetime,
    limit: Limit | None,
    calendar: Calendar,
    stood_still: timedelta = NO_TIME,
    previous: datetime | None = None,
) -> datetime:
    """When a moment of a clock comes.

    `previous` is the instant of the moment before, from which `every` counts (the deadline, if there was none). A
    percentage is reckoned back from the deadline on the limit's own clock, so pauses are in it; where it was reached
    before a pause, the result lies before the end of that pause: in the past, which is all that is asked of it.
    """
    if isinstance(moment, str):
        moment = parse_moment(moment)
    if moment.percent is not None:
        total = elapsed(limit, start, due_at, calendar) - stood_still
        if total <= NO_TIME:
            return due_at
        return _later(limit, due_at, portion(total, moment.percent) - total, calendar)
    if moment.offset is None:
        return due_at
    return (previous or due_at if moment.kind == "every" else due_at) + moment.offset


def elapsed(limit: Limit | None, start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Time between two instants on the limit's own clock (negative when end is earlier)."""
    return calendar.working_between(start, end) if runs_in_hours(limit, calendar) else end - start


def time_used(limit: Limit | None, start: datetime, at: datetime, calendar: Calendar) -> timedelta:
    """Time of the limit that is used at `at`, on its own clock, pauses not taken off."""
    return elapsed(limit, start, at, calendar)


def time_left(limit: Limit | None, at: datetime, due_at: datetime, calendar: Calendar) -> timedelta:
    """Time to the deadline on the limit's own clock; negative by how much it is overdue."""
    return elapsed(limit, at, due_at, calendar)


def used_share(start: datetime, at: datetime, deadline: Deadline, calendar: Calendar) -> Fraction:
    """Share of the limit's time used at `at`: 9/10 at the warning, 1 at the deadline, more when overdue.

    For a stopped clock pass the moment of the stop.
    """
    return share_of(
        limit=deadline.limit,
        start=start,
        due_at=deadline.due_at,
        at=at,
        calendar=calendar,
        stood_still=deadline.stood_still,
    )


def share_of(
    *,
    limit: Limit | None,
    start: datetime,
    due_at: datetime,
    at: datetime,
    calendar: Calendar,
    stood_still: timedelta = NO_TIME,
) -> Fraction:
    """The same from the columns of a clock: reckoned back from the deadline, so one pause or ten cost the same."""
    total = elapsed(limit, start, due_at, calendar) - stood_still
    if total <= NO_TIME:
        return Fraction(int(at >= due_at))
    return max(1 - Fraction(elapsed(limit, at, due_at, calendar) // MICROSECOND, total // MICROSECOND), Fraction(0))


def _later(limit: Limit | None, start: datetime, amount: timedelta, calendar: Calendar) -> datetime:
    return calendar.add_working(start, amount) if runs_in_hours(limit, calendar) else start + amount


def _due(
    limit: Limit, start: datetime, calendar: Calendar, roll: bool, end: str
) -> tuple[datetime, date | None, date | None]:
    """The deadline, and the first and last day whose being worked or not made a difference (None: no day did)."""
    seconds = SECONDS.get(limit.unit)
    if seconds:
        return start + timedelta(seconds=limit.amount * seconds), None, None
    day = calendar.local(start).date()
    if limit.unit == "wd":
        last = calendar.nth_working_day(day, limit.amount)
        return calendar.closing(last), day, last
    if limit.unit == "same-day":
        return _same_day(start, day, calendar)
    last = nominal = day + timedelta(limit.amount) if limit.unit == "d" else _months_later(day, limit.amount)
    if roll and not calendar.is_working(nominal):
        last = calendar.next_working_day(nominal)
    due_at = calendar.closing(last) if end == "closing" else calendar.end_of(last)
    return due_at, (nominal if roll else None), last


def _same_day(start: datetime, day: date, calendar: Calendar) -> tuple[datetime, date | None, date | None]:
    if calendar.round_the_clock:
        return calendar.end_of(day), None, day
    # At closing time itself the day is over: a limit of no length would be overdue at birth.
    today = calendar.is_working(day) and start < calendar.closing(day)
    last = day if today else calendar.next_working_day(day)
    return calendar.closing(last), day, last


def _months_later(day: date, months: int) -> date:
    """The same day number that many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(following - timedelta(1), date(year, month + 1, 1) + timedelta(day.day - 1))


def _stretched(
    limit: Limit | None, due_at: datetime, calendar: Calendar, pauses: Sequence[Pause]
) -> tuple[datetime, timedelta, tuple[Pause, ...]]:
    """The deadline moved by the pauses, the time stood still, and the pauses that counted."""
    stood_still, counted = NO_TIME, []
    for stopped_at, at in pauses:
        left = elapsed(limit, stopped_at, due_at, calendar)
        if left <= NO_TIME:
            break
        due_at = _later(limit, at, left, calendar)
        stood_still += elapsed(limit, stopped_at, at, calendar)
        counted.append((stopped_at, at))
    return due_at, stood_still, tuple(counted)


def _in_order(start: datetime, pauses: Sequence[Pause]) -> list[Pause]:
    ordered: list[Pause] = []
    previous = start
    for pause in pauses:
        stopped_at, at = (_utc(instant, "pause") for instant in pause)
        if not previous <= stopped_at <= at:
            raise LimitError("Pauses must follow the start and each other, and end after they begin.")
        ordered.append((stopped_at, at))
        previous = at
    return ordered


def _used_at(limit: Limit, start: datetime, amount: timedelta, calendar: Calendar, pauses: Sequence[Pause]) -> datetime:
    """The instant at which that much of the limit's time is used."""
    for stopped_at, at in pauses:
        run = elapsed(limit, start, stopped_at, calendar)
        if amount <= run:
            break
        amount, start = amount - run, at
    return _later(limit, start, amount, calendar)


def _deadline(facts: Explanation) -> Deadline:
    provisional = bool(facts.provisional_years)
    return Deadline(facts.due_at, facts.warn_at, provisional, facts.limit, facts, facts.total, facts.stood_still)


def _beyond(start: datetime) -> LimitError:
    return LimitError(f"The limit that starts on {start:%Y-%m-%d} leaves the calendar.")


def _utc(at: datetime, what: str) -> datetime:
    if at.tzinfo is None:
        raise LimitError(f"The {what} {at.isoformat()} has no time zone: write its offset, such as +08:00.")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise LimitError(f"The {what} {at.isoformat()} is beyond any calendar.") from error


def _check(percent: Percent, end: str) -> None:
    if not 0 < percent <= 100:
        raise LimitError(f"The warning is at a percentage above 0 and up to 100, not {percent}.")
    if end not in ENDS:
        raise LimitError(f'A limit ends at "midnight" or "closing", not "{end}".')
