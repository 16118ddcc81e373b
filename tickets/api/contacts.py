"""Further contacts of a customer over REST, and how far the ticket is in words to read out (row I02)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..access import visible_to
from ..actions.contacts import NewContact, ticket_contact
from ..actions.idempotency import Repeated
from ..actions.outcome import Outcome
from ..actions.tickets import ticket_read
from ..core.sentences import Invalid, Refused
from ..core.world import World
from ..models import Contact, Ticket
from . import schema
from .bodies import contact_of
from .callers import IN_ROWS, contacts_of, since_of, told
from .pages import PAGE_NAMES, Order, page_of
from .problems import refused
from .represent import times_of
from .tickets import REPLAYED, TicketEndpoint

CONTACT_NAMES = frozenset({"content", "urge", "channel", "phone", "call_id", "recording"})


class TicketContacts(TicketEndpoint):
    @extend_schema(**schema.TICKET_CONTACTS)
    def get(self, request: Request, number: str) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES)
        rows = Contact.objects.filter(ticket=self.ticket_id(number)).select_related("by").defer("phone")
        return Response(page_of(request, rows, Order("seq"), lambda contact: contact_dict(contact, self.world)))

    @extend_schema(**schema.TICKET_CONTACT)
    def post(self, request: Request, number: str) -> Response:
        ticket_id = self.ticket_id(number)
        new = self._new()
        made: dict[str, Any] = {}

        def answer(outcome: Outcome) -> dict[str, Any]:
            made.update(self._answer(outcome.ticket))
            return made

        try:
            outcome = ticket_contact(
                new,
                ticket_id=ticket_id,
                actor=self.person,
                at=self.at,
                idempotency=self.idempotency(request, answer, number),
            )
        except Repeated as repeated:
            return self._again(repeated)
        except Refused as error:
            return refused(request, error, self.represent(ticket_read(ticket_id)))
        return Response(made or answer(outcome), status=201)

    def _new(self) -> NewContact:
        errors = Invalid()
        new = contact_of(self.body(CONTACT_NAMES), errors)
        errors.raise_if_any()
        return new

    def _again(self, repeated: Repeated) -> Response:
        answer = repeated.answer
        if answer is None and repeated.ticket is not None:
            self.ticket_id(repeated.ticket.number)  # it may be out of sight by now
            answer = self._answer(repeated.ticket)
        return Response(answer, status=201, headers={REPLAYED: "true"})

    def _answer(self, ticket: Ticket) -> dict[str, Any]:
        """The ticket for the caller, so that the clerk can say at once what happens now."""
        return told(ticket, since_of(contacts_of([ticket]))[ticket.pk], self.world, self.at)


class TicketProgress(TicketEndpoint):
    @extend_schema(**schema.TICKET_PROGRESS)
    def get(self, request: Request, number: str) -> Response:
        self.refuse_unknown(request.query_params, frozenset())
        ticket = visible_to(self.person, self.at).filter(number=number).only(*IN_ROWS).first()
        if ticket is None:
            raise Http404
        since = since_of(contacts_of([ticket]))[ticket.pk]
        return Response(told(ticket, since, self.world, self.at))


def contact_dict(contact: Contact, world: World) -> dict[str, Any]:
    return {
        "seq": contact.seq,
        "at": times_of(world)(contact.at),
        "channel": contact.channel or None,
        "content": contact.content,
        "urge": contact.urge,
        "call_id": contact.call_id or None,
        "recording": contact.recording or None,
        "by": contact.by.username if contact.by else None,
    }
