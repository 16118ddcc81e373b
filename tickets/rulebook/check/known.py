"""Proof 2, first half: which fields are surely filled at each step, over all ways in (§11.10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from tickets.rulebook import words
from tickets.rulebook.check.loop import side_kinds
from tickets.rulebook.check.space import Space, kind_edges
from tickets.rulebook.compiled import (
    REGISTER,
    Action,
    Ask,
    Book,
    Effect,
    Next,
    Set,
)

Fields = frozenset[str]
ALWAYS_GIVEN = frozenset({"channel", "content", "received_at"})  # 06: no ticket is created without them


class Known:
    """`at(step)` is what is surely filled there; `after(action, step)` what is when its effects are done."""

    def __init__(self, space: Space) -> None:
        self.book = space.book
        self.space = space
        self.start = ALWAYS_GIVEN | {name for name, field in self.book.fields.items() if field.default is not None}
        self.steps = self.main_steps()
        self.everywhere = meet((self.steps[kind] for kind in space.kinds if kind in self.steps), self.start)
        self.add_side_steps()

    def at(self, kind: str) -> Fields:
        return self.steps.get(kind, self.start)

    def after(self, action: Action) -> Fields:
        """What is surely filled once an action is done, from wherever it may be done."""
        return meet([*self.origins(action)], self.start) | given(action, self.book)

    def origins(self, action: Action) -> Iterator[Fields]:
        if action.from_start:
            yield self.start
        if action.from_ticket:
            yield self.everywhere
        for name in action.from_steps | action.from_ends:
            if name in self.steps:
                yield self.steps[name]

    def main_steps(self) -> dict[str, Fields]:
        """Steps and ends: the least that every way in has filled, worked out until nothing changes."""
        edges = kind_edges(self.space)
        found: dict[str, Fields] = {"": self.start}
        changed = True
        while changed:
            changed = False
            for source, event, target in edges:
                if source not in found:
                    continue
                filled = found[source] | self.given_by(event)
                new = filled if target not in found else found[target] & filled
                if new != found.get(target):
                    found[target], changed = new, True
        del found[""]
        return found

    def given_by(self, event: str) -> Fields:
        action = self.book.actions.get(event)
        return given(action, self.book) if action else frozenset()

    def add_side_steps(self) -> None:
        ways = defaultdict(list)
        for action in self.book.actions.values():
            for effect in action.then:
                if isinstance(effect, Ask | Next) and self.book.steps[effect.step].side:
                    ways[effect.step].append(action)
        for _ in self.book.steps:
            for kind in side_kinds(self.space):
                self.steps[kind] = meet((self.after(action) for action in ways[kind]), self.everywhere)


def meet(ways: Iterable[Fields], otherwise: Fields) -> Fields:
    ways = list(ways)
    return frozenset.intersection(*ways) if ways else otherwise


def given(action: Action, book: Book) -> Fields:
    """Fields that the ticket surely has when the action is done: needed without condition, or set."""
    needed = {need.field for need in action.fields if need.required and not need.when}
    return frozenset(name for name in needed | set_by(action.then) if not of_step(name, book))


def set_by(effects: Iterable[Effect]) -> set[str]:
    return {name for effect in effects if isinstance(effect, Set) and not effect.when for name in effect.values}


def of_step(name: str, book: Book) -> bool:
    return name in book.fields and book.fields[name].of_step


def is_known(fact: str, known: Fields) -> bool:
    return fact == words.STEP_FACT or fact.startswith(words.DONE) or fact in known


def known_at_start(event: str, known: Known) -> Fields:
    """What is surely filled when an event starts a clock."""
    action = known.book.actions.get(event)
    if action is None:
        return known.everywhere
    return known.start | given(action, known.book) if event == REGISTER else known.after(action)
