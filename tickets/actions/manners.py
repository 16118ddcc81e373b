"""What goes beside the values of an action: why a warning about words is overruled, and which wordings were used.

Texts for customers are looked at when they are sent, whoever sends them and by whatever way (ruling PHRASES, docs 14
and 15; row C23). Neither value belongs to the rulebook, so neither becomes a fact, and a replay asks for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from complaints_site.lib.inserts import insert

from ..core.conditions import has_value
from ..core.given import text_problem
from ..core.outcome import Decision
from ..core.sentences import Invalid, Say
from ..models import LibraryVersion, Person, Ticket, WordingOverruled
from ..phrases import forbidden_in, told_to_customers
from ..rulebook.compiled import Book

WHY, USED = "wording_reason", "wordings_used"
LONGEST_REASON = 500
MOST_USED = 20


@dataclass(frozen=True, slots=True)
class Beside:
    """`why` overrules; `used` are wordings of the library, as "entry.version"."""

    why: str = ""
    used: tuple[str, ...] = ()


@dataclass(slots=True)
class Manners:
    """What was found about the words of an action. Empty for nearly all."""

    phrases: list[str] = field(default_factory=list)
    why: str = ""
    used: list[LibraryVersion] = field(default_factory=list)


def set_apart(given: Mapping[str, Any]) -> tuple[dict[str, Any], Beside]:
    """The values for the rulebook, and what stands beside them. Raises Invalid."""
    if WHY not in given and USED not in given:
        return dict(given), Beside()
    rest = {name: value for name, value in given.items() if name not in (WHY, USED)}
    errors = Invalid()
    why, used = given.get(WHY) or "", given.get(USED) or []
    if not isinstance(why, str):
        errors.add(WHY, "要填文字", "Must be text")
    elif problem := text_problem(why, LONGEST_REASON):
        errors.errors[WHY] = [problem]
    if not isinstance(used, list) or len(used) > MOST_USED or not all(_is_reference(one) for one in used):
        errors.add(USED, "要一个列表，如 12.3：条目和版本", 'Must be a list like ["12.3"]: entry and version')
    errors.raise_if_any()
    return rest, Beside(why.strip(), tuple(dict.fromkeys(used)))


def _is_reference(value: Any) -> bool:
    parts = value.split(".") if isinstance(value, str) else []
    return len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts)


def hits_of(book: Book, action: str, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """The forbidden phrases in each text that this action takes to a customer."""
    act = book.actions.get(action)
    if act is None or not book.phrases.forbidden:
        return {}
    texts = {name: given[name] for name in told_to_customers(book, act) if isinstance(given.get(name), str)}
    found = {name: forbidden_in(text, book) for name, text in texts.items()}
    return {name: phrases for name, phrases in found.items() if phrases}


def judge_words(book: Book, action: str, given: Mapping[str, Any], beside: Beside, organisation: int | None) -> Manners:
    """Raises Invalid where a forbidden phrase stands in a text and nobody says why it must, or where a wording of the
    library is named that isn't there."""
    hits = hits_of(book, action, given)
    if hits and not beside.why:
        raise Invalid({name: [warning(phrases)] for name, phrases in hits.items()})
    phrases = list(dict.fromkeys(phrase for found in hits.values() for phrase in found))
    return Manners(phrases, beside.why if phrases else "", used_wordings(beside.used, organisation))


def warning(phrases: list[str]) -> Say:
    zh, en = "、".join(phrases), ", ".join(phrases)
    return Say(
        f"有服务忌语：{zh}。换个说法；确需保留，写明原因（{WHY}）",
        f"Words that a customer should not read: {en}. Put it otherwise, or say why it must stand ({WHY})",
    )


def used_wordings(used: tuple[str, ...], organisation: int | None) -> list[LibraryVersion]:
    """Raises Invalid for one that is not in this organisation's library."""
    if not used:
        return []
    wanted = {tuple(int(part) for part in one.split(".")) for one in used}
    rows = LibraryVersion.objects.filter(
        entry__organisation=organisation, entry__in=[entry for entry, _ in wanted]
    ).order_by("entry", "version")
    found = [row for row in rows if (row.entry_id, row.version) in wanted]
    if len(found) < len(wanted):
        raise Invalid({USED: [Say("口径库里没有这一条", "The library has no such wording")]})
    return found


def note_words(decision: Decision, manners: Manners) -> None:
    """Into the event, before it is sealed: a wording keeps the name and version that it had."""
    if manners.phrases:
        decision.data["wording"] = {"phrases": manners.phrases, "reason": manners.why}
    if manners.used:
        decision.data["library"] = [
            {"entry": row.entry_id, "version": row.version, "title": row.title} for row in manners.used
        ]


def keep_overruled(
    ticket: Ticket, what: str, phrases: list[str], why: str, *, unit: int | None, actor: Person, at: datetime
) -> None:
    """After the event is there."""
    if has_value(phrases):
        row = WordingOverruled(ticket=ticket, event_seq=ticket.event_count, what=what, phrases=phrases, reason=why)
        row.person, row.unit_id, row.at = actor, unit or actor.home_unit_id, at
        insert([row])
