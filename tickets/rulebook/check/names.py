"""Proof 1: every name that a rulebook uses is there, and fits where it stands (§11.10)."""

from __future__ import annotations

from collections.abc import Iterable

from tickets.rulebook import keepers, words
from tickets.rulebook.check.effects import Origin, check_effects
from tickets.rulebook.check.papers import check_papers
from tickets.rulebook.check.scope import CONDITION_WORDS, Scope, fits
from tickets.rulebook.compiled import (
    ASKED,
    REGISTER,
    STEP_CLOCK,
    Action,
    Alike,
    Book,
    Clock,
    End,
    Next,
    Penalty,
    Record,
    Step,
)
from tickets.rulebook.problems import Problems


def check_names(book: Book, problems: Problems) -> Scope:
    """Report unknown names and misfits; the scope knows afterwards what is used."""
    scope = Scope(book, problems)
    check_fields(scope)
    check_tables(scope)
    check_messages(scope)
    for step in book.steps.values():
        check_step(step, scope)
    for action in book.actions.values():
        check_action(action, scope)
    for clock in book.clocks.values():
        check_clock(clock, scope)
    check_alarms(scope)
    check_register(scope)
    check_data(scope)
    check_papers(scope)
    return scope


def check_fields(scope: Scope) -> None:
    for name, field in scope.book.fields.items():
        if name in CONDITION_WORDS:
            scope.problems.add(f"fields.{name}", "reserved", name=name)
        if field.default is not None and not fits(field, field.default):
            scope.bad_value(name, field.default, field.choices, f"fields.{name}.default")


def check_tables(scope: Scope) -> None:
    for name, table in scope.book.tables.items():
        place = f"tables.{name}"
        known = [scope.fact(column, f"{place}.by") for column in table.by]
        for number, row in enumerate(table.rows, 1):
            for column, cell, ok in zip(table.by, row.cells, known, strict=True):
                for value in sorted(cell or (), key=str) if ok else ():
                    scope.value(column, value, f"{place}.rows[{number}]")


def check_messages(scope: Scope) -> None:
    places = (*words.PLACES, *scope.facts)
    for name, message in scope.book.messages.items():
        for way in message.ways:
            scope.known(way, "way", words.WAYS, f"messages.{name}.ways")
        for place in sorted(message.places):
            scope.known(place, "place", places, f"messages.{name}.text")


def check_step(step: Step, scope: Scope) -> None:
    place = f"steps.{step.kind}"
    if not step.by:
        scope.problems.add(place, "no_role", name=step.kind)
    scope.roles(step.by, f"{place}.by")
    scope.holder(step.at, f"{place}.at")
    scope.limit(step.limit, place, rest=True)
    scope.condition(step.target, f"{place}.target") if step.target else None
    for kind in sorted(step.not_by):
        scope.known(kind, "step", scope.book.steps, f"{place}.not_by")
    check_extends(step.extends, place, scope)
    check_chain(step.alarm, place, scope)
    if step.answered and scope.known(step.answered, "step", scope.book.steps, f"{place}.answered"):
        if step.side:
            scope.problems.add(place, "side_answered")
        elif scope.book.steps[step.answered].side:
            scope.problems.add(place, "answered_side", name=step.answered)


def check_extends(names: Iterable[str], place: str, scope: Scope) -> None:
    for name in sorted(names):
        if scope.known(name, "action", scope.book.actions, f"{place}.extends"):
            action = scope.book.actions[name]
            if "until" not in asked_fields(action):
                scope.problems.add(place, "extends_without_until", name=name)


def asked_fields(action: Action) -> frozenset[str]:
    return frozenset(need.field for need in action.fields)


def check_chain(name: str, place: str, scope: Scope) -> None:
    if scope.known(name, "chain of moments", scope.book.alarms, f"{place}.alarm"):
        scope.used_alarms.add(name)


# ── actions ──────────────────────────────────────────────────────────────────────────────────────────


def check_action(action: Action, scope: Scope) -> None:
    place = f"actions.{action.name}"
    check_who(action, place, scope)
    for need in action.fields:
        scope.known(need.field, "field", scope.book.fields, f"{place}.{'needs' if need.required else 'may'}")
        scope.condition(need.when, f"{place}.{'needs' if need.required else 'may'}")
    scope.condition(action.when, f"{place}.when")
    asks_to = "to" in asked_fields(action)
    check_effects(action.then, f"{place}.then", origins_of(action, scope), scope, asks_to=asks_to)
    if action.approval:
        scope.holder(action.approval.at, f"{place}.approval.at")
        scope.roles(action.approval.by, f"{place}.approval.by")
        scope.limit(action.approval.limit, f"{place}.approval.limit", rest=False)
        scope.known(ASKED, "message", scope.book.messages, f"{place}.approval")


def check_who(action: Action, place: str, scope: Scope) -> None:
    """Each origin has a role that may do it: the action's own, or the step's."""
    if action.of_top and (action.from_start or action.from_steps):
        scope.problems.add(place, "of_top_here", name=min(action.of_top))
    if action.by:
        scope.roles(action.by, f"{place}.by")
        return
    if action.by is not None or action.from_start or action.from_ticket or action.from_ends:
        origin = next(iter(sorted(action.from_steps | action.from_ends)), "ticket" if action.from_ticket else "start")
        scope.problems.add(place, "no_role", name=origin)


def origins_of(action: Action, scope: Scope) -> frozenset[Origin]:
    found = {Origin.SIDE if scope.book.steps[kind].side else Origin.MAIN for kind in action.from_steps}
    if action.from_ticket:
        found.add(Origin.MAIN)
    if action.from_start:
        found.add(Origin.START)
    if action.from_ends:
        found.add(Origin.END)
    return frozenset(found)


def check_register(scope: Scope) -> None:
    register = scope.book.actions.get(REGISTER)
    if register is None or not register.from_start:
        scope.problems.add("actions", "no_register")
        return
    if not any(isinstance(effect, Next | End) and not effect.when for effect in register.then):
        scope.problems.add(f"actions.{REGISTER}", "start_move")
    for name, action in scope.book.actions.items():
        if action.from_start and name != REGISTER:
            scope.problems.add(f"actions.{name}", "other_start")


# ── clocks, alarms, data ─────────────────────────────────────────────────────────────────────────────


def check_clock(clock: Clock, scope: Scope) -> None:
    place = f"clocks.{clock.name}"
    for verb in ("starts", "stops", "resumes"):
        for event in sorted(getattr(clock, verb)):
            check_event(event, f"{place}.{verb}", scope)
    scope.limit(clock.limit, place, rest=False)
    scope.condition(clock.target, f"{place}.target") if clock.target else None
    check_extends(clock.extends, place, scope)
    check_chain(clock.alarm, place, scope)


def check_event(event: str, place: str, scope: Scope) -> None:
    book = scope.book
    if event in book.actions:
        return
    due = [f"{name}{words.DUE}" for name in (*book.clocks, *book.steps) if name != STEP_CLOCK]
    scope.known(event, "action or <clock>.due", (*book.actions, *due), place)


def check_alarms(scope: Scope) -> None:
    for name, chain in scope.book.alarms.items():
        origins = chain_origins(name, scope.book)
        for moment in chain.moments:
            place = f"alarms.{name}.{moment.key}"
            check_effects(moment.then, place, origins, scope, asks_to=None)


def chain_origins(name: str, book: Book) -> frozenset[Origin]:
    found = {Origin.SIDE if step.side else Origin.MAIN for step in book.steps.values() if step.alarm == name}
    if any(clock.alarm == name for clock in book.clocks.values()):
        found.add(Origin.MAIN)
    return frozenset(found)


def check_data(scope: Scope) -> None:
    """Order of work, penalties and reports: data that others read."""
    for number, row in enumerate(scope.book.priority, 1):
        scope.condition(row.when, f"priority[{number}].when")
    for name, penalty in scope.book.penalties.items():
        scope.condition(penalty.when, f"penalties.{name}.when")
        check_penalty(penalty, f"penalties.{name}", scope)
    for name, report in scope.book.reports.items():
        scope.roles(report.by, f"reports.{name}.by")
        scope.roles((one for one in report.to if one != "regulator"), f"reports.{name}.to")
    for record in scope.book.records.values():
        check_record(record, scope)
    for alike in scope.book.alike.values():
        check_alike(alike, scope)
    scope.roles(scope.book.library, "rulebook.library")
    scope.roles(scope.book.glass.by, "rulebook.glass.by")
    scope.roles(scope.book.retention.by, "rulebook.retention.by")


def check_alike(alike: Alike, scope: Scope) -> None:
    """What must be the same is a fact that a ticket's row shows in plain, and the number goes into a number."""
    place, fields = f"alike.{alike.name}", scope.book.fields
    hidden = {name for name, field in fields.items() if field.of_step or field.personal}
    plain = [words.SAME_CUSTOMER, *(name for name in scope.facts if name not in hidden)]
    for name in alike.same:
        scope.known(name, "fact", plain, f"{place}.same")
    for name in sorted(alike.on):
        scope.known(name, "action", scope.book.actions, f"{place}.on")
    numbers = [name for name, field in fields.items() if field.type == "number"]
    scope.known(alike.count, "number field", numbers, f"{place}.count")


def check_penalty(penalty: Penalty, place: str, scope: Scope) -> None:
    """Who decides it, who decides after them, who is told, and whom it is about."""
    for word, roles in (("by", penalty.by), ("above", penalty.above), ("tell", penalty.tell)):
        scope.roles(roles, f"{place}.{word}")
    named = [name for name, field in scope.book.fields.items() if field.type in ("person", "unit")]
    for name in penalty.of:
        scope.known(name, "field", (*words.PARTIES, *named), f"{place}.of")


def check_record(record: Record, scope: Scope) -> None:
    """A record is known to a room of this installation, its words too, and its actions, fields and clocks are there."""
    place, book = f"records.{record.name}", scope.book
    if scope.known(record.name, "record", keepers.names(), place):
        for word in sorted({*record.keep, *record.clocks}):
            scope.known(word, "word", keepers.words_of(record.name), place)
    for action in sorted(record.on):
        scope.known(action, "action", book.actions, f"{place}.on")
    for word, fields in record.keep.items():
        for name in fields:
            scope.known(name, "field", scope.facts, f"{place}.keep.{word}")
    for word, clock in record.clocks.items():
        scope.known(clock, "clock", book.clocks, f"{place}.clocks.{word}")
    scope.condition(record.when, f"{place}.when")
