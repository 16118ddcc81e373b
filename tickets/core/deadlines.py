"""Clocks: how a deadline is found, moved and taken up again, and which moment of its alarm chain comes next (§11.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from ..calendars import Calendar
from ..limit_words import SECONDS
from ..limits import Limit, LimitError, moment_at, reckon, reckon_fixed, resume
from ..rulebook.compiled import Book, Chain, LimitSpec, Moment
from .conditions import View, lookup
from .picture import ClockView
from .sentences import Refused, Say

REST = "rest"
BY_DATE = "date"  # a clock whose limit is a date that a person gave
BEFORE_CLOCK = "clock."  # `clock.promise-24h`: a day before that clock of the ticket runs out


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline found: `limit` is what the clock keeps to say how it was counted."""

    limit: str
    due_at: datetime
    provisional: bool = False
    stood_still: timedelta | None = None  # of `pauses`, on the limit's own clock


Pauses = tuple[tuple[datetime, datetime], ...]


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────


def find_due(
    spec: LimitSpec,
    *,
    view: View,
    start: datetime,
    calendar: Calendar,
    asker: ClockView | None = None,
    pauses: Pauses = (),
) -> Due | None:
    """The earliest deadline that the parts give; None = no deadline (yet).

    `asker` is the clock that `rest-1h` counts back from; in `pauses` the clock stood still.
    """
    found = [_part_due(part, view, start, calendar, asker, pauses) for part in spec.parts]
    return min((due for due in found if due), key=lambda due: due.due_at, default=None)


def pauses_of(clock: ClockView) -> Pauses:
    """When the clock stood still, from its story."""
    still = [entry for entry in clock.story if entry["what"] == "stood_still"]
    return tuple((datetime.fromisoformat(entry["from"]), datetime.fromisoformat(entry["to"])) for entry in still)


def _part_due(
    part: str,
    view: View,
    start: datetime,
    calendar: Calendar,
    asker: ClockView | None,
    pauses: Pauses,
    depth: int = 4,
) -> Due | None:
    book = view.book
    if part.startswith(REST):
        return _before(part, start, asker)
    if part.startswith(BEFORE_CLOCK):
        outer = view.picture.clock(part.removeprefix(BEFORE_CLOCK).partition("-")[0])
        return _before(part, start, outer if outer is not None and outer.runs else None)
    if part in book.tables and depth:
        value = lookup(book.tables[part], view)
        parts = value if isinstance(value, tuple) else (value,)
        found = [_part_due(str(p), view, start, calendar, asker, pauses, depth - 1) for p in parts if p is not None]
        return min((due for due in found if due), key=lambda due: due.due_at, default=None)
    if part in book.fields:
        return _given_date(view.fact(part), start)
    if part == "none":
        return None
    deadline = reckon(Limit.parse(part), start, calendar, roll=book.roll, end=book.end, pauses=pauses)
    return Due(part, deadline.due_at, deadline.provisional, deadline.stood_still if pauses else None)


def _given_date(value: object, start: datetime) -> Due | None:
    if not isinstance(value, str) or not value:
        return None
    return Due(BY_DATE, max(datetime.fromisoformat(value), start))


def _before(part: str, start: datetime, other: ClockView | None) -> Due | None:
    """`rest-1h`, `clock.promise`: left out where the other clock has no deadline or that moment has passed."""
    if part == REST or other is None or other.due_at is None:
        return None
    margin = part.partition("-")[2]
    due_at = other.due_at - timedelta(seconds=_seconds(margin) if margin else 0)
    return Due(part, due_at, other.provisional) if due_at > start else None


def _seconds(margin: str) -> int:
    limit = Limit.parse(margin)
    return limit.amount * SECONDS[limit.unit]


def ceiling(limit: str | None, view: View, start: datetime, calendar: Calendar) -> datetime | None:
    """The latest moment to which the deadline may be moved, counted from the start (doc 20 art. 14: 15 wd in all)."""
    if limit is None:
        return None
    due = find_due(LimitSpec((limit,)), view=view, start=start, calendar=calendar)
    return due.due_at if due else None


# ── setting, moving, stopping ────────────────────────────────────────────────────────────────────────


def set_due(clock: ClockView, due: Due | None, *, book: Book, calendar: Calendar, at: datetime) -> None:
    """Give the clock this deadline. A first deadline keeps the generation, another one raises it.

    What a table moves is no extension, so the deadline first told moves along (row N03 compares with extensions).
    """
    if due is None:
        if clock.due_at is not None:
            clock.due_at = clock.warn_at = None
            clock.generation += 1
        aim(clock, book=book, calendar=calendar, at=at)
        return
    due_at = max(due.due_at, clock.started_at)
    if clock.due_at is not None and due_at == clock.due_at:
        clock.provisional = due.provisional
        return
    if clock.due_at is not None:
        clock.generation += 1
        clock.silenced = ""
    clock.first_due_at = due_at
    clock.limit, clock.due_at, clock.provisional = due.limit, due_at, due.provisional
    clock.stood_still = due.stood_still or clock.stood_still
    if clock.ceiling_at is not None and clock.ceiling_at < due_at:
        clock.ceiling_at = due_at
    aim(clock, book=book, calendar=calendar, at=at)


def extend(clock: ClockView, until: datetime, *, book: Book, calendar: Calendar, at: datetime, action: str) -> None:
    """Move the deadline to a time that was promised. Raises Refused `ceiling`."""
    if clock.ceiling_at is not None and until > clock.ceiling_at:
        local = until.astimezone(calendar.zone), clock.ceiling_at.astimezone(calendar.zone)
        raise Refused(
            "ceiling",
            Say(
                f"最长可延至 {local[1]:%m-%d %H:%M}，不能延到 {local[0]:%m-%d %H:%M}",
                f"It can be extended to {local[1]:%Y-%m-%d %H:%M} at most, not to {local[0]:%Y-%m-%d %H:%M}",
            ),
        )
    clock.story.append({"what": "extended", "at": at.isoformat(), "by": action, "from": _iso(clock.due_at)})
    if clock.first_due_at is None:
        clock.first_due_at = until
    clock.due_at, clock.extended = max(until, clock.started_at), True
    clock.limit = clock.limit or BY_DATE
    clock.generation += 1
    clock.silenced = ""
    aim(clock, book=book, calendar=calendar, at=at)


def stop(clock: ClockView, *, at: datetime, by: str) -> None:
    clock.stopped_at, clock.stopped_by, clock.next_at = at, by, None


def go_on(clock: ClockView, *, book: Book, calendar: Calendar, at: datetime) -> None:
    """A stopped clock goes on with what was left; what it fired stays fired (§11.6)."""
    stopped_at, clock.stopped_at, clock.stopped_by = clock.stopped_at, None, ""
    clock.generation += 1
    clock.silenced = ""
    clock.story.append({"what": "stood_still", "from": _iso(stopped_at), "to": at.isoformat()})
    if clock.due_at is not None and stopped_at is not None:
        deadline = resume(
            limit=limit_of(clock),
            started_at=clock.started_at,
            due_at=clock.due_at,
            stopped_at=stopped_at,
            at=at,
            calendar=calendar,
            stood_still=clock.stood_still or timedelta(),
        )
        clock.due_at, clock.stood_still = deadline.due_at, deadline.stood_still
        clock.provisional = deadline.provisional
        if clock.ceiling_at is not None and clock.ceiling_at < clock.due_at:
            clock.ceiling_at = clock.due_at
    aim(clock, book=book, calendar=calendar, at=at)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def limit_of(clock: ClockView) -> Limit | None:
    """How the clock's own time runs; None = every minute counts."""
    try:
        return Limit.parse(clock.limit)
    except LimitError:
        return None


# ── the alarm chain ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Entry:
    """The n-th moment of a chain, its reminders unrolled; `seconds` after the deadline, or a percentage before it."""

    moment: Moment
    seconds: int


@lru_cache(maxsize=512)
def _written(chain: Chain) -> tuple[tuple[Entry, ...], Moment | None]:
    """The moments that come once, in order, with the reminders between them; and the moment that repeats after."""
    once = [Entry(moment, moment.offset_seconds) for moment in chain.moments if moment.every_seconds is None]
    every = next((moment for moment in chain.moments if moment.every_seconds is not None), None)
    last = max((entry.seconds for entry in once if entry.moment.percent is None), default=0)
    if every is not None and every.every_seconds:
        once += [Entry(every, n * every.every_seconds) for n in range(1, last // every.every_seconds + 1)]
    percents = sorted((e for e in once if e.moment.percent is not None), key=lambda e: e.moment.percent or 0)
    after = sorted((e for e in once if e.moment.percent is None), key=lambda e: e.seconds)  # stable: overrun first
    return tuple(percents + after), every


def entry_at(chain: Chain, index: int) -> Entry | None:
    """The moment with that place in the chain; None when the chain is at its end."""
    once, every = _written(chain)
    if index < len(once):
        return once[index]
    if every is None or not every.every_seconds:
        return None
    last = max((entry.seconds for entry in once if entry.moment.percent is None), default=0)
    return Entry(every, (last // every.every_seconds + index - len(once) + 1) * every.every_seconds)


def instant_of(entry: Entry, clock: ClockView, calendar: Calendar) -> datetime:
    """When that moment of the clock comes."""
    assert clock.due_at is not None  # noqa: S101  a clock without a deadline has no moments
    if entry.moment.percent is None:
        return clock.due_at + timedelta(seconds=entry.seconds)
    return moment_at(
        entry.moment.key,
        start=clock.started_at,
        due_at=clock.due_at,
        limit=limit_of(clock),
        calendar=calendar,
        stood_still=clock.stood_still or timedelta(),
    )


def aim(clock: ClockView, *, book: Book, calendar: Calendar, at: datetime) -> None:
    """Set `warn_at` and the moment that comes next after the deadline was set or moved.

    A moment that fired stays fired when its new instant has passed too; one whose instant now lies ahead belongs to
    the new deadline and comes again. So a recommitted deadline warns at its own 90 %, and nothing is told twice.
    """
    if clock.due_at is None or not clock.runs:
        clock.next_at = None
        return
    chain = book.alarms[clock.chain]
    fired = clock.moment
    clock.moment = 0
    warning = next((m for m in chain.moments if m.percent is not None), None)
    clock.warn_at = (
        instant_of(Entry(warning, 0), clock, calendar)
        if warning
        else reckon_fixed(clock.due_at, clock.started_at, calendar).warn_at
    )
    while clock.moment < fired:
        entry = entry_at(chain, clock.moment)
        if entry is None or instant_of(entry, clock, calendar) > at:
            break
        clock.moment += 1
    if clock.warned_at is not None and clock.warn_at > at:
        clock.warned_at = None
    if clock.overdue_at is not None and clock.due_at > at:
        clock.overdue_at = None
    point(clock, chain, calendar)


def point(clock: ClockView, chain: Chain, calendar: Calendar) -> None:
    """`next_at` for the moment that the clock stands at. An aim has no overrun: only its effects are left (TARGET)."""
    entry = entry_at(chain, clock.moment)
    while entry is not None and clock.target and entry.moment.percent is None and entry.moment.tells_only:
        if entry.moment.every_seconds is not None:
            entry = None
            break
        clock.moment += 1
        entry = entry_at(chain, clock.moment)
    clock.next_at = instant_of(entry, clock, calendar) if entry is not None else None
