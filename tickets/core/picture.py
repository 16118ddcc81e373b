"""A ticket as the core sees it: its facts, its steps, its clocks. Plain data, read from rows by the shell.

Steps are named by their ordinal on the ticket, since a step that an action opens has no id yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

Facts = dict[str, Any]


@dataclass(slots=True)
class StepView:
    ordinal: int
    kind: str
    unit: int
    opened_at: datetime
    side: bool = False
    assignee: int | None = None
    sent_by: int | None = None  # ordinal of the step that asked for it
    beside: int | None = None  # ordinal of the main step a side step belongs to
    blocks: bool = False
    signed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: int | None = None
    result: str = ""
    version: int = 1
    data: dict[str, Any] = field(default_factory=dict)
    id: int | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(slots=True)
class ClockView:
    name: str
    started_at: datetime
    step: int | None = None  # ordinal; None = a clock of the ticket
    generation: int = 1
    limit: str = ""
    first_due_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    ceiling_at: datetime | None = None
    stood_still: timedelta | None = None
    stopped_at: datetime | None = None
    stopped_by: str = ""
    extended: bool = False
    fixed: bool = False
    target: bool = False
    provisional: bool = False
    story: list[dict[str, Any]] = field(default_factory=list)
    chain: str = ""
    moment: int = 0
    next_at: datetime | None = None
    warned_at: datetime | None = None
    overdue_at: datetime | None = None
    silenced: str = ""
    id: int | None = None

    @property
    def runs(self) -> bool:
        return self.stopped_at is None

    def state(self, at: datetime) -> str:
        """`none` (no deadline yet), `running`, `warned`, `overdue` or `stopped` at that instant.

        Time decides, not whether the watch came by.
        """
        if self.stopped_at is not None:
            return "stopped"
        if self.due_at is None:
            return "none"
        if at >= self.due_at:
            return "overdue"
        if self.warn_at is not None and at >= self.warn_at:
            return "warned"
        return "running"


@dataclass(slots=True)
class Memory:
    """What a ticket remembers of its own past: how often, by whom, where."""

    done: dict[str, int] = field(default_factory=dict)
    acted: dict[str, list[int]] = field(default_factory=dict)  # step kind -> persons who acted on one
    held: list[int] = field(default_factory=list)  # units that hold or held a step

    def copy(self) -> Memory:
        return Memory(dict(self.done), {kind: list(who) for kind, who in self.acted.items()}, list(self.held))


@dataclass(slots=True)
class Picture:
    """A ticket before or after an action."""

    number: str
    kind: str
    received_at: datetime
    received_unit: int
    facts: Facts = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    steps: list[StepView] = field(default_factory=list)
    clocks: list[ClockView] = field(default_factory=list)
    version: int = 0
    state: str = ""
    ended_at: datetime | None = None
    settled_at: datetime | None = None
    promised_at: datetime | None = None
    respondent_unit: int | None = None
    respondent_person: int | None = None
    id: int | None = None

    def copy(self) -> Picture:
        """A draft to work on; the original stays as it was read."""
        return replace(
            self,
            facts=dict(self.facts),
            memory=self.memory.copy(),
            steps=[replace(step, data=dict(step.data)) for step in self.steps],
            clocks=[replace(clock, story=list(clock.story)) for clock in self.clocks],
        )

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def main(self) -> StepView | None:
        """The one open main step (law 1)."""
        return next((step for step in reversed(self.steps) if not step.side and step.is_open), None)

    def step(self, ordinal: int) -> StepView:
        return self.steps[ordinal - 1]

    def open_steps(self) -> Iterator[StepView]:
        return (step for step in self.steps if step.is_open)

    def waits_for(self, step: StepView) -> list[StepView]:
        """The side steps that this step asked for and that are still out (law 2)."""
        return [other for other in self.open_steps() if other.blocks and other.sent_by == step.ordinal]

    def clock(self, name: str) -> ClockView | None:
        """The ticket's clock of that name: the running one, else the latest."""
        rows = [clock for clock in self.clocks if clock.name == name and clock.step is None]
        return next((clock for clock in rows if clock.runs), rows[-1] if rows else None)

    def step_clock(self, step: StepView) -> ClockView | None:
        return next((clock for clock in reversed(self.clocks) if clock.step == step.ordinal), None)
