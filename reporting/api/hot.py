"""`GET /api/v1/hot-issues/`: what several complaints speak of, with growth, regions and the reason (row K05)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reporting.access import viewer_of
from reporting.hot.seen import PERIODS_DAYS, Issue, issues_seen
from tickets.api.endpoint import Endpoint
from tickets.api.represent import times_of
from tickets.core.sentences import invalid

from . import quality_shapes as shapes


class HotIssues(Endpoint):
    @extend_schema(**shapes.HOT_ISSUES)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, frozenset({"days"}))
        found = issues_seen(viewer_of(self.person, self.at), days_of(request.query_params.get("days", "7")))
        return Response({"next": None, "previous": None, "results": [self._told(one) for one in found]})

    def _told(self, one: Issue) -> dict[str, Any]:
        times = times_of(self.world)
        return {
            "id": one.id,
            "count": one.count,
            "previous": one.before,
            "growth": one.growth,
            "words": list(one.words),
            "places": list(one.places),
            "business_types": list(one.businesses),
            "regions": dict(one.regions),
            "first_received_at": times(one.first_at),
            "last_received_at": times(one.last_at),
        }


def days_of(text: str) -> int:
    """The period of the list. Raises Invalid."""
    if text.isdecimal() and int(text[:4]) in PERIODS_DAYS:
        return int(text)
    known = ", ".join(str(days) for days in PERIODS_DAYS)
    raise invalid("days", f"只能是 {known}", f"One of {known}")
