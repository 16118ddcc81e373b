"""What is wrong with a rulebook: file, place and reason, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from tickets.rulebook.reasons import NOUNS, REASONS


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. Printed as `property.toml: tables.handling: no row for {severity: major}`."""

    file: str
    place: str
    reason: str
    reason_zh: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.reason}" if self.place else f"{self.file}: {self.reason}"

    def say(self, language: str) -> str:
        """The same line for a reader of `language` (`zh…` or anything else)."""
        reason = self.reason_zh if language.startswith("zh") and self.reason_zh else self.reason
        return str(Problem(self.file, self.place, reason))


class RulebookErrors(Exception):
    """A rulebook that does not load; `problems` holds every one found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Collects problems of one rulebook; knows which file each place was written in."""

    def __init__(self, file: str, places: Mapping[str, str] | None = None) -> None:
        self.file = file
        self.places = places or {}
        self.found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, place: str, code: str, **values: object) -> None:
        problem = make_problem(self.file_of(place), place, code, **values)
        if problem not in self.found:
            self.found.append(problem)

    def unknown(self, place: str, noun: str, name: object, known: Iterable[str]) -> None:
        """Report a name that nothing has, with the nearest one that something has."""
        near = nearest(name, known)
        code = "unknown_near" if near else "unknown"
        self.add(place, code, noun=noun, name=name, near=near)

    def file_of(self, place: str) -> str:
        parts = place.split(".")
        return self.places.get(".".join(parts[:2])) or self.places.get(parts[0]) or self.file

    def raise_if_any(self) -> None:
        if self.found:
            raise RulebookErrors(self.found)


def make_problem(file: str, place: str, code: str, **values: object) -> Problem:
    english, chinese = REASONS[code]
    shown = {word: show(value) for word, value in values.items()}
    zh = shown | {word: NOUNS.get(shown[word], shown[word]) for word in ("noun", "found") if word in shown}
    zh |= {word: in_chinese(shown[word]) for word in ("combination",) if word in shown}
    return Problem(file, show(place), english.format(**shown), chinese.format(**zh))


def in_chinese(combination: str) -> str:
    for english, chinese in (("not yet known", "尚不知道"), ("any other", "其他")):
        combination = combination.replace(f": {english}", f": {chinese}")
    return combination


def show(value: object) -> str:
    """A value as it may stand in one line: short, without line breaks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else repr(value)
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:500])
    return text if len(text) <= 300 else text[:300] + "…"


def nearest(name: object, known: Iterable[str]) -> str:
    if not isinstance(name, str) or len(name) > 100:
        return ""
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.6)), "")
