"""All abstract tickets of a rulebook: main step, stack of askers, capped counts, state of the promise (§11.10, 4).

What a person may fill in is open here: a condition on it may hold or not, and both ways are followed. Shared with the
engine: guards are judged before the action is counted, effects after; the first move whose condition holds is taken;
`back` is not offered where nobody asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeGuard

from tickets.rulebook import words
from tickets.rulebook.check.chances import Chance, caps_of, chance
from tickets.rulebook.compiled import (
    PROMISE,
    REGISTER,
    Action,
    Ask,
    Back,
    Book,
    Clock,
    Condition,
    Effect,
    End,
    Next,
)

DEEPEST = 6
MOST_STATES = 60_000
Move = Next | Ask | Back | End


class State(NamedTuple):
    """One abstract ticket. `kind` is the main step's; for an ended ticket it is the end, and `ended` is true."""

    kind: str
    stack: tuple[str, ...]
    promise: str  # none, running, stopped
    counts: tuple[int, ...]
    ended: bool = False


class Edge(NamedTuple):
    source: int  # -1: the ticket begins
    event: str  # an action, or `<name>.due`
    move: Move | None
    target: int


class Branch(NamedTuple):
    """What an event may do at a step, whoever asked: the move taken and what is counted then."""

    event: str
    move: Move | None
    promise: str
    counts: tuple[int, ...]


@dataclass
class Space:
    """The explored states and edges, with what went wrong on the way."""

    book: Book
    states: list[State] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    parents: list[tuple[int, str]] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)  # askers that got an answer
    unanswered: dict[str, tuple[int, str]] = field(default_factory=dict)  # askers with none, and how they got there
    running: dict[int, tuple[int, str]] = field(default_factory=dict)  # closed with a running promise
    complete: bool = True

    def trace(self, state: int, event: str = "") -> str:
        """The shortest way there: `register → submit → dispatch`."""
        events = [event] if event else []
        while state >= 0:
            state, last = self.parents[state]
            events.append(last)
        return " → ".join(reversed(events))

    @property
    def kinds(self) -> set[str]:
        return {state.kind for state in self.states if not state.ended}

    @property
    def events(self) -> set[str]:
        return {edge.event for edge in self.edges}


def explore(book: Book) -> Space:
    return Explorer(book).run()


class Explorer:
    def __init__(self, book: Book) -> None:
        self.book = book
        self.space = Space(book)
        self.caps = caps_of(book)
        self.names = tuple(self.caps)
        self.promise: Clock | None = book.clocks.get(PROMISE)
        self.index: dict[State, int] = {}
        self.queue: deque[int] = deque()
        self.branches: dict[tuple[object, ...], list[Branch]] = {}
        self.beside = tuple(one for one in book.actions.values() if self.acts_from_beside(one))

    def run(self) -> Space:
        register = self.book.actions[REGISTER]
        for branch in self.branches_of(register, "", "none", (0,) * len(self.names)):
            self.follow(-1, (), branch)
        while self.queue and self.space.complete:
            self.expand(self.queue.popleft())
        return self.space

    def acts_from_beside(self, action: Action) -> bool:
        """A side step's action that the main line feels: it is counted, moves the promise, or ends the ticket."""
        if not any(self.book.steps[kind].side for kind in action.from_steps):
            return False
        clock = self.promise
        feels = clock and action.name in clock.starts | clock.stops | clock.resumes
        return bool(feels) or action.name in self.caps or any(isinstance(one, End) for one in action.then)

    # ── one state ──
    def expand(self, number: int) -> None:
        state = self.space.states[number]
        key = (state.kind, state.promise, state.counts, state.ended)
        if key not in self.branches:
            self.branches[key] = list(self.all_branches(state))
        for branch in self.branches[key]:
            self.follow(number, state.stack, branch)

    def all_branches(self, state: State) -> Iterator[Branch]:
        if state.ended:
            for action in self.book.actions_of_end.get(state.kind, ()):
                yield from self.branches_of(action, "", state.promise, state.counts)
            return
        own = self.book.actions_of_step.get(state.kind, ())
        for action in (*own, *self.book.actions_of_ticket):
            yield from self.branches_of(action, state.kind, state.promise, state.counts)
        for action in self.beside:
            if action not in own:
                yield from self.branches_of(action, state.kind, state.promise, state.counts, only_end=True)
        yield from self.moments(state)

    def branches_of(
        self, action: Action, kind: str, promise: str, counts: tuple[int, ...], *, only_end: bool = False
    ) -> Iterator[Branch]:
        if not self.chance(action.when, kind, promise, counts).may_hold:
            return
        after = self.count(action.name, counts)
        moved = self.promise_after(action.name, promise)
        then = tuple(one for one in action.then if isinstance(one, End)) if only_end else action.then
        for move in self.moves(then, kind, promise, after):
            yield Branch(action.name, move, moved, after)

    def moments(self, state: State) -> Iterator[Branch]:
        """What the watch does by itself: moments that move the ticket or the promise."""
        step = self.book.steps[state.kind]
        clocks = [(step.kind, step.alarm)] if step.limit else []
        clocks += [(name, clock.alarm) for name, clock in self.book.clocks.items()]
        for name, alarm in clocks:
            if name == PROMISE and state.promise != "running":
                continue
            event = f"{name}{words.DUE}"
            promise = self.promise_after(event, state.promise)
            for moment in self.book.alarms[alarm].moments:
                for move in self.moves(moment.then, state.kind, state.promise, state.counts):
                    if move is not None or promise != state.promise:
                        yield Branch(event, move, promise, state.counts)

    def moves(
        self, then: tuple[Effect, ...], kind: str, promise: str, counts: tuple[int, ...]
    ) -> Iterator[Move | None]:
        """The moves that may be taken: the first that holds, so none after one that surely does."""
        for effect in then:
            if not is_move(effect, self.book):
                continue
            found = self.chance(effect.when, kind, promise, counts)
            if found.may_hold:
                yield effect
            if not found.may_fail:
                return
        yield None

    def chance(self, condition: Condition, kind: str, promise: str, counts: tuple[int, ...]) -> Chance:
        return chance(condition, kind, promise, dict(zip(self.names, counts, strict=True)))

    def count(self, name: str, counts: tuple[int, ...]) -> tuple[int, ...]:
        if name not in self.caps:
            return counts
        place = self.names.index(name)
        return (*counts[:place], min(counts[place] + 1, self.caps[name]), *counts[place + 1 :])

    def promise_after(self, event: str, state: str) -> str:
        """Stop, resume, start: the order in which the engine does it."""
        clock = self.promise
        if clock is None:
            return state
        if event in clock.stops and state == "running":
            state = "stopped"
        if event in clock.resumes and state == "stopped":
            state = "running"
        return "running" if event in clock.starts else state

    # ── following a branch ──
    def follow(self, source: int, stack: tuple[str, ...], branch: Branch) -> None:
        here = self.space.states[source] if source >= 0 else None
        found = self.after(source, here, stack, branch)
        if found is None:
            return
        target = self.number_of(found, source, branch.event)
        self.space.edges.append(Edge(source, branch.event, branch.move, target))
        if found.ended and found.kind == words.CLOSED and found.promise == "running":
            self.space.running.setdefault(source, (source, branch.event))

    def after(self, source: int, here: State | None, stack: tuple[str, ...], branch: Branch) -> State | None:
        move = branch.move
        match move:
            case None:
                return here and State(here.kind, stack, branch.promise, branch.counts, here.ended)
            case End(end):
                return State(end, (), branch.promise, branch.counts, ended=True)
            case Next(kind, free=free):
                return State(kind, () if free else stack, branch.promise, branch.counts)
            case Ask(kind):
                if here is None or here.ended or len(stack) >= DEEPEST:
                    return None
                return State(kind, (*stack, here.kind), branch.promise, branch.counts)
            case Back(how):
                asker = self.back_to(source, stack, how, branch.event)
                return State(asker, stack[:-1], branch.promise, branch.counts) if asker else None

    def back_to(self, source: int, stack: tuple[str, ...], how: str, event: str) -> str | None:
        if not stack:
            return None
        asker = stack[-1]
        if how == "again":
            return asker
        answered = self.book.steps[asker].answered
        if answered is None:  # an error of its own; going on at the asker keeps it the only one
            self.space.unanswered.setdefault(asker, (source, event))
            return asker
        self.space.answered.add(asker)
        return answered

    def number_of(self, state: State, source: int, event: str) -> int:
        if state not in self.index:
            self.index[state] = len(self.space.states)
            self.space.states.append(state)
            self.space.parents.append((source, event))
            self.queue.append(self.index[state])
            self.space.complete = len(self.space.states) <= MOST_STATES
        return self.index[state]


def is_move(effect: Effect, book: Book) -> TypeGuard[Move]:
    """Does this effect move the main line? Asking a side step does not."""
    if isinstance(effect, Next | Ask):
        return not book.steps[effect.step].side
    return isinstance(effect, Back | End)


def kind_edges(space: Space) -> Mapping[tuple[str, str, str], Move | None]:
    """The edges without stacks and counts: (from kind, event, to kind). Ends and the start are kinds, too."""
    found: dict[tuple[str, str, str], Move | None] = {}
    for edge in space.edges:
        source = space.states[edge.source].kind if edge.source >= 0 else ""
        found.setdefault((source, edge.event, space.states[edge.target].kind), edge.move)
    return found
