"""What a rulebook says of keeping and opening files: `glass` and `retention` of its head."""

from __future__ import annotations

from collections.abc import Mapping

from tickets.rulebook import words
from tickets.rulebook.keeping_words import FILES, PERMANENT, PERSONAL, Glass, Retention
from tickets.rulebook.reader import Reader

GLASS = ("by", "tell", "limit")
RETENTION = (PERSONAL, FILES, "by")


def glass_of(reader: Reader) -> Glass:
    if "glass" not in reader:
        return Glass()
    own = Reader(reader.words["glass"], reader.at("glass"), reader.problems, GLASS)
    limit = own.text("limit", "4h")
    seconds = words.limit_seconds(limit) if words.is_limit(limit) else None
    if seconds is None:
        own.problems.add(own.at("limit"), "bad_format", name=limit, noun="a limit like 4h")
    own.require("by")
    if own.require("tell") and not own.names("tell"):
        own.wrong("tell", "a name or a list of names")
    return Glass(own.names("by"), own.names("tell"), seconds or 0)


def retention_of(reader: Reader) -> Retention:
    """A text for all kinds, or a table by kind (ruling RETAIN)."""
    written = reader.words.get("retention", "")
    if not isinstance(written, Mapping):
        term = _term(reader, "retention")
        return Retention(term, term)
    own = Reader(written, reader.at("retention"), reader.problems, RETENTION)
    return Retention(_term(own, PERSONAL), _term(own, FILES), own.names("by"))


def _term(reader: Reader, word: str) -> str:
    value = reader.text(word)
    if value and value != PERMANENT and not (words.is_limit(value) and value.endswith(("mo", "d"))):
        reader.problems.add(reader.at(word), "bad_format", name=value, noun="permanent or a limit like 36mo")
        return ""
    return value
