"""`POST /api/v1/calls/wrap-up/`: the end of a call in one request and one transaction (row I02).

The call's figures, the recording, and a new ticket or a further contact to one that is open: all of it or nothing, and
once however often it is sent. The call's number is the key where the client sends none of its own.
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

from django.db import IntegrityError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reporting.calls import NewCall, calls_record
from tickets.actions.contacts import NewContact, contact_keep, ticket_contact
from tickets.actions.idempotency import Idempotency, Repeated
from tickets.actions.outcome import Outcome
from tickets.actions.register import ticket_register
from tickets.api.bodies import contact_of, new_ticket
from tickets.api.callers import contacts_of, since_of, told
from tickets.api.tickets import REPLAYED, TicketEndpoint
from tickets.core.given import text_problem
from tickets.core.sentences import Invalid
from tickets.models import Contact, Ticket

from . import shapes
from .calls import Calls

NAMES = frozenset({"call", "recording", "ticket", "contact"})
CONTACT_NAMES = frozenset({"number", "content", "urge", "channel", "phone"})
OWN_NAMES = frozenset({"Idempotency-Key"})  # errors that belong to no part of the body
LONGEST_RECORDING = 300


class WrapUp(Calls, TicketEndpoint):
    @extend_schema(**shapes.WRAP_UP)
    def post(self, request: Request) -> Response:
        body = self.body(NAMES)
        call, recording = self._head(body)
        self.call, self.made = call, dict[str, Any]()
        self.idempotency(request, self._answer)  # refused for what it is, even where the call is known already
        known = Contact.objects.filter(by=self.person, call_id=call.call_id).select_related("ticket").first()
        if known is not None:
            return self._again(known.ticket, None)
        try:
            self._keep(request, body, recording)
        except Repeated as repeated:
            return self._again(repeated.ticket, repeated.answer)
        except IntegrityError:  # the same call came at the same moment, in another dress
            known = Contact.objects.filter(by=self.person, call_id=call.call_id).select_related("ticket").first()
            if known is None:
                raise
            return self._again(known.ticket, None)
        return Response(self.made, status=201)

    def _head(self, body: dict[str, Any]) -> tuple[NewCall, str]:
        errors = Invalid()
        call, recording = self._call(body.get("call"), "call.", errors), body.get("recording") or ""
        if not isinstance(recording, str):
            errors.add("recording", "要填文字", "Must be text")
        elif (problem := text_problem(recording, LONGEST_RECORDING)) is not None:
            errors.errors.setdefault("recording", []).append(problem)
        if body.get("ticket") is not None and body.get("contact") is not None:
            errors.add("contact", "新登记和追加只能选一个", "Either a new ticket or a further contact, not both")
        for name in ("ticket", "contact"):
            if body.get(name) is not None and not isinstance(body[name], dict):
                errors.add(name, "要一个 JSON 对象", "Must be a JSON object")
        errors.raise_if_any()
        if call is None:  # it said why
            raise errors
        return call, recording

    # ── the three ends of a call ──

    def _keep(self, request: Request, body: dict[str, Any], recording: str) -> None:
        if body.get("ticket") is not None:
            _named("ticket", lambda: self._register(request, body["ticket"], recording))
        elif body.get("contact") is not None:
            _named("contact", lambda: self._append(request, body["contact"], recording))
        else:
            (kept,) = calls_record([self.call], actor=self.person, at=self.at)
            self.made.update(call=self._told(kept), ticket=None)

    def _register(self, request: Request, given: dict[str, Any], recording: str) -> None:
        named = {**given, "external_id": given.get("external_id") or self.call.call_id}
        book, new = new_ticket(named, source=self.person.username)
        version = self.version_of(book)

        def answer(outcome: Outcome) -> dict[str, Any]:
            first = NewContact("", call_id=self.call.call_id, recording=recording, phone=new.customer.phone)
            contact_keep(first, ticket=outcome.ticket, seq=1, actor=self.person, at=self.at)
            return self._answer(outcome)

        key = self._key(request, answer)
        ticket_register(new, version=version, actor=self.person, at=self.at, idempotency=key)

    def _append(self, request: Request, given: dict[str, Any], recording: str) -> None:
        self.refuse_unknown(given, CONTACT_NAMES)
        errors = Invalid()
        number = given.get("number")
        if not isinstance(number, str) or not number:
            errors.add("number", "必填，工单编号", "Required: the ticket's number")
        new = contact_of({**given, "call_id": self.call.call_id, "recording": recording}, errors)
        errors.raise_if_any()
        key = self._key(request, self._answer)
        ticket_contact(new, ticket_id=self.ticket_id(str(number)), actor=self.person, at=self.at, idempotency=key)

    # ── answers ──

    def _key(self, request: Request, answer: Any) -> Idempotency:
        """The client's own key, else the call's number."""
        own = self.idempotency(request, answer, "wrap-up")
        if own is not None:
            return own
        said = json.dumps(request.data, sort_keys=True, ensure_ascii=True)
        return Idempotency(f"call:{self.call.call_id}", sha256(said.encode()).hexdigest(), answer)

    def _answer(self, outcome: Outcome) -> dict[str, Any]:
        """Made in the transaction of the ticket, so the call is kept with it or not at all."""
        self.made.update(self._both(outcome.ticket))
        return self.made

    def _both(self, ticket: Ticket) -> dict[str, Any]:
        (kept,) = calls_record([replace(self.call, ticket_id=ticket.pk)], actor=self.person, at=self.at)
        since = since_of(contacts_of([ticket]))[ticket.pk]
        return {"call": self._told(kept), "ticket": told(ticket, since, self.world, self.at)}

    def _again(self, ticket: Ticket | None, answer: dict[str, Any] | None) -> Response:
        if answer is None and ticket is not None:
            self.ticket_id(ticket.number)  # it may be out of sight by now
            answer = self._both(ticket)
        return Response(answer, status=201, headers={REPLAYED: "true"})


def _named(part: str, keep: Any) -> None:
    """Errors of a part under its name, as they stand in the body."""
    try:
        keep()
    except Invalid as error:
        raise Invalid(
            {
                name if name in OWN_NAMES else f"{part}.{name}" if name else part: says
                for name, says in error.errors.items()
            }
        ) from error
