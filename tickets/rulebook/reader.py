"""Reading one table of a rulebook: each word is asked for by its type, and what does not fit is a problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tickets.rulebook.compiled import Title
from tickets.rulebook.problems import Problems
from tickets.rulebook.source import join, kind_of


class Reader:
    """A table of words at a place. Every method answers with something usable, even where a problem was found."""

    def __init__(self, value: object, place: str, problems: Problems, allowed: Iterable[str] | None = None) -> None:
        self.place = place
        self.problems = problems
        if not isinstance(value, Mapping):
            problems.add(place, "expected", noun="a table of words", found=kind_of(value))
            value = {}
        self.words: Mapping[str, object] = value
        if allowed is not None:
            self.only(allowed)

    def only(self, allowed: Iterable[str]) -> None:
        allowed = tuple(allowed)
        for word in self.words:
            if word not in allowed:
                self.problems.unknown(self.place, "word", word, allowed)

    def __contains__(self, word: str) -> bool:
        return word in self.words

    def at(self, word: str) -> str:
        return join(self.place, word)

    def wrong(self, word: str, noun: str) -> None:
        self.problems.add(self.at(word), "expected", noun=noun, found=kind_of(self.words.get(word)))

    def require(self, word: str) -> bool:
        if word not in self.words:
            self.problems.add(self.place, "missing", word=word)
            return False
        return True

    def text(self, word: str, default: str = "", *, required: bool = False) -> str:
        if word not in self.words:
            if required:
                self.require(word)
            return default
        value = self.words[word]
        if not isinstance(value, str):
            self.wrong(word, "a text")
            return default
        if required and not value.strip():
            self.problems.add(self.place, "empty", word=word)
        return value

    def title(self, zh: str = "title", en: str = "en", *, default: str = "", required: bool = False) -> Title:
        return Title(self.text(zh, default, required=required), self.text(en))

    def flag(self, word: str, default: bool = False) -> bool:
        value = self.words.get(word, default)
        if not isinstance(value, bool):
            self.wrong(word, "true or false")
            return default
        return value

    def whole(self, word: str, default: int = 0) -> int:
        value = self.words.get(word, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(word, "a whole number")
            return default
        return value

    def names(self, word: str) -> tuple[str, ...]:
        """A name or a list of names, as a tuple."""
        value = self.words.get(word, [])
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(word, "a name or a list of names")
            return ()
        return tuple(value)

    def items(self, word: str) -> list[object]:
        value = self.words.get(word, [])
        if not isinstance(value, list):
            self.wrong(word, "a list")
            return []
        return value

    def one_of(self, word: str, noun: str, known: Iterable[str], default: str = "", *, required: bool = False) -> str:
        value = self.text(word, default, required=required)
        if word in self.words and isinstance(self.words[word], str) and value not in known:
            self.problems.unknown(self.at(word), noun, value, known)
            return default
        return value
