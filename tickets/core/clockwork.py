"""The clocks of a change: started, stopped, taken up again, extended and counted again (§11.6, §11.7 step 4).

Actions never mention clocks: each clock names the actions, and here they meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..calendars import Calendar
from ..rulebook.compiled import Book, LimitSpec
from . import deadlines, rules
from .conditions import View, holds
from .picture import ClockView, Picture, StepView
from .world import World

# What `rest` takes over from the clock it continues: the warning must neither be lost nor come twice.
TAKEN_OVER = (
    *("started_at", "generation", "limit", "first_due_at", "due_at", "warn_at", "ceiling_at", "stood_still"),
    *("extended", "target", "provisional", "chain", "moment", "warned_at", "overdue_at", "silenced"),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A step whose clock is still to be started: last of all, from the final facts and clocks (law 9)."""

    step: StepView
    asker: StepView | None
    continues: StepView | None = None
    same_time: bool = False


class Clockwork:
    """Works on the clocks of `draft` at the instant `at`."""

    def __init__(self, book: Book, draft: Picture, world: World, at: datetime) -> None:
        self.book, self.draft, self.world, self.at = book, draft, world, at
        self._opening: list[Opening] = []

    def view(self, own: StepView | None) -> View:
        return rules.view_of(self.book, self.draft, own, self.world, self.at)

    def calendar(self, step: StepView | None) -> Calendar:
        """A step runs on its holder's hours, what spans steps on the organisation's."""
        return self.world.calendar_of(step.unit) if step is not None else self.world.calendar

    def step_of(self, clock: ClockView) -> StepView | None:
        return self.draft.step(clock.step) if clock.step is not None else None

    # ── the ticket's clocks ──

    def run(self, trigger: str, own: StepView | None, clean: dict[str, Any], moved_facts: set[str]) -> None:
        """What this action or expiry does to every clock."""
        draft = self.draft
        if not draft.is_open:
            for clock in draft.clocks:
                if clock.runs:
                    deadlines.stop(clock, at=self.at, by=trigger)
            return
        before = self._dues()
        for name, rule in self.book.clocks.items():
            row = draft.clock(name)
            if row is not None and row.runs and trigger in rule.stops:
                deadlines.stop(row, at=self.at, by=trigger)
            elif row is not None and not row.runs and trigger in rule.resumes:
                deadlines.go_on(row, book=self.book, calendar=self.calendar(None), at=self.at)
        for name, rule in self.book.clocks.items():
            if trigger in rule.starts:
                self._start(name, trigger)
        self._extend(trigger, own, clean)
        self._recount(moved_facts)
        self._follow(before)
        self.start_steps()

    def _dues(self) -> dict[str, datetime | None]:
        return {clock.name: clock.due_at for clock in self.draft.clocks if clock.step is None and clock.runs}

    def _follow(self, before: dict[str, datetime | None]) -> None:
        """A clock that may not outlast another one is counted again when either of the two moved."""
        after = self._dues()
        moved = {name for name, due in after.items() if before.get(name) != due}
        self._recount({f"{deadlines.BEFORE_CLOCK}{name}" for name in moved})
        for name in sorted(moved & self.book.clocks.keys()):
            row, spec = self.draft.clock(name), self.book.clocks[name].limit
            if row is not None and not row.extended and any(r.startswith(deadlines.BEFORE_CLOCK) for r in spec.reads):
                self.count_again(row, None, spec)

    def _start(self, name: str, trigger: str) -> None:
        rule = self.book.clocks[name]
        running = self.draft.clock(name)
        if running is not None and running.runs:
            deadlines.stop(running, at=self.at, by=trigger)
        view = self.view(self.draft.main)
        start = self.draft.received_at if trigger == self.book.register.name else self.at
        clock = ClockView(name=name, started_at=start, chain=rule.alarm, fixed=rule.fixed)
        clock.target = rule.target is not None and holds(rule.target, view)
        calendar = self.calendar(None)
        clock.ceiling_at = deadlines.ceiling(rule.at_most, view, start, calendar)
        due = deadlines.find_due(rule.limit, view=view, start=start, calendar=calendar)
        deadlines.set_due(clock, due, book=self.book, calendar=calendar, at=self.at)
        self.draft.clocks.append(clock)

    def _extend(self, trigger: str, own: StepView | None, clean: dict[str, Any]) -> None:
        if "until" not in clean:
            return
        until = datetime.fromisoformat(clean["until"])
        for clock in self.draft.clocks:
            if not clock.runs:
                continue
            if clock.step is None:
                movable = trigger in self.book.clocks[clock.name].extends
            else:
                rule = self.book.steps.get(clock.name)
                movable = rule is not None and trigger in rule.extends and own is not None and clock.step == own.ordinal
            if movable:
                calendar = self.calendar(self.step_of(clock))
                deadlines.extend(clock, until, book=self.book, calendar=calendar, at=self.at, action=trigger)

    def _recount(self, moved_facts: set[str]) -> None:
        """A clock follows its table: a fact it reads changed, so it is counted again from its own start (law 8)."""
        if not moved_facts:
            return
        for clock in self.draft.clocks:
            if clock.runs and clock.target != self.is_target(clock):
                clock.target = not clock.target
                self.point(clock)
            if not clock.runs or clock.extended or (clock.fixed and clock.due_at is not None):
                continue
            step = self.step_of(clock)
            spec = self.limit_of(step) if step else self.book.clocks[clock.name].limit
            if spec is not None and spec.reads & moved_facts:
                self.count_again(clock, step, spec)

    def count_again(self, clock: ClockView, step: StepView | None, spec: LimitSpec) -> None:
        calendar = self.calendar(step)
        asker = self.draft.step(step.sent_by) if step is not None and step.sent_by is not None else None
        view = self.view(step or self.draft.main)
        before = clock.due_at
        due = deadlines.find_due(
            spec,
            view=view,
            start=clock.started_at,
            calendar=calendar,
            asker=self.draft.step_clock(asker) if asker else None,
            pauses=deadlines.pauses_of(clock),
        )
        deadlines.set_due(clock, due, book=self.book, calendar=calendar, at=self.at)
        if before is not None and clock.due_at != before:
            clock.story.append({"what": "recounted", "at": self.at.isoformat(), "from": before.isoformat()})

    def is_target(self, clock: ClockView) -> bool:
        """The limit is an aim: missed it is counted, but is no overrun (ruling TARGET)."""
        step = self.step_of(clock)
        rule = self.book.steps.get(clock.name) if step is not None else self.book.clocks[clock.name]
        return rule is not None and rule.target is not None and holds(rule.target, self.view(step or self.draft.main))

    def point(self, clock: ClockView) -> None:
        if clock.due_at is not None:
            deadlines.point(clock, self.book.alarms[clock.chain], self.calendar(self.step_of(clock)))

    # ── a step's own clock ──

    def start_step(
        self, step: StepView, *, asker: StepView | None, continues: StepView | None = None, same_time: bool = False
    ) -> None:
        """The step has a clock of its own, which `start_steps` starts."""
        self._opening.append(Opening(step, asker, continues, same_time))

    def start_steps(self) -> None:
        for opening in self._opening:
            self._start_step(opening)
        self._opening.clear()

    def _start_step(self, opening: Opening) -> None:
        """`rest` (or `same_time`) goes on under the clock of the step it continues (§11.6)."""
        step = opening.step
        spec = self.limit_of(step)
        if spec is None:
            return
        rule = self.book.steps.get(step.kind)
        view = self.view(step)
        source = opening.continues or opening.asker
        before = self.draft.step_clock(source) if source is not None else None
        clock = ClockView(
            name=step.kind,
            # What starts with the ticket runs from receipt, not from when somebody typed it in (ruling START).
            started_at=self.draft.received_at if step.ordinal == 1 else self.at,
            step=step.ordinal,
            chain=rule.alarm if rule else "standard",
            target=bool(rule and rule.target is not None and holds(rule.target, view)),
        )
        if spec.parts == (deadlines.REST,) or opening.same_time:
            if before is None:
                return
            self._take_over(clock, before)
            self.draft.clocks.append(clock)
            return
        calendar = self.calendar(step)
        clock.ceiling_at = deadlines.ceiling(rule.at_most if rule else None, view, clock.started_at, calendar)
        due = deadlines.find_due(spec, view=view, start=clock.started_at, calendar=calendar, asker=before)
        if due is None and spec.parts == ("none",):
            return
        deadlines.set_due(clock, due, book=self.book, calendar=calendar, at=self.at)
        self.draft.clocks.append(clock)

    def _take_over(self, clock: ClockView, before: ClockView) -> None:
        for name in TAKEN_OVER:
            setattr(clock, name, getattr(before, name))
        clock.story = list(before.story)
        self.point(clock)

    def limit_of(self, step: StepView) -> LimitSpec | None:
        """The limit that opened the step where an effect gave one, else the step's own."""
        own = step.data.get("limit")
        rule = self.book.steps.get(step.kind)
        if own is None:
            return rule.limit if rule else None
        return LimitSpec(tuple(own), self.book.reads_of(tuple(own)))
