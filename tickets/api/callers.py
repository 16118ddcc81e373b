"""What a caller may be told of their tickets: how far each is, who has it, by when, and what came since (row I02)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Left

from ..caller_words import is_late, next_words, progress_words, step_words, unit_words
from ..core.world import World
from ..models import Contact, Ticket
from ..rulebook.registry import book_of
from .represent import times_of

RECENT = timedelta(days=30)
MOST_COUNTED = 200
MOST_CONTACTS = 1000
SHORT = 200  # characters of what was said
IN_ROWS = (
    *("number", "kind", "rulebook_id", "subject", "state", "step_kind", "unit_id", "channel"),
    *("received_at", "promised_at", "settled_at", "ended_at"),
)


@dataclass(frozen=True, slots=True)
class Since:
    """The further contacts of a ticket."""

    count: int = 0
    urged: int = 0
    last_at: datetime | None = None


def contacts_of(tickets: Iterable[Ticket]) -> list[Contact]:
    """The further contacts of these tickets, newest first; the registration itself is not among them."""
    rows = Contact.objects.filter(ticket__in=[ticket.pk for ticket in tickets], seq__gt=1)
    short = rows.annotate(beginning=Left("content", SHORT)).defer("content", "phone")
    return list(short.order_by("-at", "-pk")[:MOST_CONTACTS])


def since_of(contacts: Iterable[Contact]) -> defaultdict[int, Since]:
    """By ticket; nothing since is zero contacts."""
    found: defaultdict[int, Since] = defaultdict(Since)
    for one in contacts:
        known = found[one.ticket_id]
        found[one.ticket_id] = Since(known.count + 1, known.urged + one.urge, known.last_at or one.at)
    return found


def told(ticket: Ticket, since: Since, world: World, at: datetime) -> dict[str, Any]:
    """One ticket for the caller: facts for the screen, and `said` and `next` to read out."""
    book, times = book_of(ticket.rulebook_id), times_of(world)
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "rulebook": book.id,
        "subject": ticket.subject,
        "state": ticket.state,
        "step": step_words(ticket, book) or None,
        "unit": unit_words(world, ticket.unit_id) or None,
        "received_at": times(ticket.received_at),
        "promised_at": times(ticket.promised_at),
        "settled_at": times(ticket.settled_at),
        "closed_at": times(ticket.ended_at),
        "overdue": is_late(ticket, at),
        "said": progress_words(ticket, book, world, at),
        "next": next_words(ticket, book) or None,
        "contacts": since.count,
        "urged": since.urged,
        "last_contact_at": times(since.last_at or ticket.received_at),
    }


def history_of(tickets: QuerySet[Ticket], rows: list[Ticket], world: World, at: datetime) -> dict[str, Any]:
    """Counts from the rows at hand; only of a customer with very many tickets the database counts."""
    since = at - RECENT
    received = [ticket.received_at for ticket in rows]
    total, waiting = len(rows), sum(ticket.is_open for ticket in rows)
    recent, last = sum(one >= since for one in received), max(received, default=None)
    kinds = Counter((ticket.rulebook_id, ticket.state) for ticket in rows)
    if total > MOST_COUNTED:
        counted = tickets.aggregate(
            total=Count("pk"),
            open=Count("pk", filter=Q(ended_at=None)),
            recent=Count("pk", filter=Q(received_at__gte=since)),
            last=Max("received_at"),
        )
        total, waiting, recent, last = (counted[name] for name in ("total", "open", "recent", "last"))
        grouped = tickets.order_by().values_list("rulebook_id", "state").annotate(n=Count("pk"))
        kinds = Counter({(book, state): number for book, state, number in grouped})
    by_book: Counter[str] = Counter()
    by_state: Counter[str] = Counter()
    for (book, state), number in kinds.items():
        by_book[book_of(book).id] += number
        by_state[state] += number
    return {
        "total": total,
        "open": waiting,
        "ended": total - waiting,
        "last_30_days": recent,
        "last_received_at": times_of(world)(last),
        "by_rulebook": dict(by_book),
        "by_state": dict(by_state),
    }


def last_contact(rows: list[Ticket], contacts: list[Contact], world: World) -> dict[str, Any] | None:
    """When and about what this customer was last in touch: a further contact, or the latest registration."""
    if not rows:
        return None
    newest, times = max(rows, key=lambda ticket: ticket.received_at), times_of(world)
    again = contacts[0] if contacts else None
    if again is None or again.at < newest.received_at:
        first = {"at": times(newest.received_at), "ticket": newest.number, "channel": newest.channel or None}
        return {**first, "urge": False, "content": newest.subject}
    numbers = {ticket.pk: ticket.number for ticket in rows}
    then = {"at": times(again.at), "ticket": numbers[again.ticket_id], "channel": again.channel or None}
    return {**then, "urge": again.urge, "content": again.beginning}  # type: ignore[attr-defined]
