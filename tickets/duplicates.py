"""Complaints that may be the one being written (rows C01, C20): the same customer and matter, or the same place.

Two statements, whatever the size of the base: the customer's own tickets of the last 90 days, and the open ones of the
last three days among which a common cause would be. Texts are compared by their pairs of characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from complaints_site.lib.pairs import pairs

from .models import Ticket

SAME, PLACE = "same", "place"
OF_CUSTOMER = timedelta(days=90)
OF_INCIDENT = timedelta(days=3)
MOST_LOOKED_AT = 200
MOST_SHOWN = 4
ALIKE = 0.3  # of the shorter text's pairs: the same customer tells the same thing in other words
SAME_PLACE = 0.6
SAME_WORDS = 0.45  # of a stranger's text: enough to be one fault, not one kind of complaint


@dataclass(frozen=True, slots=True)
class Candidate:
    kind: str  # SAME or PLACE
    ticket: Ticket
    share: float
    common: frozenset[str]  # pairs that both have, for marking
    at_place: bool = False  # told by the place, not by the words alone


def likeness(one: set[str], other: set[str]) -> float:
    """The share of the shorter text's pairs that the other has too, 0 to 1; a text of a word or two says nothing."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter >= 3 else 0.0


def find_duplicates(
    tickets: QuerySet[Ticket],
    *,
    at: datetime,
    content: str,
    place: str = "",
    business_type: str = "",
    customers: list[int] | None = None,
    without: set[int] | None = None,
) -> list[Candidate]:
    """The likeliest first. `tickets` are those that the person may see; `without` those said not to be the same."""
    words, spot = set(pairs(content)), set(pairs(place))
    found: dict[int, Candidate] = {}
    for candidate in (
        *_of_customer(tickets, at, words, customers or []),
        *_of_incident(tickets, at, words, spot, business_type, customers or []),
    ):
        if candidate.ticket.pk not in (without or set()):
            found.setdefault(candidate.ticket.pk, candidate)
    ranked = sorted(found.values(), key=lambda one: (one.kind != SAME, not one.ticket.is_open, -one.share))
    return ranked[:MOST_SHOWN]


def _of_customer(tickets: QuerySet[Ticket], at: datetime, words: set[str], customers: list[int]) -> list[Candidate]:
    if not customers or not words:
        return []
    own = tickets.filter(customer_id__in=customers, received_at__gte=at - OF_CUSTOMER).order_by("-received_at")
    return [
        Candidate(SAME, ticket, share, frozenset(words & theirs))
        for ticket in own[:MOST_LOOKED_AT]
        if (share := likeness(words, theirs := _pairs_of(ticket))) >= ALIKE
    ]


def _of_incident(
    tickets: QuerySet[Ticket], at: datetime, words: set[str], spot: set[str], business_type: str, customers: list[int]
) -> list[Candidate]:
    if not words and not spot:
        return []
    near = tickets.filter(ended_at=None, received_at__gte=at - OF_INCIDENT).exclude(
        Q(customer_id__in=customers) if customers else Q(pk=None)
    )
    if business_type:
        near = near.filter(business_type=business_type)
    found = []
    for ticket in near.order_by("-received_at", "-pk")[:MOST_LOOKED_AT]:
        theirs = _pairs_of(ticket)
        there = likeness(spot, set(pairs(str(ticket.fields.get("occurred_place", "")))) | theirs) if spot else 0.0
        alike = likeness(words, theirs)
        if there >= SAME_PLACE or alike >= SAME_WORDS:
            common = frozenset((words | spot) & theirs)
            found.append(Candidate(PLACE, ticket, max(there, alike), common, there >= SAME_PLACE))
    return found


def _pairs_of(ticket: Ticket) -> set[str]:
    return set(pairs(f"{ticket.subject} {ticket.content}"))


def marked(text: str, common: frozenset[str]) -> list[tuple[str, bool]]:
    """The text in pieces, those that both complaints have in common flagged."""
    flags = [False] * len(text)
    lowered = text.lower()
    for place in range(len(text) - 1):
        if lowered[place : place + 2] in common:
            flags[place] = flags[place + 1] = True
    pieces: list[tuple[str, bool]] = []
    for character, flag in zip(text, flags, strict=True):
        if pieces and pieces[-1][1] == flag:
            pieces[-1] = (pieces[-1][0] + character, flag)
        else:
            pieces.append((character, flag))
    return pieces
