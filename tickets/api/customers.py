"""The screen pop of a hotline: who is calling, what is open, what to tell them (row I02, the look-up)."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from complaints_site.lib import mask
from complaints_site.lib.crypto import blind_index

from ..access import known_customers, visible_to
from ..core.sentences import invalid
from ..core.world import World
from ..models import AccessLog, Customer
from ..rulebook.registry import book_of, current_books
from . import schema
from .callers import IN_ROWS, MOST_COUNTED, contacts_of, history_of, last_contact, since_of, told
from .endpoint import Endpoint

NAMES = frozenset({"phone"})
LONGEST_PHONE = 60
MOST_OPEN = 50


class CustomerLookup(Endpoint):
    tagged = False

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
        contacts = contacts_of(rows)
        since = since_of(contacts)
        return Response(
            {
                "customer": self._customer(customer, in_full),
                "open_tickets": [told(ticket, since[ticket.pk], world, self.at) for ticket in waiting],
                "history": history_of(tickets, rows, world, self.at),
                "last_contact": last_contact(rows, contacts, world),
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
