"""Fields that the whole log of a case gives: what happened in it, and how long one thing came after another. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

WORDS = ("field", "value", "all", "longer_days")
Wrong = Callable[[str, str, str], None]


class Recorded(Protocol):
    """Something that the source recorded, and when."""

    @property
    def at(self) -> datetime: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Happened:
    """The field has this value where all of these are in the log.

    With `longer` also only where the last of them came, for the first time, longer than that after the first of them.
    """

    field: str
    value: str
    all: tuple[str, ...]
    longer: timedelta | None = None

    def fits(self, first: dict[str, datetime]) -> bool:
        if any(name not in first for name in self.all):
            return False
        return self.longer is None or first[self.all[-1]] - first[self.all[0]] > self.longer


def fields_of(rules: Iterable[Happened], happenings: Sequence[Recorded]) -> dict[str, str]:
    """The fields of a case whose happenings stand in the order of time; of rules for a field the first that fits."""
    first: dict[str, datetime] = {}
    for happening in happenings:
        first.setdefault(happening.name, happening.at)
    found: dict[str, str] = {}
    for rule in rules:
        if rule.field not in found and rule.fits(first):
            found[rule.field] = rule.value
    return found


# ── reading `[[happened]]` ───────────────────────────────────────────────────────────────────────────


def read(source: dict[str, Any], is_name: Callable[[str], bool], wrong: Wrong) -> tuple[Happened, ...]:
    """The rules of a mapping; what is wrong with them is told to `wrong(place, zh, en)`."""
    rows = source.get("happened", [])
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        wrong("happened", "要写成 [[happened]]", "Must be [[happened]]")
        return ()
    if rows and "case" not in source:
        wrong("happened", "只用于事件日志（case）", "Only for an event log (`case`)")
    return tuple(_rule(one, f"happened[{number}]", is_name, wrong) for number, one in enumerate(rows, start=1))


def _rule(words: dict[str, Any], place: str, is_name: Callable[[str], bool], wrong: Wrong) -> Happened:
    for word in words:
        if word not in WORDS:
            known = ", ".join(WORDS)
            wrong(f"{place}.{word}", f"没有这个词；可用：{known}", f"Unknown word; known are {known}")
    field, value, names = words.get("field"), words.get("value", "yes"), words.get("all")
    if not isinstance(field, str) or not is_name(field):
        wrong(f"{place}.field", "要写字段名", "Must be the name of a field")
    if not isinstance(value, str) or not value:
        wrong(f"{place}.value", "要写文字", "Must be a text")
    if not isinstance(names, list) or not names or not all(isinstance(one, str) for one in names):
        wrong(f"{place}.all", "要写事件名的列表", "Must be a list of event names")
        names = []
    return Happened(str(field), str(value), tuple(names), _longer(words, place, wrong))


def _longer(words: dict[str, Any], place: str, wrong: Wrong) -> timedelta | None:
    if "longer_days" not in words:
        return None
    days = words["longer_days"]
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 100_000:
        wrong(f"{place}.longer_days", "要写整数天数", "Must be a whole number of days")
        return None
    if len(words.get("all") or ()) < 2:
        wrong(f"{place}.longer_days", "要有两个事件才能比", "Needs two events to compare")
    return timedelta(days=days)
