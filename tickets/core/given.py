"""Values given with an action: their types, their choices, and what is missing. All errors at once (422)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..rulebook.compiled import RESERVED_FIELDS, Action, Book, Field, Need
from .conditions import View, has_value, holds
from .sentences import Invalid, Say
from .world import World

LONGEST_TEXT = 20_000
MOST_PARTS = 200
EARLIEST, LATEST = 1900, 2200

MISSING = Say("必填", "Required")


def check_given(book: Book, action: Action, given: dict[str, Any], *, view: View, world: World) -> dict[str, Any]:
    """The values in the form that facts have. Raises Invalid."""
    errors = Invalid()
    known = {need.field for need in action.fields}
    for name in given:
        if name not in known:
            errors.add(name, "这个动作没有这一项", "This action has no such field")
    clean = {
        name: clean_value(book.fields.get(name), name, value, errors, world)
        for name, value in given.items()
        if name in known and has_value(value)
    }
    _check_until(clean, view, errors)
    _check_missing(action.fields, clean, view, errors)
    errors.raise_if_any()
    return clean


def _check_missing(fields: tuple[Need, ...], clean: dict[str, Any], view: View, errors: Invalid) -> None:
    view.given = clean
    for need in fields:
        missing = need.required and not has_value(clean.get(need.field)) and need.field not in errors.errors
        if missing and holds(need.when, view):
            errors.errors.setdefault(need.field, []).append(MISSING)
    view.given = None


def _check_until(clean: dict[str, Any], view: View, errors: Invalid) -> None:
    until = clean.get("until")
    if isinstance(until, str) and "until" not in errors.errors and datetime.fromisoformat(until) <= view.at:
        errors.add("until", "新的时限要晚于现在", "The new time must lie ahead")


def clean_value(field: Field | None, name: str, value: Any, errors: Invalid, world: World) -> Any:
    """One value as a fact; what is wrong with it goes into `errors`."""
    kind = field.type if field else {"to": "unit", "assignee": "person", "until": "datetime"}.get(name, "text")
    if field is not None and field.choices and kind in ("choice", "text"):
        return _choice(field, name, value, errors)
    match kind:
        case "boolean":
            return _of_type(name, value, bool, errors, "要填是或否（true/false）", "Must be true or false")
        case "number":
            return _number(name, value, errors)
        case "datetime":
            return _instant(name, value, errors)
        case "unit":
            return _units(name, value, errors, world)
        case "person":
            return _person(name, value, errors, world)
        case "list":
            return _list(field, name, value, errors)
    return _text(name, value, errors)


def _choice(field: Field, name: str, value: Any, errors: Invalid) -> Any:
    if not isinstance(value, str) or value not in field.choices:
        some = "、".join(list(field.choices)[:30])
        errors.add(name, f"只能选：{some}", f"Must be one of: {some.replace('、', ', ')}")
    return value


def _of_type(name: str, value: Any, kind: type, errors: Invalid, zh: str, en: str) -> Any:
    if not isinstance(value, kind):
        errors.add(name, zh, en)
    return value


def _number(name: str, value: Any, errors: Invalid) -> Any:
    fine = isinstance(value, int | float) and not isinstance(value, bool)
    if not fine or not abs(value) <= 1e12:  # neither does NaN
        errors.add(name, "要填数字", "Must be a number")
    return value


def _instant(name: str, value: Any, errors: Invalid) -> Any:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None:
        errors.add(name, "时间要写成 2026-11-24T09:00:00+08:00", "Must be a time like 2026-11-24T09:00:00+08:00")
    elif instant.tzinfo is None:
        errors.add(name, "时间要带时区，如 +08:00", "The time needs an offset such as +08:00")
    elif not EARLIEST <= instant.year <= LATEST:
        errors.add(name, f"年份要在 {EARLIEST} 到 {LATEST} 之间", f"The year must lie between {EARLIEST} and {LATEST}")
    return value


def _units(name: str, value: Any, errors: Invalid, world: World) -> Any:
    codes = value if isinstance(value, list) and name == "to" else [value]
    if not codes or len(codes) > MOST_PARTS:
        errors.add(name, "要选单位", "Choose a unit")
    for code in codes:
        if not isinstance(code, str) or code not in world.by_code:
            errors.add(name, f"没有单位“{code}”", f'There is no unit "{code}"')
        elif not world.by_code[code].is_open:
            errors.add(name, f"单位“{code}”已停用", f'The unit "{code}" is closed')
    return codes if name == "to" else value


def _person(name: str, value: Any, errors: Invalid, world: World) -> Any:
    if not isinstance(value, str) or value not in world.by_username:
        errors.add(name, f"没有人员“{value}”", f'There is no person "{value}"')
    return value


def _list(field: Field | None, name: str, value: Any, errors: Invalid) -> Any:
    parts = value if isinstance(value, list) else [value]
    most = field.most if field is not None and field.most else MOST_PARTS
    if len(parts) > most:
        errors.add(name, f"最多 {most} 项", f"At most {most} entries")
        return parts[:1]
    for part in parts:
        if field is not None and field.choices:
            _choice(field, name, part, errors)
        else:
            _text(name, part, errors)
    return parts


def _text(name: str, value: Any, errors: Invalid) -> Any:
    if not isinstance(value, str):
        errors.add(name, "要填文字", "Must be text")
        return value
    problem = text_problem(value)
    if problem:
        errors.errors.setdefault(name, []).append(problem)
    return value


def text_problem(value: str, longest: int = LONGEST_TEXT) -> Say | None:
    """Why a text can't be kept; None when it can."""
    if len(value) > longest:
        return Say(f"最多 {longest} 字，现在 {len(value)} 字", f"At most {longest} characters, there are {len(value)}")
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        return Say("含有不能保存的字符（如空字符）", "Contains characters that can't be stored, such as NUL")
    return None


def stored(name: str) -> bool:
    """Whether a given value becomes a fact; the reserved ones only steer the action."""
    return name not in RESERVED_FIELDS
