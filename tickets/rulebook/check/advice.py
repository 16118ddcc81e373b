"""Proof 6: what is not wrong but worth a look (§11.10)."""

from __future__ import annotations

from tickets.rulebook.check.scope import Scope
from tickets.rulebook.compiled import PROMISE, Ask, End, Next, Recall
from tickets.rulebook.problems import Problems


def advise(scope: Scope, problems: Problems) -> None:
    book = scope.book
    effects = [effect for action in book.actions.values() for effect in action.then]
    effects += [effect for chain in book.alarms.values() for moment in chain.moments for effect in moment.then]
    advise_sides(scope, problems)
    advise_unused(scope, problems, {effect.end for effect in effects if isinstance(effect, End)})
    given = {effect.step for effect in effects if isinstance(effect, Next | Ask) and effect.limit}
    for kind, step in book.steps.items():
        if step.limit is None and kind not in given:
            problems.add(f"steps.{kind}", "no_limit")
        if book.barrier == "unit" and step.at and "respondent" in step.at.parts:
            problems.add(f"steps.{kind}", "unit_respondent")
    if PROMISE not in book.clocks:
        problems.add("clocks", "no_promise")


def advise_sides(scope: Scope, problems: Problems) -> None:
    """A side step that a step asked for blocks it until the answer comes, or until it is recalled."""
    book = scope.book
    recalled = {effect.step for one in book.actions.values() for effect in one.then if isinstance(effect, Recall)}
    for action in book.actions.values():
        for effect in action.then if action.from_steps else ():
            if isinstance(effect, Ask) and book.steps[effect.step].side and effect.step not in recalled:
                problems.add(f"steps.{effect.step}", "never_recalled")


def advise_unused(scope: Scope, problems: Problems, ends: set[str]) -> None:
    book = scope.book
    for section, names, used in (
        ("roles", book.roles, scope.used_roles),
        ("tables", book.tables, set(scope.used_tables)),
        ("ends", book.ends, ends),
    ):
        for name in names:
            if name not in used:
                problems.add(f"{section}.{name}", "unused")
    for name in book.alarms:
        if name not in scope.used_alarms:
            problems.add(f"alarms.{name}", "unused")
