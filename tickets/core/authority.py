"""Authority on the spot (doc 3 §2.5.5): which acts a table of the rulebook bounds, and whose level is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..rulebook.compiled import Action, Book, Set, Threshold
from .conditions import View, lookup
from .sentences import Say


@dataclass(frozen=True, slots=True)
class Authority:
    """An amount that a table bounds."""

    field: str
    table: str


def authority_acts(book: Book) -> dict[str, Authority]:
    """The acts of the book by which somebody grants something at once, by name."""
    return {name: bound for name, act in book.actions.items() if (bound := authority_of(book, act)) is not None}


def authority_of(book: Book, action: Action) -> Authority | None:
    asked = {need.field for need in action.fields}
    for test in action.when.tests:
        if isinstance(test, Threshold) and isinstance(test.most, str) and test.fact in asked:
            return Authority(test.fact, test.most)
    return None


def level_needed(view: View, action: Action) -> Say | None:
    """Whose level could grant this amount; None where the amount is not what stands in the way.

    The level is the column of the table that the rulebook itself sets; another value of it may allow more.
    """
    bound = authority_of(view.book, action)
    amount = view.fact(bound.field) if bound else None
    if bound is None or isinstance(amount, bool) or not isinstance(amount, int | float):
        return None
    table = view.book.tables[bound.table]
    own = lookup(table, view)
    if not isinstance(own, int | float) or amount <= own:
        return None
    for column in (name for name in table.by if name in set_fields(view.book)):
        for value, title in view.book.fields[column].choices.items():
            most = lookup(table, replace(view, given={**(view.given or {}), column: value}))
            if isinstance(most, int | float) and amount <= most:
                return Say(
                    f"您的授权额度是 {own:g}，{amount:g} 要由“{title.zh}”授权（额度 {most:g}）",
                    f'You may grant {own:g}; {amount:g} needs the level "{title.en or value}" (up to {most:g})',
                )
    return Say(
        f"您的授权额度是 {own:g}，{amount:g} 超过各级现场授权，要转上级处理",
        f"You may grant {own:g}; {amount:g} is above every level on the spot: pass the ticket on",
    )


def set_fields(book: Book) -> set[str]:
    """The fields with choices that effects set: nobody types them in."""
    effects = (effect for action in book.actions.values() for effect in action.then if isinstance(effect, Set))
    names = {name for effect in effects for name in effect.values}
    return {name for name in names if name in book.fields and book.fields[name].choices}
