"""The screen pop of a hotline: who is calling, what is open, what to tell them (row I02, the look-up)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from complaints_site.lib import mask
from complaints_site.lib.crypto import blind_index

from ..access import known_customers, visible_to
from ..core.sentences import invalid
from ..core.world import World
from ..models import AccessLog, Customer, Ticket
from ..rulebook.registry import book_of, current_books
from . import schema
from .endpoint import Endpoint
from .represent import times_of

NAMES = frozenset({"phone"})
LONGEST_PHONE = 60
MOST_OPEN, MOST_COUNTED = 50, 200
RECENT = timedelta(days=30)
IN_ROWS = (
    "number",
    "kind",
    "rulebook_id",
    "subject",
    "state",
    "step_kind",
    "unit_id",
    "received_at",
    "promised_at",
    "ended_at",
)


class CustomerLookup(Endpoint):
    @extend_schema(**schema.LOOKUP)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, NAMES)
        phone = request.query_params.get("phone", "").strip()
        index = blind_index(phone)
        if not index or len(phone) > LONGEST_PHONE:
            raise invalid("phone", "填来电号码", "Give the caller's number")
        world = self.world
        in_full = self._talks_with_callers(world)
        customers = known_customers(self.person, self.at, index, only_seen=not in_full, world=world)
        customer = customers.order_by("-pk").first()
        tickets = visible_to(self.person, self.at).filter(customer__phone_index=index)
        if customer is not None and in_full:
            AccessLog.objects.create(person=self.person, what=f"customer:{customer.pk}", purpose="lookup", at=self.at)
        rows = list(tickets.only(*IN_ROWS).order_by(F("ended_at").desc(nulls_first=True), "-pk")[: MOST_COUNTED + 1])
        waiting = [ticket for ticket in rows if ticket.is_open][:MOST_OPEN]
        return Response(
            {
                "customer": self._customer(customer, in_full),
                "open_tickets": [self._told(ticket, world) for ticket in waiting],
                "history": self._history(tickets, rows, world),
            }
        )

    def _talks_with_callers(self, world: World) -> bool:
        """Who may register a ticket of some rulebook sees the customer in full, and leaves a trace (row S05)."""
        books = (book_of(version.pk) for version in current_books(self.at, self.person.organisation_id).values())
        roles = frozenset[str]().union(*(book.register.by or frozenset() for book in books))
        return any(duty.role in roles for duty in world.duties_of(self.person.pk, self.at))

    def _customer(self, customer: Customer | None, in_full: bool) -> dict[str, Any] | None:
        if customer is None:
            return None
        personal = {
            "name": (customer.name, mask.name),
            "phone": (customer.phone, mask.phone),
            "account": (customer.account, mask.identity),
            "email": (customer.email, mask.mail),
            "address": (customer.address, mask.address),
        }
        shown = {name: value if in_full else hide(value or "") for name, (value, hide) in personal.items()}
        plain = {name: getattr(customer, name) or None for name in ("level", "brand", "region")}
        return {**shown, **plain, "masked": not in_full}

    def _told(self, ticket: Ticket, world: World) -> dict[str, Any]:
        """What a caller may be told: how far it is, who has it, and by when."""
        book, times = book_of(ticket.rulebook_id), times_of(world)
        step, unit = book.steps.get(ticket.step_kind), world.units.get(ticket.unit_id or 0)
        return {
            "number": ticket.number,
            "kind": ticket.kind,
            "rulebook": book.id,
            "subject": ticket.subject,
            "state": ticket.state,
            "step": step.title.say(self.language) if step else None,
            "unit": (unit.name_en if self.language == "en" and unit.name_en else unit.name) if unit else None,
            "received_at": times(ticket.received_at),
            "promised_at": times(ticket.promised_at),
            "overdue": ticket.promised_at is not None and ticket.promised_at <= self.at,
        }

    def _history(self, tickets: QuerySet[Ticket], rows: list[Ticket], world: World) -> dict[str, Any]:
        """Counts from the rows at hand; only of a customer with very many tickets the database counts."""
        since = self.at - RECENT
        received = [ticket.received_at for ticket in rows]
        total, waiting = len(rows), sum(ticket.is_open for ticket in rows)
        recent, last = sum(at >= since for at in received), max(received, default=None)
        if total > MOST_COUNTED:
            counted = tickets.aggregate(
                total=Count("pk"),
                open=Count("pk", filter=Q(ended_at=None)),
                recent=Count("pk", filter=Q(received_at__gte=since)),
                last=Max("received_at"),
            )
            total, waiting, recent, last = (counted[name] for name in ("total", "open", "recent", "last"))
        return {
            "total": total,
            "open": waiting,
            "ended": total - waiting,
            "last_30_days": recent,
            "last_received_at": times_of(world)(last),
        }
