"""The ledger of accountability and the rectifications over REST, as lists (rows P01, P03, P06)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reporting.accountability.decide import days_of
from reporting.accountability.ledger import charges_for
from reporting.models import Charge
from tickets.api import schema
from tickets.api.endpoint import Endpoint
from tickets.api.pages import PAGE_NAMES, Order, page_of
from tickets.api.shapes import text, time, whole
from tickets.models import Rectification
from tickets.organisations import world_for
from tickets.rectification_access import rectifications_for


class ChargeShape(serializers.Serializer[Any]):
    id = whole()
    penalty = text(help_text="the rulebook's name for the measure")
    title = text()
    state = text(help_text="proposed applied waived revoked")
    person = text(null=True, help_text="user name of the one concerned")
    unit = text()
    ticket = text(null=True, help_text="null for the one concerned, and where there is none")
    days = whole(null=True, help_text="days late, where the measure is by the day")
    fine = text(null=True, help_text="yuan, with two decimals")
    points = text(null=True)
    loss = text(null=True)
    due_at = time()
    decided_at = time()


class RectificationShape(serializers.Serializer[Any]):
    id = whole()
    origin = text(help_text="complaint inspection circular")
    number = whole(help_text="in its check round")
    unit = text()
    person = text(null=True)
    item = text()
    cause = text()
    immediate = text()
    lasting = text()
    opened_at = time()
    due_at = time()
    done_at = time()
    closed_at = time()


LEDGER = schema.described(
    "charges_list",
    _("责任台账：您能看到的每一项"),
    answers={200: schema.paged("Charge", ChargeShape)},
    refusals=schema.READING,
    parameters=[*schema.PAGING],
)
RECTIFICATIONS = schema.described(
    "rectifications_list",
    _("整改项：您能看到的每一项"),
    answers={200: schema.paged("Rectification", RectificationShape)},
    refusals=schema.READING,
    parameters=[*schema.PAGING],
)


class Charges(Endpoint):
    @extend_schema(**LEDGER)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES)
        rows = charges_for(self.person, self.at).select_related("ticket", "person", "unit")
        return Response(page_of(request, rows, Order("id", descending=True), self._told))

    def _told(self, row: Charge) -> dict[str, Any]:
        """The one concerned gets no way to the ticket (N06)."""
        own = row.person_id == self.person.pk
        amounts = {"fine": row.fine, "points": row.points_given, "loss": row.loss}
        return {
            "id": row.pk,
            "penalty": row.penalty,
            "title": row.title,
            "state": row.state,
            "person": row.person.username if row.person else None,
            "unit": row.unit.code,
            "ticket": row.ticket.number if row.ticket and not own else None,
            "days": row.days if row.days is not None else days_of(row, world_for(self.person), self.at),
            **{name: None if value is None else f"{value:.2f}" for name, value in amounts.items()},
            "due_at": row.due_at,
            "decided_at": row.decided_at,
        }


class Rectifications(Endpoint):
    @extend_schema(**RECTIFICATIONS)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES)
        rows = rectifications_for(self.person, self.at).select_related("round", "unit", "person")
        return Response(page_of(request, rows, Order("id", descending=True), rectification_told))


def rectification_told(row: Rectification) -> dict[str, Any]:
    names = ("number", "item", "cause", "immediate", "lasting", "opened_at", "due_at", "done_at", "closed_at")
    return {
        "id": row.pk,
        "origin": row.round.source if row.round else "complaint",
        "unit": row.unit.code,
        "person": row.person.username if row.person else None,
        **{name: getattr(row, name) for name in names},
    }
