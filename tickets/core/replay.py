"""A ticket's past carried out again, under its own rulebook or another one (row N04, language page §11.8). Pure.

The record of an event is the input: action, actor, given values, step, holders, instant. Between two events the watch
comes by at the very instant of every moment. What follows from the rulebook (a deadline's effects, a decision's steps
and clocks) is never taken from the record but worked out anew.

The organisation may have changed since. Where the rule did not change, the record stands: whoever acted was allowed
to, and the work went where it went. Where the rule changed, today's organisation answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from ..rulebook.compiled import APPROVAL, APPROVE, REJECT, Ask, Book, HolderSpec, Next
from . import contacts
from .deadlines import entry_at, point
from .decide import decide, expire, recount, register
from .moments import DUE, kind_of, only_tells
from .outcome import Decision
from .picture import ClockView, Picture, StepView
from .rules import Actor
from .sentences import Forbidden, Invalid, Refusal, Say
from .world import OnRecord, World

ASKED, REJECTED = ".asked", ".rejected"


@dataclass(frozen=True, slots=True)
class Happened:
    """What the record says of an event: an action of a person, or deadlines counted again (`recounts`)."""

    seq: int
    name: str
    at: datetime
    actor: int | None
    given: Mapping[str, Any] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)
    step: int | None = None  # ordinal of the step acted on
    kind: str = ""
    opened: Sequence[tuple[str, str]] = ()  # steps that it opened: kind, code of the unit
    approved: bool = False  # it is an approved request, and the actor is who approved
    recounts: bool = False
    provisional_only: bool = False
    book: Book | None = None  # by which deadlines were counted again

    @property
    def action(self) -> str:
        return self.name.removesuffix(ASKED).removesuffix(REJECTED)


@dataclass(frozen=True, slots=True)
class Done:
    """An event of the replay."""

    name: str
    at: datetime
    actor: int | None
    step: int | None
    kind: str
    state: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert of the replay."""

    clock: str
    step: int | None
    generation: int
    moment: str
    kind: str  # warning, overrun, reminder
    instant: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Where the replay could not go on: the event that the rulebook refuses, and why."""

    event: Happened
    sentence: Say


@dataclass(slots=True)
class Replayed:
    picture: Picture
    done: list[Done] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)
    stopped: Stopped | None = None


def replay(
    start: Picture, events: Iterable[Happened], *, own: Book, book: Book, world: World, until: datetime
) -> Replayed:
    """Carry out the events under `book`, then let the watch go on to `until`.

    `start` is the ticket as its form described it, without a step; `own` the rulebook that judged it. The replay ends
    early at an event that is refused, as the ticket then stood.
    """
    run = _Replay(start, own, book, _copy(world))
    for event in events:
        if run.found.done:
            run.watch(event.at)
        try:
            run.repeat(event)
        except (Refusal, Invalid) as refusal:
            run.found.stopped = Stopped(event, _sentence(refusal))
            return run.found
    run.watch(until)
    return run.found


def _copy(world: World) -> World:
    return World(**{one.name: getattr(world, one.name) for one in fields(World)})


def _sentence(refusal: Refusal | Invalid) -> Say:
    """Why, in one sentence: of several fields that are wrong the first."""
    if isinstance(refusal, Invalid):
        name, says = next(iter(refusal.errors.items()))
        return Say(f"{name}：{says[0].zh}", f"{name}: {says[0].en}")
    return refusal.sentence


@dataclass
class _Replay:
    """`now` is the instant of whatever was done last: a watch that comes later can't act before it."""

    start: Picture
    own: Book
    book: Book
    world: World

    def __post_init__(self) -> None:
        self.found = Replayed(self.start)
        self.now = self.start.received_at

    @property
    def picture(self) -> Picture:
        return self.found.picture

    # ── people ──

    def repeat(self, event: Happened) -> None:
        """Raises what the core refuses with."""
        self.now = event.at
        self.world.on_record = OnRecord(holders=self._holders(event))
        try:
            decision = self._decision(event)
        except Forbidden:
            if not self._same_people(event):
                raise
            self.world.on_record = replace(self.world.on_record, actor=event.actor)
            decision = self._decision(event)
        finally:
            self.world.on_record = OnRecord()
        if decision is not None:
            self._take(decision, event.actor)

    def _decision(self, event: Happened) -> Decision | None:
        """None where nothing is left to do: what was asked for is done without asking now."""
        if event.recounts:
            return self._recounted(event)
        if event.name in contacts.TITLES:
            return contacts.noted(self.book, self.picture, event.name, world=self.world, actor=event.actor, at=event.at)
        actor, given = Actor(event.actor or 0), dict(event.given)
        if not self.found.done:
            return register(
                self.book, self.picture, given=given, actor=actor, world=self.world, at=event.at, counted=event.counted
            )
        action, step = event.action, self._step(event)
        if event.approved or event.name.endswith(REJECTED):
            request = self._request(event)
            if request is None:
                return None
            action, step = (APPROVE if event.approved else REJECT), request
            given = {name: value for name, value in given.items() if name == "reason"}
        return decide(
            self.book,
            self.picture,
            action=action,
            given=given,
            actor=actor,
            world=self.world,
            at=event.at,
            step=step.ordinal if step is not None else None,
            counted=event.counted,
        )

    def _recounted(self, event: Happened) -> Decision | None:
        book = event.book if event.book is not None and self.book is self.own else self.book
        only = event.provisional_only
        return recount(book, self.picture, event=event.name, world=self.world, at=event.at, provisional_only=only)

    def _step(self, event: Happened) -> StepView | None:
        """The step that was acted on: by its place, else the open one of its kind (another rulebook opens others)."""
        steps = self.picture.steps
        if event.step is None:
            return None
        named = steps[event.step - 1] if event.step <= len(steps) else None
        if named is not None and named.kind == event.kind and (named.is_open or self.book is self.own):
            return named
        return next((step for step in steps if step.is_open and step.kind == event.kind), None)

    def _request(self, event: Happened) -> StepView | None:
        """The open request that was answered."""
        open_ = [step for step in self.picture.open_steps() if step.kind == APPROVAL]
        alike = [step for step in open_ if step.data.get("action") == event.action]
        exact = [step for step in alike if event.step in (step.ordinal, step.data.get("step"))]
        return next(iter(exact or alike), None)

    # ── the record ──

    def _same_people(self, event: Happened) -> bool:
        """Both rulebooks let the same roles do it: then it is the organisation that has changed."""
        old, new = (book.actions.get(event.action) for book in (self.own, self.book))
        held = [book.steps[event.kind].by if event.kind in book.steps else None for book in (self.own, self.book)]
        return (old and old.by) == (new and new.by) and held[0] == held[1]

    def _holders(self, event: Happened) -> Mapping[str, tuple[int, ...]]:
        """Where the steps went that the event opened, of those whose holder both rulebooks find alike."""
        found: dict[str, tuple[int, ...]] = {}
        for kind, code in event.opened:
            unit = self.world.by_code.get(code)
            if unit is not None and self._same_holder(event.action, kind):
                found[kind] = (*found.get(kind, ()), unit.id)
        return found

    def _same_holder(self, action: str, kind: str) -> bool:
        old, new = (_places(book, action, kind) for book in (self.own, self.book))
        named = {part for place in old if place is not None for part in place.parts}
        return old == new and all(_rows(self.own, name) == _rows(self.book, name) for name in named)

    # ── the watch ──

    def watch(self, until: datetime) -> None:
        """Every moment up to then, each at its own instant; what only tells comes before what changes the ticket."""
        while due := [clock for clock in self.picture.clocks if clock.next_at is not None and clock.next_at <= until]:
            self._fire(min(due, key=lambda clock: (clock.next_at, not self._tells(clock))))

    def _tells(self, clock: ClockView) -> bool:
        entry = entry_at(self.book.alarms[clock.chain], clock.moment)
        return entry is not None and only_tells(self.book, clock.name, entry.moment)

    def _fire(self, clock: ClockView) -> None:
        chain = self.book.alarms[clock.chain]
        entry, instant = entry_at(chain, clock.moment), clock.next_at
        assert entry is not None and instant is not None  # noqa: S101, PT018  `next_at` says there is a moment
        moment, kind = entry.moment, kind_of(entry.moment)
        self.now = max(self.now, instant)
        self.found.raised.append(
            Raised(clock.name, clock.step, clock.generation, moment.key, kind, instant, clock.due_at)
        )
        silent = only_tells(self.book, clock.name, moment)
        clock.moment += 1
        clock.warned_at = self.now if moment.percent is not None else clock.warned_at
        clock.overdue_at = self.now if moment.key == DUE else clock.overdue_at
        step = self.picture.step(clock.step) if clock.step is not None else None
        point(clock, chain, self.world.calendar_of(step.unit) if step else self.world.calendar)
        if silent:
            return
        decision = expire(self.book, self.picture, clock=clock, moment=moment, world=self.world, at=self.now)
        if decision is not None:
            self._take(decision, None)

    def _take(self, decision: Decision, actor: int | None) -> None:
        after, own = decision.after, decision.step
        after.version += 1
        self.found.picture = after
        given = {**decision.data.get("given", {}), **decision.private}
        self.found.done.append(
            Done(
                decision.event,
                self.now,
                actor,
                own.ordinal if own else None,
                own.kind if own else "",
                after.state,
                given,
            )
        )


def _places(book: Book, name: str, kind: str) -> list[HolderSpec | None]:
    """Where the rulebook looks for the holder of a step of that kind, when that action opens it."""
    action = book.register if name == book.register.name else book.actions.get(name)
    effects = action.then if action is not None else ()
    own = [effect.at for effect in effects if isinstance(effect, Next | Ask) and effect.step == kind]
    return [*own, book.steps[kind].at if kind in book.steps else None]


def _rows(book: Book, name: str) -> object:
    table = book.tables.get(name)
    return (table.by, table.rows) if table is not None else None
