"""Words that a text for a customer should not hold (ruling PHRASES; docs 14 and 15). A hit warns; a person decides."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from tickets.rulebook.compiled import Action, Book, Tell

_NEITHER = re.compile(r"[\W_]+")
CUSTOMER = "customer"


def normal(text: str) -> str:
    """What is compared: full-width forms folded, lower case, without spaces and punctuation."""
    return _NEITHER.sub("", unicodedata.normalize("NFKC", text).lower())


def forbidden_in(text: str, book: Book) -> list[str]:
    """The forbidden phrases of the rulebook that stand in the text, in the rulebook's order."""
    plain = normal(text)
    return [phrase for phrase in book.phrases.forbidden if _normal_phrase(phrase) in plain]


@cache
def _normal_phrase(phrase: str) -> str:
    """Rulebooks have few phrases, and each is looked for in every text."""
    return normal(phrase)


def told_to_customers(book: Book, action: Action | None = None) -> frozenset[str]:
    """The text fields that reach a customer: places of a message that some effect sends to the customer.

    With an action those that this action tells: the reason of a refusal is told, the reason of a dispatch is not.
    """
    actions = [action] if action is not None else book.actions.values()
    effects = [effect for one in actions for effect in one.then if isinstance(effect, Tell)]
    names = {effect.message for effect in effects if CUSTOMER in effect.to}
    places = frozenset().union(*(book.messages[name].places for name in names if name in book.messages))
    texts = (name for name in places if name in book.fields and book.fields[name].type == "text")
    return frozenset(texts) | ({"reply_text"} & set(book.fields))
