"""The documents of a rulebook: every place can be filled, and what stays inside the house does not go to a customer."""

from __future__ import annotations

from tickets.rulebook.check.scope import Scope
from tickets.rulebook.compiled import Book
from tickets.rulebook.paper_rules import (
    CUSTOMER,
    INNER_TABLES,
    OF_ACTION,
    OF_CLOCK,
    OF_STEP,
    PLACES,
    PaperRule,
    places_of,
)


def check_papers(scope: Scope) -> None:
    for rule in scope.book.papers.values():
        check_paper(rule, scope)


def check_paper(rule: PaperRule, scope: Scope) -> None:
    place = f"papers.{rule.name}"
    scope.condition(rule.when, f"{place}.when")
    scope.roles(rule.by, f"{place}.by")
    if rule.field:
        check_field(rule.field, f"{place}.field", scope)
    for where, text in rule.texts():
        for name in places_of(text):
            check_place(name, f"{place}.{where}", scope)
    for number, part in enumerate(rule.parts, 1):
        scope.condition(part.when, f"{place}.parts[{number}].when")
        if rule.audience == CUSTOMER and part.table in INNER_TABLES:
            scope.problems.add(f"{place}.parts[{number}]", "inner_table", name=part.table)


def check_field(name: str, place: str, scope: Scope) -> None:
    if scope.known(name, "field", scope.book.fields, place) and scope.book.fields[name].type != "file":
        scope.problems.add(place, "not_file", name=name)


def check_place(name: str, place: str, scope: Scope) -> None:
    """`number`, a field, `done.x`, or `action.x.at`, `step.x.unit`, `clock.x.due`."""
    kind, _, rest = name.partition(".")
    own, _, what = rest.partition(".")
    book = scope.book
    match kind:
        case "action" if scope.known(own, "action", book.actions, place):
            scope.known(what, "place", (*OF_ACTION, *asked(own, book)), place)
        case "step" if rest and scope.known(own, "step", book.steps, place):
            scope.known(what, "place", OF_STEP, place)
        case "clock" if rest and scope.known(own, "clock", book.clocks, place):
            scope.known(what, "place", OF_CLOCK, place)
        case "done":
            scope.known(rest, "action", book.actions, place)
        case "action" | "clock":
            pass  # told above
        case _ if not (kind == "step" and rest):
            scope.known(name, "place", (*PLACES, *scope.facts), place)


def asked(action: str, book: Book) -> tuple[str, ...]:
    return tuple(need.field for need in book.actions[action].fields)
