"""A rulebook's values as words in the reader's language."""

from __future__ import annotations

from typing import Any

from tickets.core import rules
from tickets.rulebook.compiled import Book, Field


def choice_word(book: Book, name: str, value: Any, language: str) -> str:
    """The title of a value of a field's vocabulary; the value itself where it has none."""
    field = book.fields.get(name)
    if field is not None and isinstance(value, str) and value in field.choices:
        return field.choices[value].say(language)
    return str(value or "")


def field_title(book: Book, name: str, language: str) -> str:
    field = book.fields.get(name)
    return field.title.say(language) if field else name


def step_word(book: Book, kind: str, language: str) -> str:
    return rules.step_title(book, kind).say(language) if kind == "approval" or kind in book.steps else kind


def clock_word(book: Book, name: str, language: str) -> str:
    if name in book.clocks:
        return book.clocks[name].title.say(language)
    return step_word(book, name, language)


def about(book: Book, facts: dict[str, Any], language: str) -> str:
    """固定电话 / 计费 · 省级: business, type, grade."""
    kinds = [choice_word(book, name, facts.get(name), language) for name in ("business_type", "complaint_type")]
    grade = [choice_word(book, name, facts.get(name), language) for name in ("grade", "severity")]
    return " · ".join(filter(None, [" / ".join(filter(None, kinds)), *grade]))


def state_title(book: Book, state: str, step_kind: str, language: str) -> str:
    """What the ticket is at: its main step while it is open, its end afterwards."""
    if step_kind:
        return step_word(book, step_kind, language)
    return book.ends[state].say(language) if state in book.ends else state


def is_personal(field: Field | None) -> bool:
    return field is not None and field.personal
