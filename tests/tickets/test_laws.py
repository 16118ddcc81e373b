"""The laws of the engine hold after every legal and illegal action, on every rulebook (§11.3, rule 10)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.books import BOOKS, IDS
from tests.worlds import world_for
from tickets.core import decide as core
from tickets.core import rules
from tickets.core.deadlines import entry_at, point
from tickets.core.offers import offers
from tickets.core.outcome import Decision
from tickets.core.picture import ClockView, Picture
from tickets.core.rules import Actor
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.core.world import World
from tickets.rulebook.compiled import APPROVAL, Action, Book, End, Field
from tickets.rulebook.load import load_file

START = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)  # before the National Day holiday
RESPONDENT = 4


@cache
def book_and_world(book_id: str) -> tuple[Book, World]:
    book = load_file(BOOKS / f"{book_id}.toml")
    return book, world_for(book)


def some_value(field: Field, choices: list[Any] | None, dice: random.Random, at: datetime) -> Any:
    if choices:
        value = dice.choice(choices)[0]
        return [value] if field.type == "list" or (field.name == "to" and dice.random() < 0.2) else value
    match field.type:
        case "boolean":
            return dice.random() < 0.5
        case "number":
            return dice.choice([0, 1, 20, 100])
        case "datetime":
            return (at + timedelta(hours=dice.choice([1, 30, 200, 3000]))).isoformat()
        case "list":
            return ["x"]
    return "文字"


class Walk:
    """One ticket in memory, its people, and a watch that comes by whenever time passes."""

    def __init__(self, book_id: str, seed: int) -> None:
        self.book, self.world = book_and_world(book_id)
        self.dice = random.Random(seed)
        self.patience = self.dice.choice([0.8, 0.97, 0.99])
        self.at = START + timedelta(minutes=self.dice.randrange(60 * 24 * 20))
        self.fired: set[tuple[Any, ...]] = set()
        self.running: dict[str, bool] = {}  # what the rulebook's words make of each clock, reckoned apart
        self.counter = 0
        self.before: Picture | None = None
        facts = {"content": "x", "region": self.dice.choice(["410100", "410000", ""])}
        respondent = RESPONDENT if self.dice.random() < 0.5 else None
        picture = Picture(
            "T1", self.book.kind, self.at, 200007, facts, respondent_unit=200005, respondent_person=respondent
        )
        given = self.given(self.book.register.fields, {})
        decision = core.register(self.book, picture, given=given, actor=Actor(1), world=self.world, at=self.at)
        self.take(decision)

    def given(self, needs: Any, choices: dict[str, Any]) -> dict[str, Any]:
        given = {}
        for need in needs:
            if need.required or self.dice.random() < 0.3:
                field = self.book.fields.get(need.field) or Field(need.field, self.book.title)
                offered = choices.get(need.field) or list(field.choices.items())
                if need.required or field.type not in ("unit", "person") or offered:
                    given[need.field] = some_value(field, offered, self.dice, self.at)
        return given

    def take(self, decision: Decision) -> None:
        self.before, self.picture = decision.before, decision.after
        self.reckon(decision.event)
        for step in self.picture.steps:
            if step.id is None:
                self.counter += 1
                step.id = self.counter
        for clock in self.picture.clocks:
            if clock.id is None:
                self.counter += 1
                clock.id = self.counter

    def legal(self) -> None:
        who = Actor(self.dice.randint(1, 3))
        open_ = [o for o in offers(self.book, self.picture, actor=who, world=self.world, at=self.at) if not o.refused]
        if not open_:
            return
        # Withdrawals and merges are offered at every step: taken as often as others, no walk would get far.
        going = [o for o in open_ if not any(isinstance(effect, End) for effect in o.action.then)]
        fitting = going if going and self.dice.random() < self.patience else open_
        offer = self.dice.choices(fitting, [self.weight(o.action) for o in fitting])[0]
        choices = {one.field.name: one.choices for one in offer.fields}
        given = self.given([one.need for one in offer.fields], choices)
        self.act(who, offer.action.name, given, offer.step.ordinal if offer.step else None)

    def illegal(self) -> None:
        """Any action by anybody with anything: refused in words, or legal after all."""
        name = self.dice.choice([*self.book.actions, "approve", "reject", "no_such_action"])
        who = Actor(self.dice.randint(1, 4))
        step = self.dice.choice([None, 1, len(self.picture.steps), 99])
        given = {"reason": "x"} if self.dice.random() < 0.5 else {"nonsense": 1, "to": "no-such-unit"}
        self.act(who, name, given, step)

    def weight(self, action: Action) -> float:
        """What was done often or is possible at every step is done seldom: so walks reach the end of a long loop."""
        return (0.05 if action.from_ticket else 1.0) / (1 + self.picture.memory.done.get(action.name, 0)) ** 2

    def act(self, who: Actor, name: str, given: dict[str, Any], step: int | None) -> None:
        kept = self.picture.copy()
        try:
            decision = core.decide(
                self.book, self.picture, action=name, given=given, actor=who, world=self.world, at=self.at, step=step
            )
        except (Refused, Forbidden, Hidden, Invalid) as refusal:
            said = str(refusal)
            decision = None
        if decision is None:
            assert said, "a refusal says why"
            assert kept == self.picture, "a refusal changes nothing"
            return
        assert kept == self.picture, "deciding changes nothing that was read"
        assert who.id != self.picture.respondent_person, "law 4"
        self.take(decision)

    def wait(self, hours: float) -> None:
        """Time passes; the watch handles every moment in the order of time."""
        until = self.at + timedelta(hours=hours)
        for _ in range(2000):
            due = [c for c in self.picture.clocks if c.next_at is not None and c.next_at <= until]
            if not due:
                break
            clock = min(due, key=lambda c: c.next_at)
            self.at = max(self.at, clock.next_at)
            self.fire(clock)
        self.at = until

    def fire(self, clock: ClockView) -> None:
        chain = self.book.alarms[clock.chain]
        entry = entry_at(chain, clock.moment)
        assert entry is not None
        assert clock.runs, "a stopped clock fires nothing"
        key = (clock.id, clock.generation, entry.moment.key, clock.next_at)
        assert key not in self.fired, "no moment twice"
        self.fired.add(key)
        clock.moment += 1
        point(clock, chain, self.world.calendar)
        decision = core.expire(self.book, self.picture, clock=clock, moment=entry.moment, world=self.world, at=self.at)
        if decision is not None:
            self.take(decision)

    def reckon(self, event: str) -> None:
        """Which clocks run now, from `starts`, `stops` and `resumes` alone."""
        for name, clock in self.book.clocks.items():
            runs = self.running.get(name)
            if runs and event in clock.stops:
                self.running[name] = False
            elif runs is False and event in clock.resumes:
                self.running[name] = True
            if event in clock.starts:
                self.running[name] = True
        if not self.picture.is_open:
            self.running = dict.fromkeys(self.running, False)

    # ── the laws ──

    def check(self) -> None:
        picture, book = self.picture, self.book
        open_main = [s for s in picture.steps if s.is_open and not s.side]
        assert len(open_main) == (1 if picture.is_open else 0), "law 1"
        if not picture.is_open:
            assert not list(picture.open_steps()), "law 1: no open step after the end"
            assert not [c.name for c in picture.clocks if c.runs], "law 1: no running clock after the end"
            assert picture.state in book.ends
        else:
            assert picture.state == book.steps[open_main[0].kind].stage
        for step in picture.steps:
            assert step.is_open == (step.result == ""), "a closed step has a result"
            assert step.side == (step.beside is not None)
            if step.side and step.is_open:
                assert picture.step(step.beside).is_open, "law 3"
            if step.assignee is not None:
                assert step.assignee != picture.respondent_person, "law 4"
            if step.kind == APPROVAL and step.result in ("approve", "reject"):
                assert step.closed_by != step.data["requester"], "law 5"
            roles = rules.roles_of_step(book, step)
            barred = rules.barred_from(book, picture, step.kind, self.world) if step.is_open else frozenset()
            if step.is_open and step.kind != APPROVAL:
                assert any(p not in barred for p in self.world.serving(roles, step.unit)), "law 6: never silence"
        names = [(c.step, c.name) for c in picture.clocks if c.runs]
        assert len(names) == len(set(names)), "one running clock of a name"
        for clock in picture.clocks:
            self.check_clock(clock)
        self.check_running()

    def check_running(self) -> None:
        """No clock runs that should stand, and none stands that should run (issue 3)."""
        running = {c.name for c in self.picture.clocks if c.step is None and c.runs}
        assert running == {name for name, runs in self.running.items() if runs}
        for step in self.picture.open_steps():
            spec = step.data.get("limit") or getattr(
                getattr(self.book.steps.get(step.kind), "limit", None), "parts", None
            )
            if spec and tuple(spec) not in (("none",), ("rest",)):
                assert any(c.runs and c.step == step.ordinal for c in self.picture.clocks), f"{step.kind} has no clock"

    def check_clock(self, clock: ClockView) -> None:
        if clock.step is not None:
            assert clock.runs == self.picture.step(clock.step).is_open, "a step's clock runs with the step"
        if clock.due_at is not None:
            assert clock.started_at <= clock.due_at
            assert clock.ceiling_at is None or clock.due_at <= clock.ceiling_at
            assert clock.warn_at is not None
            assert clock.warn_at <= clock.due_at
        assert clock.next_at is None or (clock.runs and clock.due_at is not None)
        if clock.runs and not clock.extended:
            self.check_outer(clock)

    def check_outer(self, clock: ClockView) -> None:
        """What stands under a clock of the ticket doesn't outlast it (ruling APPLIM)."""
        rule = self.book.steps.get(clock.name) if clock.step is not None else self.book.clocks[clock.name]
        for part in rule.limit.parts if rule is not None and rule.limit is not None else ():
            outer = self.picture.clock(part.removeprefix("clock.")) if part.startswith("clock.") else None
            if outer is not None and outer.runs and outer.due_at is not None and outer.due_at > clock.started_at:
                assert clock.due_at is not None
                assert clock.due_at <= outer.due_at


class Laws(RuleBasedStateMachine):
    book_id = ""

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.walk = Walk(self.book_id, seed)

    @rule()
    def somebody_acts(self) -> None:
        self.walk.legal()

    @rule()
    def somebody_tries_what_is_not_allowed(self) -> None:
        self.walk.illegal()

    @precondition(lambda self: self.walk.picture.is_open)
    @rule(hours=st.sampled_from([0.1, 1, 5, 30, 100]))
    def time_passes(self, hours: float) -> None:
        self.walk.wait(hours)

    @invariant()
    def the_laws_hold(self) -> None:
        if hasattr(self, "walk"):
            self.walk.check()


@pytest.mark.parametrize("book_id", IDS)
def test_R01_the_laws_hold_after_every_action(book_id: str) -> None:
    machine = type(f"LawsOf{book_id.title().replace('-', '')}", (Laws,), {"book_id": book_id})
    case = machine.TestCase
    case.settings = settings(
        max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case().runTest()


@pytest.mark.parametrize("book_id", IDS)
def test_R01_random_walks_come_to_an_end(book_id: str) -> None:
    """From allowed actions alone every ticket ends, and none gets stuck."""
    for seed in range(6):
        walk = Walk(book_id, seed)
        for turn in range(400):
            if not walk.picture.is_open:
                break
            if turn == 80:
                walk.patience = 0
            walk.legal()
            if walk.dice.random() < 0.15:
                walk.wait(walk.dice.choice([0.5, 4, 30]))
            walk.check()
        assert not walk.picture.is_open, f"{book_id} seed {seed}: still {walk.picture.state}"
