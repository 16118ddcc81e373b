"""A new ticket that grows from one that is there: what is known already is not asked again (row E04)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.actions.reveal import customer_reveal
from tickets.models import Ticket
from tickets.views.reader import Reader

GREW_FROM = "grew_from"
FACTS = ("business_type", "complaint_type", "level", "brand")


def grown_from(reader: Reader, number: str) -> dict[str, str]:
    """The form's values from the ticket of that number; none where this person sees no such ticket.

    The customer's number goes into the form in full, so that it is written down who saw it (row S05).
    """
    ticket = reader.tickets.select_related("customer").filter(number=number[:20]).first() if number else None
    if ticket is None:
        return {}
    facts = {name: getattr(ticket, name) for name in FACTS}
    found = {GREW_FROM: ticket.number, "content": ticket.content, "phone": _phone(reader, ticket), **facts}
    return {name: value for name, value in found.items() if value}


def _phone(reader: Reader, ticket: Ticket) -> str:
    if ticket.anonymous or ticket.confidential or ticket.customer is None or not ticket.customer.phone:
        return ""
    customer_reveal(ticket=ticket, purpose=_("由此登记新工单"), actor=reader.person, at=reader.at)
    return ticket.customer.phone
