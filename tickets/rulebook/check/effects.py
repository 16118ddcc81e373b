"""Proof 1, effects: each fits the step, the moment or the start that it is done from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from tickets.rulebook.check.scope import Scope, fits
from tickets.rulebook.compiled import (
    Ask,
    Back,
    Effect,
    End,
    FromTable,
    Next,
    Recall,
    Rectify,
    Set,
    Tell,
)

CHOSEN = "chosen"


class Origin(Enum):
    MAIN = "main"
    SIDE = "side"
    START = "start"
    END = "end"


def check_effects(
    effects: Sequence[Effect], place: str, origins: frozenset[Origin], scope: Scope, *, asks_to: bool | None
) -> None:
    """`asks_to`: whether the action asks for `to`; None at a moment, where nobody can choose."""
    for number, effect in enumerate(effects, 1):
        where = f"{place}[{number}]"
        scope.condition(effect.when, where)
        check_effect(effect, where, scope)
        check_origin(effect, where, origins, scope)
        if isinstance(effect, Next | Ask) and effect.step in scope.book.steps:
            check_chosen(effect, where, scope, asks_to=asks_to)


def check_effect(effect: Effect, place: str, scope: Scope) -> None:
    book = scope.book
    match effect:
        case Next(step, at, limit) | Ask(step, at, limit):
            scope.known(step, "step", book.steps, place)
            scope.holder(at, place)
            scope.limit(limit, place, rest=True)
        case Recall(step):
            if scope.known(step, "step", book.steps, place) and not book.steps[step].side:
                scope.problems.add(place, "recall_main", name=step)
        case End(end):
            scope.known(end, "end", book.ends, place)
        case Rectify(at, _, limit):
            scope.holder(at, place)
            scope.limit(limit, place, rest=False)
        case Set(values):
            check_set(values, place, scope)
        case Tell(message, to):
            scope.known(message, "message", book.messages, place)
            for name in to:
                scope.receiver(name, place)


def check_set(values: Mapping[str, object], place: str, scope: Scope) -> None:
    for name, value in values.items():
        if not isinstance(value, FromTable):
            scope.stored_value(name, value, place)
        elif scope.known(value.table, "table", scope.book.tables, place):
            scope.used_tables[value.table].add(place)
            if scope.known(name, "field", scope.book.fields, place):
                check_table_values(name, value.table, place, scope)


def check_table_values(name: str, table: str, user: str, scope: Scope) -> None:
    for number, row in enumerate(scope.book.tables[table].rows, 1):
        if not fits(scope.book.fields[name], row.value):
            scope.problems.add(f"tables.{table}", "set_value", row=number, value=row.value, name=name, user=user)


def check_origin(effect: Effect, place: str, origins: frozenset[Origin], scope: Scope) -> None:
    verb = type(effect).__name__.lower()
    if isinstance(effect, Ask | Back | Recall):
        if Origin.START in origins:
            scope.problems.add(place, "start_effect", name=verb)
        if Origin.END in origins:
            scope.problems.add(place, "end_effect", name=verb)
    if not isinstance(effect, Next | Ask) or effect.step not in scope.book.steps:
        return
    side = scope.book.steps[effect.step].side
    if isinstance(effect, Next) and side and origins - {Origin.SIDE}:
        scope.problems.add(place, "next_side", name=effect.step)
    if Origin.SIDE in origins and not side:
        code = "next_main" if isinstance(effect, Next) else "ask_main"
        scope.problems.add(place, code, name=effect.step)


def check_chosen(effect: Next | Ask, place: str, scope: Scope, *, asks_to: bool | None) -> None:
    """What opens at `chosen` must ask for `to`; a table may name it for cases that are met elsewhere."""
    holder = effect.at or scope.book.steps[effect.step].at
    if holder is None or CHOSEN not in holder.parts:
        return
    if asks_to is None:
        if holder.parts == (CHOSEN,):
            scope.problems.add(place, "chosen_at_moment")
    elif not asks_to:
        scope.problems.add(place, "chosen_without_to")
