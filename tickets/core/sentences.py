"""What the engine says to people, in both languages, and the refusals that carry it (language page §11.9)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Say:
    zh: str
    en: str

    def say(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def __str__(self) -> str:
        return self.zh


class Refusal(Exception):
    """An action that can't be done. The sentence names what would help."""

    def __init__(self, sentence: Say) -> None:
        super().__init__(sentence.zh)
        self.sentence = sentence


class Refused(Refusal):
    """Not in this state (409). Codes: not_from closed_step waiting condition ceiling no_holder void stale."""

    def __init__(self, code: str, sentence: Say) -> None:
        super().__init__(sentence)
        self.code = code


class Forbidden(Refusal):
    """Not this person (403)."""


class Hidden(Refusal):
    """For this person the ticket doesn't exist (404): they are complained about."""

    def __init__(self) -> None:
        super().__init__(Say("没有这件工单", "There is no such ticket"))


@dataclass
class Invalid(Exception):
    """The data given can't be taken (422): sentences by field."""

    errors: dict[str, list[Say]] = field(default_factory=dict)

    def add(self, name: str, zh: str, en: str) -> None:
        self.errors.setdefault(name, []).append(Say(zh, en))

    def raise_if_any(self) -> None:
        if self.errors:
            raise self

    def __str__(self) -> str:
        return "; ".join(f"{name}: {say.zh}" for name, says in self.errors.items() for say in says)


def invalid(name: str, zh: str, en: str) -> Invalid:
    error = Invalid()
    error.add(name, zh, en)
    return error
