"""Indicators over REST: the declarations, the figures, and the tickets behind a figure (rows K01, K02, K03, N09)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from appeals.models import NamedContact
from reporting.access import Viewer, viewer_of
from reporting.declarations import Indicator, indicators
from reporting.figures import PARTS, behind, figures
from reporting.labels import Labels
from reporting.models import Call, StepFact, TicketFact
from reporting.questions import question
from reporting.refresh import Backlog
from reporting.represent import figure_dict, indicator_dict, query_behind
from tickets.api.endpoint import Endpoint
from tickets.api.pages import PAGE_NAMES, Order, page_of
from tickets.api.represent import row_dict, times_of
from tickets.core.sentences import invalid

from . import shapes

UNREAD = ("content", "private", "memory", "chain_head")  # no row of a list shows them
NEWEST = {
    "tickets": Order("received_at", descending=True, is_time=True),
    "steps": Order("received_at", descending=True, is_time=True),
    "calls": Order("asked_at", descending=True, is_time=True),
    "alerts": Order("raised_at", descending=True, is_time=True),
    "contacts": Order("until_at", descending=True, is_time=True),
}


class NotCountedYet(exceptions.APIException):
    """Many tickets changed and are being counted: no figure rather than a wrong one."""

    status_code = 503
    wait = 10


class IndicatorEndpoint(Endpoint):
    @property
    def viewer(self) -> Viewer:
        return viewer_of(self.person, self.at)

    def indicator(self, id: str) -> Indicator:
        found = indicators().get(id)
        if found is None:
            raise Http404
        return found


class Indicators(IndicatorEndpoint):
    @extend_schema(**shapes.INDICATORS)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, frozenset())
        told = [indicator_dict(one, self.language) for one in indicators().values()]
        return Response({"next": None, "previous": None, "results": told})


def _named(given: dict[str, str]) -> dict[str, str]:
    """The question as it came. Raises Invalid for a cycle that is named and empty: pages send such, programs don't."""
    if given.get("cycle") == "":
        raise invalid("cycle", "填一个周期，或者不填", "Name a cycle, or leave it out")
    return given


class OneIndicator(IndicatorEndpoint):
    @extend_schema(**shapes.INDICATOR)
    def get(self, request: Request, id: str) -> Response:
        one, viewer = self.indicator(id), self.viewer
        given = _named(request.query_params.dict())
        asked = question(one, given, viewer)
        try:
            found = figures([one], asked, viewer)[one.id]
        except Backlog as error:
            raise NotCountedYet from error
        labels = Labels(viewer)
        path = request.build_absolute_uri(f"{request.path}tickets/")
        rows = [
            {
                **figure_dict(figure, asked, labels, self.language),
                "tickets": f"{path}?{query_behind(figure, asked, given, labels)}",
            }
            for figure in found
        ]
        about = indicator_dict(one, self.language)
        return Response({"next": None, "previous": None, "indicator": about, "results": rows})


class IndicatorTickets(IndicatorEndpoint):
    @extend_schema(**shapes.INDICATOR_TICKETS)
    def get(self, request: Request, id: str) -> Response:
        one, viewer = self.indicator(id), self.viewer
        given = {name: text for name, text in request.query_params.dict().items() if name not in PAGE_NAMES}
        part = given.pop("part", PARTS[0])
        if part not in PARTS:
            known = " ".join(PARTS)
            raise invalid("part", f"只能是：{known}", f"Must be one of: {known}")
        asked = replace(question(one, _named(given), viewer), cycle=None)
        try:
            rows = behind(one, asked, part, viewer)
        except Backlog as error:
            raise NotCountedYet from error
        return Response(self._page(request, rows))

    def _page(self, request: Request, rows: Any) -> dict[str, Any]:
        model = rows.model
        if model is TicketFact:
            rows = rows.select_related("ticket").defer(*(f"ticket__{name}" for name in UNREAD))
            return page_of(request, rows, NEWEST["tickets"], lambda fact: self._ticket(fact.ticket))
        if model is StepFact:
            rows = rows.select_related("fact__ticket").defer(*(f"fact__ticket__{name}" for name in UNREAD))
            return page_of(request, rows, NEWEST["steps"], self._step)
        if model is Call:
            return page_of(request, rows.select_related("ticket"), NEWEST["calls"], self._call)
        if model is NamedContact:
            return page_of(request, rows.select_related("person"), NEWEST["contacts"], self._contact)
        return page_of(request, rows.select_related("ticket"), NEWEST["alerts"], self._alert)

    def _ticket(self, ticket: Any) -> dict[str, Any]:
        return row_dict(ticket, self.world, self.language)

    def _step(self, fact: StepFact) -> dict[str, Any]:
        times, unit = times_of(self.world), self.world.units.get(fact.unit_id)
        step = {"id": fact.pk, "kind": fact.kind, "unit": unit.code if unit else None}
        ends = {"opened_at": times(fact.opened_at), "due_at": times(fact.due_at), "closed_at": times(fact.closed_at)}
        return {**self._ticket(fact.fact.ticket), "step": {**step, **ends}}

    def _call(self, call: Call) -> dict[str, Any]:
        times = times_of(self.world)
        return {
            "call_id": call.call_id,
            "queue": call.queue,
            "asked_for_agent_at": times(call.asked_at),
            "answered_at": times(call.answered_at),
            "ended_at": times(call.ended_at),
        }

    def _contact(self, former: NamedContact) -> dict[str, Any]:
        times, unit = times_of(self.world), self.world.units.get(former.unit_id)
        person, code = former.person.username, unit.code if unit else None
        return {"unit": code, "person": person, "since_at": times(former.since_at), "until_at": times(former.until_at)}

    def _alert(self, alert: Any) -> dict[str, Any]:
        return {**self._ticket(alert.ticket), "alert": {"id": alert.pk, "late_seconds": alert.late_seconds}}
