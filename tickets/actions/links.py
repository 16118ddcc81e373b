"""Tickets that name another one: merged into it, grown from it (row C20). Nothing is lost: both keep their history."""

from __future__ import annotations

from datetime import datetime

from ..core.outcome import Decision
from ..core.sentences import invalid
from ..models import Person, Ticket, TicketLink

# Fields in which a rulebook asks for another ticket's number.
TICKET_FIELDS = {
    "merged_into": TicketLink.Kind.DUPLICATE,
    "grew_from": TicketLink.Kind.GREW_FROM,
    "linked_case": TicketLink.Kind.FOLLOW_UP,
    "first_complaint": TicketLink.Kind.FOLLOW_UP,
    "same_incident": TicketLink.Kind.INCIDENT,
}


def link_tickets(ticket: Ticket, decision: Decision, *, actor: Person, at: datetime) -> None:
    """Link to the tickets that the given values name. Raises Invalid where there is no such ticket to be seen."""
    given = decision.data.get("given", {})
    for name, kind in TICKET_FIELDS.items():
        if not given.get(name):
            continue
        from ..access import visible_to

        other = visible_to(actor, at).filter(number=given[name]).exclude(pk=ticket.pk).first()
        if other is None:
            raise invalid(name, f"没有可关联的工单“{given[name]}”", f'There is no other ticket "{given[name]}"')
        if kind == TicketLink.Kind.DUPLICATE:  # the same complaint told twice, so it was no repeated one
            pair = (ticket.pk, other.pk)
            TicketLink.objects.filter(ticket__in=pair, other__in=pair, kind=TicketLink.Kind.REPEATED).delete()
        TicketLink.objects.get_or_create(ticket=ticket, other=other, kind=kind, defaults={"by": actor, "at": at})
