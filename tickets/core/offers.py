"""What a person can do on a ticket now, and what they can't and why: buttons, API and guards agree (one function)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..rulebook.compiled import (
    APPROVAL,
    APPROVE,
    REJECT,
    Action,
    Ask,
    Back,
    Book,
    End,
    Field,
    HolderSpec,
    Need,
    Next,
    Set,
    Title,
    described_choices,
)
from . import rules
from .conditions import View, possible
from .explain import condition_unmet
from .holders import ROUTED_BY, Search, find
from .picture import Picture, StepView
from .rules import Actor
from .sentences import Refused
from .world import World

RESERVED = {
    "to": Field("to", Title("接收单位", "Receiving unit"), "unit"),
    "assignee": Field("assignee", Title("处理人", "Handler"), "person"),
    "until": Field("until", Title("新的时限", "New time limit"), "datetime"),
    "reason": Field("reason", Title("理由", "Reason")),
}


@dataclass(slots=True)
class Offer:
    """An action that this person has on this ticket; `refused` says why not now."""

    action: Action
    step: StepView | None
    fields: list[OfferedField] = field(default_factory=list)
    refused: Refused | None = None


@dataclass(slots=True)
class OfferedField:
    field: Field
    required: bool
    need: Need
    choices: Sequence[tuple[str, Title]] | None = None


def offers(book: Book, picture: Picture, *, actor: Actor, world: World, at: datetime) -> list[Offer]:
    """In the rulebook's order, main step first. Nothing for a party."""
    if rules.is_party(book, picture, actor.id, world, at):
        return []
    return [
        _offer(book, picture, action, step, actor, world, at)
        for action, step in _open_to(book, picture, actor, world, at)
    ]


def offered_names(
    book: Book, picture: Picture, *, actor: Actor, world: World, at: datetime
) -> Iterator[tuple[Action, StepView | None]]:
    """What `offers` would offer and not refuse, without the fields and their choices: for lists."""
    if rules.is_party(book, picture, actor.id, world, at):
        return
    for action, step in _open_to(book, picture, actor, world, at):
        view = rules.view_of(book, picture, step, world, at)
        if _refusal(book, picture, action, step, view, actor, world) is None:
            yield action, step


def _open_to(
    book: Book, picture: Picture, actor: Actor, world: World, at: datetime
) -> Iterator[tuple[Action, StepView | None]]:
    for action, step in _candidates(book, picture):
        if rules.can_go_back(action, step) and rules.may_act(book, picture, action, step, actor, world, at):
            yield action, step


def _candidates(book: Book, picture: Picture) -> Iterator[tuple[Action, StepView | None]]:
    if not picture.is_open:
        yield from ((action, None) for action in book.actions_of_end.get(picture.state, ()))
        return
    main = picture.main
    if main is not None:
        yield from ((action, main) for action in book.actions_of_step.get(main.kind, ()))
    for step in picture.open_steps():
        if step.kind == APPROVAL:
            yield from ((rules.APPROVAL_ACTIONS[name], step) for name in (APPROVE, REJECT))
        elif step.side:
            yield from ((action, step) for action in book.actions_of_step.get(step.kind, ()))
    if main is not None:
        seen = {action.name for action in book.actions_of_step.get(main.kind, ())}
        yield from ((action, main) for action in book.actions_of_ticket if action.name not in seen)


def _offer(
    book: Book, picture: Picture, action: Action, step: StepView | None, actor: Actor, world: World, at: datetime
) -> Offer:
    view = rules.view_of(book, picture, step, world, at)
    offer = Offer(action, step, refused=_refusal(book, picture, action, step, view, actor, world))
    if offer.refused is not None:
        return offer
    offer.fields = [
        _offered(book, picture, action, need, step, view, actor, world, at)
        for need in action.fields
        if not need.required or possible(need.when, view, {other.field for other in action.fields})
    ]
    return offer


def _refusal(
    book: Book, picture: Picture, action: Action, step: StepView | None, view: View, actor: Actor, world: World
) -> Refused | None:
    """Why the action can't be done now, whatever is given."""
    if not possible(action.when, view, {need.field for need in action.fields}):
        return Refused("condition", condition_unmet(action, view, world.calendar.zone))
    if step is not None:
        try:
            rules.require_sense(book, picture, action, step)
            if _must_move(book, action):
                rules.require_not_waiting(book, picture, step, world)
        except Refused as refused:
            return refused
    if any(need.field == "to" for need in action.fields):
        return None
    return _gap(book, picture, action, step, view, actor, world)


def _must_move(book: Book, action: Action) -> bool:
    """Whatever is given, the action moves its step on; recall or end would not have to wait (law 2)."""
    moves = [effect for effect in action.then if rules.moves_main(book, effect)]
    free = [effect for effect in action.then if isinstance(effect, End) or type(effect).__name__ == "Recall"]
    return bool(moves) and not free and any(not effect.when for effect in moves)


def _offered(
    book: Book,
    picture: Picture,
    action: Action,
    need: Need,
    step: StepView | None,
    view: View,
    actor: Actor,
    world: World,
    at: datetime,
) -> OfferedField:
    known = book.fields.get(need.field) or RESERVED.get(need.field) or Field(need.field, Title(need.field))
    required = need.required
    choices: Sequence[tuple[str, Title]] | None = None
    if need.field == "to":
        choices = _units(book, picture, action, step, world)
        required = required or _gap(book, picture, action, step, view, actor, world) is not None
    elif need.field == "assignee":
        choices = _assignees(book, picture, step, world)
    elif known.type == "unit":
        choices = [(unit.code, Title(unit.name, unit.name_en)) for unit in world.units.values() if unit.is_open]
    elif known.type == "person":
        choices = [(p.username, Title(p.name)) for p in world.people.values()]
    elif known.choices:
        choices = known.listed
    return OfferedField(known, required, need, choices)


def _target_roles(book: Book, action: Action, step: StepView | None) -> tuple[str, frozenset[str]]:
    """The step that `to` chooses a unit for, and who must be there."""
    for effect in action.then:
        if isinstance(effect, Ask | Next):
            return effect.step, book.steps[effect.step].by
    return (step.kind, book.steps[step.kind].by) if step is not None and step.kind in book.steps else ("", frozenset())


def _units(
    book: Book, picture: Picture, action: Action, step: StepView | None, world: World
) -> list[tuple[str, Title]]:
    kind, roles = _target_roles(book, action, step)
    barred = rules.barred_from(book, picture, kind, world)
    search = Search(book, world, View(book, picture, picture.received_at), roles, picture.received_unit, barred)
    return [(unit.code, Title(unit.name, unit.name_en)) for unit in world.staffed(roles) if search.takes(unit)]


def _gap(
    book: Book, picture: Picture, action: Action, step: StepView | None, view: View, actor: Actor, world: World
) -> Refused | None:
    """Nobody would get the work, whatever is given beside `to`: a hole in the routing table, or four eyes too few."""
    move = next((effect for effect in action.then if isinstance(effect, Ask | Next | End | Back)), None)
    if not isinstance(move, Ask | Next) or move.when:
        return None
    rule = book.steps[move.step]
    at = move.at or rule.at
    if at is not None and _hangs_on_given(book, action, at):
        return None
    barred = rules.barred_from(book, picture, move.step, world)
    if step is not None and step.kind in rule.not_by:
        barred |= {actor.id}  # by this very act
    base = step.unit if step is not None else picture.received_unit
    search = Search(book, world, view, rule.by, base, barred)
    if at is None:
        stays = any(search.takes(world.units[unit]) for unit in reversed(world.units[base].path))
        return None if stays else rules.no_holder(rule.title, move.step)
    try:
        find(at, search)
    except Refused as refused:
        return refused
    return None


def _hangs_on_given(book: Book, action: Action, at: HolderSpec) -> bool:
    """The holder follows a table over a field that this very action gives or sets."""
    changed = {need.field for need in action.fields}
    changed |= {name for effect in action.then if isinstance(effect, Set) for name in effect.values}
    read = book.reads_of(at.parts) | (ROUTED_BY if "route" in at.parts else frozenset())
    return bool(read & changed)


def _assignees(book: Book, picture: Picture, step: StepView | None, world: World) -> list[tuple[str, Title]]:
    if step is None:
        return []
    barred = rules.barred_from(book, picture, step.kind, world)
    people = world.placed(rules.roles_of_step(book, step), step.unit)
    return [(world.people[p].username, Title(world.people[p].name)) for p in people if p not in barred]


def describe(offer: Offer, language: str) -> dict[str, Any]:
    """One allowed action as the API shows it (REST contract: a client that knows no rulebook can drive any ticket)."""
    return {
        "action": offer.action.name,
        "step": offer.step.id if offer.step else None,
        "title": offer.action.title.say(language),
        "fields": [describe_field(one, language) for one in offer.fields],
    }


def describe_field(one: OfferedField, language: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": one.field.name,
        "type": one.field.type,
        "required": one.required,
        "title": one.field.title.say(language),
        "choices": _described_choices(one, language),
    }
    if one.need.when:
        described["when"] = written(one.need.when)
    return described


def _described_choices(one: OfferedField, language: str) -> list[dict[str, Any]] | None:
    if one.choices is None:
        return None
    if one.choices is one.field.listed:
        return one.field.described(language)
    return described_choices(one.choices, language)


def written(condition: Any) -> dict[str, Any]:
    """A condition as a client reads it: the words of the rulebook language."""
    from ..rulebook.compiled import AnyOf, ClockIs, Has, OneOf, Threshold

    out: dict[str, Any] = {}
    for test in condition.tests:
        match test:
            case OneOf(fact, values):
                listed = sorted(values, key=str)
                out[fact] = listed[0] if len(listed) == 1 else listed
            case Threshold(fact, least, most):
                bounds = {"min": least, "max": most}
                out[fact] = {word: bound for word, bound in bounds.items() if bound is not None}
            case Has(fields):
                out["has"] = list(fields)
            case ClockIs(clock, states):
                out.setdefault("clock", {})[clock] = sorted(states)
            case AnyOf(options):
                out["any"] = [written(option) for option in options]
    return out
