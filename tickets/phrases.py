"""Words that a text for a customer should not hold (ruling PHRASES; docs 14 and 15). A hit warns; a person decides."""

from __future__ import annotations

import re
import unicodedata

from tickets.rulebook.compiled import Book, Tell

_NEITHER = re.compile(r"[\W_]+")
CUSTOMER = "customer"


def normal(text: str) -> str:
    """What is compared: full-width forms folded, lower case, without spaces and punctuation."""
    return _NEITHER.sub("", unicodedata.normalize("NFKC", text).lower())


def forbidden_in(text: str, book: Book) -> list[str]:
    """The forbidden phrases of the rulebook that stand in the text, in the rulebook's order."""
    plain = normal(text)
    return [phrase for phrase in book.phrases.forbidden if normal(phrase) in plain]


def told_to_customers(book: Book) -> frozenset[str]:
    """The text fields that reach a customer: places of a message that some effect sends to the customer."""
    effects = [effect for action in book.actions.values() for effect in action.then if isinstance(effect, Tell)]
    names = {effect.message for effect in effects if CUSTOMER in effect.to}
    places = frozenset().union(*(book.messages[name].places for name in names if name in book.messages))
    texts = (name for name in places if name in book.fields and book.fields[name].type == "text")
    return frozenset(texts) | ({"reply_text"} & set(book.fields))
