"""The bodies about people, read by hand: every value's type and name, all mistakes at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.sentences import Invalid

TEXTS = ("name", "email", "mobile")
CHANGE_NAMES = frozenset({*TEXTS, "unit", "is_active", "duties"})
NEW_NAMES = frozenset({*TEXTS, "unit", "duties", "username", "with_password"})
DUTY_NAMES = frozenset({"role", "unit", "subtree"})


@dataclass(frozen=True, slots=True)
class WantedDuty:
    role: str
    unit: str
    subtree: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person shall be; None is left as it is."""

    texts: dict[str, str]
    username: str = ""
    unit: str | None = None
    is_active: bool | None = None
    duties: tuple[WantedDuty, ...] | None = None
    with_password: bool = False


def wanted_of(body: Mapping[str, Any], *, is_new: bool) -> Wanted:
    """Raises Invalid."""
    errors = Invalid()
    texts = {name: _text(body, name, name, errors) for name in TEXTS if name in body}
    wanted = Wanted(
        texts=texts if not is_new else {"name": "", **texts},
        username=_text(body, "username", "username", errors) if is_new else "",
        unit=_text(body, "unit", "unit", errors) if "unit" in body or is_new else None,
        is_active=_flag(body, "is_active", "is_active", errors) if "is_active" in body else None,
        duties=_duties(body, errors) if "duties" in body else None,
        with_password=_flag(body, "with_password", "with_password", errors),
    )
    errors.raise_if_any()
    return wanted


def _duties(body: Mapping[str, Any], errors: Invalid) -> tuple[WantedDuty, ...]:
    rows = body["duties"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) and set(row) <= DUTY_NAMES for row in rows):
        errors.add("duties", "要填岗位的列表：role、unit、subtree", "Must be a list of duties: role, unit, subtree")
        return ()
    return tuple(
        WantedDuty(
            _text(row, "role", "duties", errors),
            _text(row, "unit", "duties", errors),
            _flag(row, "subtree", "duties", errors),
        )
        for row in rows
    )


def _text(given: Mapping[str, Any], name: str, place: str, errors: Invalid) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or "\x00" in value:
        errors.add(place, "要填文字", "Must be a text")
        return ""
    return value.strip()


def _flag(given: Mapping[str, Any], name: str, place: str, errors: Invalid) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        errors.add(place, "要填 true 或 false", "Must be true or false")
        return False
    return value
