"""What somebody asks of an indicator: which period, in which cycle, split by what, about which rows.

`question()` reads the words of an address, a command or a page, and refuses in words what can't be meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet

from tickets.access import below
from tickets.api.filters import NOT_A_TIME, TicketFilter
from tickets.core.given import EARLIEST, LATEST
from tickets.core.sentences import Invalid, Say
from tickets.core.world import World
from tickets.models import Person, Ticket

from .access import Viewer
from .declarations import SPLITS, Indicator
from .dimensions import DIMENSIONS, STEP_ONLY
from .periods import Period, TooManyPeriods, periods_of

UNIT, BRANCH, PERSON = "unit", "branch", "person"  # kinds of dimensions
EXACTLY = "!"
# Filters of the ticket list that are no column of the facts: they are asked of the tickets.
OF_THE_LIST = frozenset(
    {"state", "phone", "q", "overdue", "warned", "assigned_to_me", "received_after", "received_before"}
)
NAMES = frozenset({"from", "to", "cycle", "by"})
BY_STEP = frozenset({*STEP_ONLY, "unit", "branch", "handler"})


@dataclass(frozen=True, slots=True)
class Among:
    """The values of a dimension that are asked for: words, or ids of units and people; None is "nobody" or "none".

    `exactly`: without what lies below a word (`mobile` also means `mobile.gsm`).
    """

    values: tuple[Any, ...]
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Half-open `[start, end)`. `only` holds, by dimension, which values are asked for."""

    start: datetime
    end: datetime
    cycle: str | None = None
    by: tuple[str, ...] = ()
    only: Mapping[str, Among] = field(default_factory=dict)
    also: tuple[tuple[str, Among], ...] = ()  # further such conditions, on a dimension that `only` has already
    tickets: QuerySet[Ticket] | None = None  # only these: what the filters of the ticket list leave

    @property
    def whole(self) -> Period:
        return Period(self.start, self.end)

    def periods(self) -> list[Period]:
        return periods_of(self.cycle, self.start, self.end)

    def looks_at_steps(self, indicator: Indicator) -> bool:
        """Whether the rows to count are steps; a figure of tickets is asked of steps where a step is asked for."""
        names = {*self.by, *self.only}
        return indicator.population == "steps" or (indicator.by_step and bool(names & BY_STEP))


def question(indicator: Indicator, given: Mapping[str, str], viewer: Viewer) -> Question:
    """The question in the words of the API (`from to cycle by` and filters). Raises Invalid."""
    errors = Invalid()
    world = viewer.world
    start, end = (instant_in(name, given.get(name, ""), world, errors) for name in ("from", "to"))
    asked = Question(
        start=start,
        end=end,
        cycle=_cycle(indicator, given.get("cycle", ""), errors),
        by=_by(indicator, given.get("by", ""), errors),
        only=_only(indicator, given, world, errors),
        tickets=_tickets(indicator, given, errors, viewer),
    )
    errors.raise_if_any()
    if start >= end:
        errors.add("to", "结束要晚于开始", "The end must lie after the start")
    try:
        asked.periods()
    except TooManyPeriods:
        errors.add("cycle", "周期太多，请缩短时间或换一个周期", "Too many periods: a shorter range or a longer cycle")
    errors.raise_if_any()
    return asked


def instant_in(name: str, text: str, world: World, errors: Invalid) -> datetime:
    """A time with its offset, or a date, which begins at midnight in the organisation's zone."""
    zone = world.calendar.zone
    try:
        if len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), time.min, zone)
        else:
            found = datetime.fromisoformat(text.replace(" ", "+"))
        if found.tzinfo is not None and EARLIEST <= found.year <= LATEST:
            return found.astimezone(zone)
    except ValueError:
        pass
    errors.errors.setdefault(name, []).append(NOT_A_TIME)
    return datetime(EARLIEST, 1, 1, tzinfo=zone)


def _cycle(indicator: Indicator, text: str, errors: Invalid) -> str | None:
    if text and text not in indicator.cycles:
        known = " ".join(indicator.cycles)
        errors.add("cycle", f"这个指标的周期是：{known}", f"This indicator has the cycles {known}")
    return text or None


def _by(indicator: Indicator, text: str, errors: Invalid) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in splits_of(indicator):
            known = " ".join(splits_of(indicator))
            errors.add("by", f"不能按“{name}”分，可以按：{known}", f'It can\'t be split by "{name}", but by {known}')
    return names


def splits_of(indicator: Indicator) -> tuple[str, ...]:
    """The dimensions of an indicator; one that is asked by step has those of steps too."""
    return (*indicator.by, *STEP_ONLY) if indicator.by_step else indicator.by


def _only(indicator: Indicator, given: Mapping[str, str], world: World, errors: Invalid) -> dict[str, Among]:
    known = {*SPLITS[indicator.population], *splits_of(indicator)}
    only: dict[str, Among] = {}
    for name, text in given.items():
        if name in NAMES or not text:
            continue
        if name in known:
            only[name] = _among(name, text, world, errors)
        elif name not in OF_THE_LIST or indicator.population not in ("tickets", "steps"):
            errors.add(name, "没有这个筛选条件", "There is no such filter")
    return only


def _among(name: str, text: str, world: World, errors: Invalid) -> Among:
    """The values of a filter, several with commas between; a unit takes those below it along.

    A mark of exclamation at the end means exactly this: `unit=410000!` the unit alone, `handler=!` nobody.
    """
    exactly = text.endswith(EXACTLY)
    names = [word.strip() for word in text.removesuffix(EXACTLY).split(",")]
    kind = DIMENSIONS[name].kind
    if kind not in (UNIT, BRANCH, PERSON):
        return Among(tuple(names), exactly)
    known: Mapping[str, Any] = world.by_username if kind == PERSON else world.by_code
    for word in names:
        if word not in known and not (exactly and not word):
            errors.add(name, f"没有“{word}”", f'There is no "{word}"')
    ids = [known[word].id if word else None for word in names if word in known or not word]
    return Among(tuple(_with_units(kind, ids, world, exactly)), True)


def _with_units(kind: str, ids: list[int | None], world: World, exactly: bool) -> list[int | None]:
    if kind == BRANCH:
        return [unit for unit in world.units if branch_of(world, unit) in ids]
    if kind == UNIT and not exactly:
        return [*sorted({unit for one in ids if one is not None for unit in below(world, one)})]
    return ids


def branch_of(world: World, unit: int) -> int:
    """The unit right below the root that a unit belongs to; the root's own is the root."""
    path = world.units[unit].path
    return path[min(1, len(path) - 1)]


def _tickets(
    indicator: Indicator, given: Mapping[str, str], errors: Invalid, viewer: Viewer
) -> QuerySet[Ticket] | None:
    """The tickets that the other filters of the ticket list leave; None where none of them is asked for."""
    asked = {name: text for name, text in given.items() if name in OF_THE_LIST and text}
    if not asked or indicator.population not in ("tickets", "steps"):
        return None
    found = TicketFilter(asked, viewer.tickets(), person=viewer.person or Person(), world=viewer.world, at=viewer.at)
    if not found.is_valid():
        for name, texts in found.errors.items():
            errors.errors.setdefault(name, []).extend(Say(str(text), str(text)) for text in texts)
        return None
    return found.qs


def narrowed(asked: Question, dims: Sequence[Any], period: Period, world: World) -> Question:
    """The question whose whole answer is one row of an answer: what stands behind that figure."""
    row = {
        name: Among(tuple(_with_units(BRANCH, [value], world, True)) if name == BRANCH else (value,), exactly=True)
        for name, value in zip(asked.by, dims, strict=True)
    }
    only = {**asked.only, **{name: one for name, one in row.items() if name not in asked.only}}
    both = [(name, one) for name, one in row.items() if name in asked.only]
    return replace(asked, start=period.start, end=period.end, cycle=None, by=(), only=only, also=tuple(both))
