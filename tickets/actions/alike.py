"""Complaints that belong together: the same customer again, or several customers about the same (row N07, `[alike]`).

What is looked for, how far back and when is the rulebook's; the number becomes a fact, so that priority, messages and
conditions can speak of it like of any other. One statement for each rule of the action, none for other actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from complaints_site.lib.crypto import blind_index

from ..core.conditions import has_value
from ..models import FACT_COLUMNS, Customer, Person, Ticket, TicketLink
from ..rulebook.compiled import Alike, Book
from ..rulebook.words import SAME_CUSTOMER

MOST_LOOKED_AT = 200
MOST_LINKED = 5
MERGED = "merged"  # the same complaint told twice, not a second one


@dataclass(frozen=True, slots=True)
class Whose:
    """The customer, by the numbers under which they may have called before."""

    phone: str = ""
    account: str = ""
    customer: int | None = None

    @staticmethod
    def of(customer: Customer | None) -> Whose:
        return Whose(customer.phone_index, customer.account_index, customer.pk) if customer else Whose()

    @staticmethod
    def said(phone: str, account: str) -> Whose:
        return Whose(blind_index(phone), blind_index(account))

    def tickets(self) -> Q | None:
        """None for somebody whom nothing tells from others."""
        known = {"pk": self.customer, "phone_index": self.phone, "account_index": self.account}
        same = Q()
        for name, value in known.items():
            if value:
                same |= Q(**{name: value})
        # The few customers first: then the index of each one's tickets serves
        return Q(customer__in=Customer.objects.filter(same).values("pk")) if same else None


@dataclass(slots=True)
class Found:
    """`counted` for the core; `links` are (ticket, kind)."""

    counted: dict[str, int] = field(default_factory=dict)
    links: list[tuple[int, str]] = field(default_factory=list)


def find_alike(
    book: Book,
    action: str,
    *,
    facts: Mapping[str, Any],
    whose: Whose,
    ticket: Ticket,
    at: datetime,
) -> Found:
    """What the rules of this action find. A rule whose facts aren't all known finds nothing."""
    found = Found()
    for rule in book.alike.values():
        if action in rule.on:
            _look(rule, book, facts, whose, ticket, at, found)
    return found


def _look(
    rule: Alike,
    book: Book,
    facts: Mapping[str, Any],
    whose: Whose,
    ticket: Ticket,
    at: datetime,
    found: Found,
) -> None:
    names = [name for name in rule.same if name != SAME_CUSTOMER]
    own = whose.tickets()
    one_customer = SAME_CUSTOMER in rule.same
    if not all(has_value(facts.get(name)) for name in names) or (one_customer and own is None):
        return
    rows = _since(rule, ticket, at).filter(**{_column(name): facts[name] for name in names})
    if own is not None:
        rows = rows.filter(own, received_at__lte=ticket.received_at) if one_customer else rows.exclude(own)
    others = list(
        rows.exclude(pk=ticket.pk or 0).order_by("-received_at").values_list("pk", "customer")[:MOST_LOOKED_AT]
    )
    customers = {customer if customer is not None else -pk for pk, customer in others}
    found.counted[rule.count] = len(others) if one_customer else len(customers)
    if rule.link:
        found.links += [(pk, rule.link) for pk, _customer in others[:MOST_LINKED]]


def _since(rule: Alike, ticket: Ticket, at: datetime) -> QuerySet[Ticket]:
    hours = int(rule.within[:-1]) * (24 if rule.within.endswith("d") else 1)
    since = at - timedelta(hours=hours)
    alike = Ticket.objects.filter(organisation=ticket.organisation_id, kind=ticket.kind, received_at__gte=since)
    return alike.exclude(state=MERGED)


def _column(name: str) -> str:
    return name if name in FACT_COLUMNS else f"fields__{name}"


def link_alike(ticket: Ticket, found: Found, *, actor: Person, at: datetime) -> None:
    """Once for each pair, whoever found it first."""
    rows = [TicketLink(ticket=ticket, other_id=pk, kind=kind, by=actor, at=at) for pk, kind in found.links]
    if rows:
        TicketLink.objects.bulk_create(rows, ignore_conflicts=True)
