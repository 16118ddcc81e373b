"""Whom a message goes to: a unit and the roles there, one person, or the customer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..rulebook.compiled import APPROVAL, Book
from .picture import Picture, StepView
from .rules import parties
from .world import UnitView, World

CUSTOMER, HOLDER, SENDER = "customer", "holder", "sender"


@dataclass(slots=True)
class Told:
    """One receiver of one message."""

    message: str
    customer: bool = False
    unit: int | None = None
    person: int | None = None  # the assignee, where there is one
    roles: tuple[str, ...] = ()
    places: dict[str, Any] = field(default_factory=dict)
    is_holder: bool = False


def receivers(
    message: str,
    to: tuple[str, ...],
    *,
    book: Book,
    picture: Picture,
    step: StepView | None,
    world: World,
    at: datetime,
    places: dict[str, Any] | None = None,
) -> list[Told]:
    """Every receiver once. `step` is the step that acts (or whose clock runs out)."""
    told: dict[tuple[object, ...], Told] = {}
    for word in to:
        for one in _receivers_of(word, book, picture, step, world, at):
            one.message, one.places = message, places or {}
            told.setdefault((one.customer, one.unit, one.person, one.roles), one)
    return list(told.values())


def _receivers_of(
    word: str, book: Book, picture: Picture, step: StepView | None, world: World, at: datetime
) -> Iterator[Told]:
    if word == CUSTOMER:
        yield Told("", customer=True)
        return
    if word == HOLDER:
        holder = step if step is not None and step.is_open else picture.main
        if holder is not None:
            yield _at_step(book, picture, holder, world, at)
        return
    if word == SENDER:
        if step is not None and step.sent_by is not None:
            yield _at_step(book, picture, picture.step(step.sent_by), world, at)
        return
    base = (step or picture.main or picture.steps[-1]).unit
    role, _, place = word.partition(" ")
    held = frozenset(picture.memory.held)
    unit = nearest_with_role(role, place, base, world, barred=parties(book, picture, world), held=held)
    if unit is not None:
        yield Told("", unit=unit.id, roles=(role,))


def _at_step(book: Book, picture: Picture, step: StepView, world: World, at: datetime) -> Told:
    roles = tuple(step.data.get("by", ())) if step.kind == APPROVAL else tuple(sorted(book.steps[step.kind].by))
    person = world.present(step.assignee, at, parties(book, picture, world))
    return Told("", unit=step.unit, person=person, roles=roles, is_holder=True)


def nearest_with_role(
    role: str, place: str, base: int, world: World, barred: Collection[int | None], held: frozenset[int] = frozenset()
) -> UnitView | None:
    """The unit nearest to `base` at which somebody holds the role; tier by tier upwards, never silence (rule 6).

    Of several as near, one that held the ticket: the head who is told is the head of the department that handled it.
    """
    head: UnitView | None
    match place:
        case "of top":
            head = world.top(base)
        case "of above":
            head = world.tier_above(base) or world.tier_head(base)
        case _:
            head = world.tier_head(base)
    while head is not None:
        units = [
            u for u in world.holding_in_tier(role, head) if any(p not in barred for p in world.holding(role, u.id))
        ]
        if units:
            path = world.units[base].path
            shared = {u.id: sum(a == b for a, b in zip(u.path, path, strict=False)) for u in units}
            return min(units, key=lambda u: (-shared[u.id], u.id not in held, u.path))
        head = world.tier_above(head.id)
    return None
