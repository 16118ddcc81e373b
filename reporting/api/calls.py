"""`POST /api/v1/calls/`: a hotline reports its calls, one or many at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reporting.calls import NewCall, calls_record
from reporting.models import Call
from tickets.access import visible_id
from tickets.api.bodies import instant_of
from tickets.api.endpoint import Endpoint
from tickets.api.represent import times_of
from tickets.core.sentences import Invalid

from . import shapes

NAMES = frozenset({"call_id", "queue", "asked_for_agent_at", "answered_at", "ended_at", "ticket"})
LONGEST = {"call_id": 120, "queue": 60, "ticket": 20}
MOST_CALLS = 1_000


class Calls(Endpoint):
    @extend_schema(**shapes.CALLS)
    def post(self, request: Request) -> Response:
        body = request.data
        many = isinstance(body, list)
        errors = Invalid()
        given = body if many else [body]
        if len(given) > MOST_CALLS:
            errors.add("", f"一次最多 {MOST_CALLS} 条", f"At most {MOST_CALLS} calls at a time")
            raise errors
        calls = [self._call(one, f"{place}." if many else "", errors) for place, one in enumerate(given)]
        errors.raise_if_any()
        kept = calls_record([call for call in calls if call is not None], actor=self.person, at=self.at)
        told = [self._told(call) for call in kept]
        return Response({"results": told} if many else told[0], status=201)

    def _call(self, given: Any, place: str, errors: Invalid) -> NewCall | None:
        """One call of the body; what is wrong with it goes into `errors`, with its place in a list."""
        if not isinstance(given, dict):
            errors.add(place.rstrip("."), "要一个 JSON 对象", "Must be a JSON object")
            return None
        for name in given:
            if name not in NAMES:
                errors.add(f"{place}{name}", "没有这一项", "There is no such field")
        texts = {name: self._text(given, name, place, errors) for name in LONGEST}
        if not texts["call_id"]:
            errors.add(f"{place}call_id", "必填", "Required")
        asked = instant_of(given.get("asked_for_agent_at"), f"{place}asked_for_agent_at", errors)
        answered = instant_of(given.get("answered_at"), f"{place}answered_at", errors)
        ended = instant_of(given.get("ended_at"), f"{place}ended_at", errors)
        if asked is None:
            if f"{place}asked_for_agent_at" not in errors.errors:
                errors.add(f"{place}asked_for_agent_at", "必填", "Required")
            return None
        for name, instant, earlier in (("answered_at", answered, asked), ("ended_at", ended, answered or asked)):
            if instant is not None and instant < earlier:
                errors.add(f"{place}{name}", "不能早于前一个时刻", "Can't be earlier than what came before it")
        ticket = self._ticket(texts["ticket"], place, errors)
        return NewCall(texts["call_id"], texts["queue"], asked, answered, ended, ticket)

    def _text(self, given: Mapping[str, Any], name: str, place: str, errors: Invalid) -> str:
        value = given.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > LONGEST[name]:
            longest = LONGEST[name]
            errors.add(
                f"{place}{name}", f"要填不超过 {longest} 字的文字", f"Must be a text of {longest} characters at most"
            )
            return ""
        return value.strip()

    def _ticket(self, number: str, place: str, errors: Invalid) -> int | None:
        found = visible_id(self.person, self.at, number) if number else None
        if number and found is None:
            errors.add(f"{place}ticket", "没有这件工单", "There is no such ticket")
        return found

    def _told(self, call: Call) -> dict[str, Any]:
        times = times_of(self.world)
        return {
            "call_id": call.call_id,
            "queue": call.queue,
            "asked_for_agent_at": times(call.asked_at),
            "answered_at": times(call.answered_at),
            "ended_at": times(call.ended_at),
            "ticket": call.ticket.number if call.ticket is not None else None,
        }
