"""Tickets over REST: create, list, read, act, history. Every address asks `visible_to` first."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..access import visible_id, visible_to
from ..actions.idempotency import Idempotency, Repeated
from ..actions.outcome import Outcome
from ..actions.register import ticket_register
from ..actions.tickets import ticket_act, ticket_read
from ..core.sentences import Invalid, Refused, invalid
from ..looks import API, look_note
from ..models import RulebookVersion
from ..rows import picture_of, with_picture
from ..rulebook.registry import book_of, current_version
from . import schema
from .bodies import new_ticket
from .conditional import wanted_version
from .endpoint import Endpoint
from .filters import filtered
from .pages import page_of
from .problems import refused
from .represent import row_dict, ticket_dict

LONGEST_KEY = 200
STALE = "stale"
REPLAYED = "Idempotency-Replayed"
# A row of the list shows none of these; encrypted columns are not even read.
NOT_IN_ROWS = ("content", "private", "memory", "chain_head")
ACTION_NAMES = frozenset({"action", "step", "data", "version"})


class TicketEndpoint(Endpoint):
    """What the addresses of tickets share."""

    def ticket_id(self, number: str) -> int:
        """The ticket of that number, if this person may see it; else it doesn't exist."""
        found = visible_id(self.person, self.at, number)
        if found is None:
            raise Http404
        return found

    def idempotency(self, request: Request, answer: Any, place: str = "") -> Idempotency | None:
        """The client's key, if it sent one; `place` tells one address from another. Raises Invalid."""
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return None
        if not key.strip() or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
            raise invalid(
                "Idempotency-Key",
                f"要 1 到 {LONGEST_KEY} 个可见字符",
                f"Must be 1 to {LONGEST_KEY} printable characters",
            )
        said = place + json.dumps(request.data, sort_keys=True, ensure_ascii=True)
        return Idempotency(key, hashlib.sha256(said.encode()).hexdigest(), answer)

    def version_of(self, book: str) -> RulebookVersion:
        """The version of that rulebook in force. Raises Invalid."""
        person = self.person
        known = getattr(person, "versions_known", None)  # a token's person comes with it
        version = current_version(book, self.at, person.organisation_id, known=known)
        if version is None:
            raise invalid("rulebook", f"没有生效的规则“{book}”", f'No rulebook "{book}" is in force')
        return version

    def represent(self, outcome: Outcome) -> dict[str, Any]:
        return ticket_dict(outcome, actor=self.person, at=self.at, language=self.language)


class Tickets(TicketEndpoint):
    @extend_schema(**schema.TICKET_LIST)
    def get(self, request: Request) -> Response:
        world = self.world
        rows = visible_to(self.person, self.at)
        rows, order = filtered(request, rows, person=self.person, world=world, at=self.at, language=self.language)
        found = page_of(request, rows.defer(*NOT_IN_ROWS), order, lambda t: row_dict(t, world, self.language))
        return Response(found)

    @extend_schema(**schema.TICKET_CREATE)
    def post(self, request: Request) -> Response:
        book, new = new_ticket(request.data, source=self.person.username)
        version = self.version_of(book)
        made: dict[str, Any] = {}

        def answer(outcome: Outcome) -> dict[str, Any]:
            made.update(self.represent(outcome))
            return made

        try:
            outcome = ticket_register(
                new, version=version, actor=self.person, at=self.at, idempotency=self.idempotency(request, answer)
            )
        except Repeated as repeated:
            return self._again(repeated)
        return Response(made or answer(outcome), status=201)

    def _again(self, repeated: Repeated) -> Response:
        """The first answer again; of a repeated `external_id` the ticket as it is now."""
        answer = repeated.answer
        if answer is None and repeated.ticket is not None:
            answer = self.represent(ticket_read(self.ticket_id(repeated.ticket.number)))
        return Response(answer, status=201, headers={REPLAYED: "true"})


class OneTicket(TicketEndpoint):
    @extend_schema(**schema.TICKET_ONE)
    def get(self, request: Request, number: str) -> Response:
        self.refuse_unknown(request.query_params, frozenset())
        rows = with_picture(visible_to(self.person, self.at).filter(number=number))
        ticket = rows.first()
        if ticket is None:
            raise Http404
        look_note(ticket, person=self.person, way=API, at=self.at)
        book = book_of(ticket.rulebook_id)
        return Response(self.represent(Outcome(ticket, picture_of(ticket, book), book, self.world)))


class TicketActions(TicketEndpoint):
    @extend_schema(**schema.TICKET_ACT)
    def post(self, request: Request, number: str) -> Response:
        ticket_id = self.ticket_id(number)
        wanted, matching = self._wanted(), wanted_version(request)
        try:
            outcome = ticket_act(ticket_id=ticket_id, actor=self.person, at=self.at, ticket_version=matching, **wanted)
        except Refused as error:
            status = 412 if matching is not None and error.code == STALE else 409
            return refused(request, error, self.represent(ticket_read(ticket_id)), status)
        return Response(self.represent(outcome))

    def _wanted(self) -> dict[str, Any]:
        body = self.body(ACTION_NAMES)
        errors = Invalid()
        action, data = body.get("action"), body.get("data")
        if not isinstance(action, str) or not action:
            errors.add("action", "必填，动作的代号", "Required: the action's id")
        if data is not None and not isinstance(data, dict):
            errors.add("data", "要一个 JSON 对象", "Must be a JSON object")
        for name in ("step", "version"):
            value = body.get(name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if value is not None and not (whole and 0 <= value < 2**63):
                errors.add(name, "要填整数", "Must be a whole number")
        errors.raise_if_any()
        return {"action": action, "given": data or {}, "step_id": body.get("step"), "version": body.get("version")}
