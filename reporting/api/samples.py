"""Quality samples over REST: the drawn tickets with their verdicts, and judging one (row P02)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reporting.models import SampledTicket
from reporting.quality.samples import late_ones, sample_judge, sampled_seen
from reporting.views.samples import month_of
from tickets.api.endpoint import Endpoint
from tickets.api.pages import PAGE_NAMES, Order, page_of
from tickets.core.sentences import Hidden, Invalid

from . import quality_shapes as shapes

NAMES = frozenset({"content_right", "routing_right", "note"})
RELATED = ("ticket", "ticket__sample_verdict", "draw")


class Samples(Endpoint):
    @extend_schema(**shapes.SAMPLES)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES | {"month"})
        rows = sampled_seen(self.person, self.at).select_related(*RELATED)
        if "month" in request.query_params:
            rows = rows.filter(draw__month=month_of(request.query_params["month"]))
        return Response(page_of(request, rows, Order("id", descending=True), self._told))

    def _told(self, row: SampledTicket) -> dict[str, Any]:
        verdict = getattr(row.ticket, "sample_verdict", None)
        late = late_ones([row.ticket_id], self.at).get(row.ticket_id)
        return {
            "ticket": row.ticket.number,
            "rule": row.draw.rule_id,
            "month": f"{row.draw.month:%Y-%m}",
            "stratum": row.stratum,
            "content_right": verdict.content_right if verdict else None,
            "routing_right": verdict.routing_right if verdict else None,
            "in_time": None if late is None else not late,
            "note": verdict.note if verdict else "",
        }


class Verdict(Samples):
    http_method_names = ["put", "options"]

    @extend_schema(**shapes.VERDICT)
    def put(self, request: Request, number: str) -> Response:
        body, errors = self.body(NAMES), Invalid()
        for name in ("content_right", "routing_right"):
            if not isinstance(body.get(name), bool):
                errors.add(name, "必填，true 或 false", "Required: true or false")
        if not isinstance(body.get("note", ""), str):
            errors.add("note", "要填文字", "Must be text")
        errors.raise_if_any()
        row = sampled_seen(self.person, self.at).filter(ticket__number=number).order_by("-pk").first()
        if row is None:
            raise Hidden
        sample_judge(
            ticket_id=row.ticket_id,
            content_right=body["content_right"],
            routing_right=body["routing_right"],
            note=body.get("note", "").replace("\x00", "").strip(),
            actor=self.person,
            at=self.at,
        )
        return Response(self._told(SampledTicket.objects.select_related(*RELATED).get(pk=row.pk)))
