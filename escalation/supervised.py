"""What supervision looks for in a rulebook: no act or step is known by its name here, only by what it does."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.cache import cache

from tickets.models import RulebookVersion
from tickets.rulebook.compiled import APPROVAL, PROMISE, Action, Ask, Book, Next
from tickets.rulebook.registry import book_of

ORDERS = "supervision:order-kinds"
KEPT_SECONDS = 60  # a new rulebook may bring new kinds
HOLDER = "holder"
HANDLING = "handling"


def order_acts(book: Book) -> dict[str, Action]:
    """The acts that put a chase order (督办单), by the kind of side step they ask for (rows W04, N02).

    An order is asked of the ticket as a whole, of whoever holds the work, beside it.
    """
    asks = ((effect, action) for action in book.actions_of_ticket for effect in action.then if isinstance(effect, Ask))
    return {ask.step: action for ask, action in asks if _is_of_holder(ask) and book.steps[ask.step].side}


def _is_of_holder(ask: Ask) -> bool:
    return ask.at is not None and HOLDER in ask.at.parts


def takeovers(book: Book) -> frozenset[str]:
    """The acts by which the top tier, and nobody else, takes a case to handle it itself (doc 3 §3.2 两级处理)."""
    return frozenset(
        action.name
        for action in book.actions_of_ticket
        if action.by and action.by <= action.of_top and _takes(book, action)
    )


def _takes(book: Book, action: Action) -> bool:
    return any(isinstance(effect, Next) and book.steps[effect.step].stage == HANDLING for effect in action.then)


def returns(book: Book) -> frozenset[str]:
    """The acts by which an answer that stopped the promised time is sent back: it goes on (ruling ESCSTART)."""
    return book.clocks[PROMISE].resumes if PROMISE in book.clocks else frozenset()


def kinds_at(book: Book, stage: str) -> frozenset[str]:
    """The kinds of step at a stage; an approval is a stage of its own."""
    if stage == APPROVAL:
        return frozenset({APPROVAL})
    return frozenset(kind for kind, step in book.steps.items() if step.stage == stage)


def stage_of(book: Book, kind: str) -> str:
    return book.steps[kind].stage if kind in book.steps else APPROVAL


# ── over every rulebook that tickets may run under ───────────────────────────────────────────────────


def order_kinds() -> frozenset[str]:
    """The kinds of step that are chase orders in any version of any rulebook; looked up once a minute."""
    kinds: frozenset[str] | None = cache.get(ORDERS)
    if kinds is None:
        kinds = frozenset(kind for book in _books() for kind in order_acts(book))
        cache.set(ORDERS, kinds, KEPT_SECONDS)
    return kinds


def takeover_acts() -> frozenset[str]:
    return frozenset(name for book in _books() for name in takeovers(book))


def _books() -> Iterable[Book]:
    return (book_of(pk) for pk in RulebookVersion.objects.values_list("pk", flat=True))
