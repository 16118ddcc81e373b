"""What the OpenAPI document says of indicators and calls."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers

from reporting.figures import PARTS
from reporting.periods import CYCLES
from tickets.api import schema
from tickets.api.shapes import CallerTicketShape, NewTicketShape, TicketRowShape, text, time, whole


class ReferenceShape(serializers.Serializer[Any]):
    least = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)
    when = serializers.DictField(child=text())


class IndicatorShape(serializers.Serializer[Any]):
    id = text()
    version = whole(help_text="of the definition")
    group = text()
    title = text()
    says = text(help_text="what the figure says, in a sentence")
    excludes = text(null=True)
    source = text(null=True)  # type: ignore[assignment]
    population = serializers.ChoiceField(choices=["tickets", "steps", "calls", "alerts", "contacts"])
    kinds = serializers.ListField(child=text())
    unit = text()
    scale = whole(help_text="`value` times `scale` is what is shown in the unit")
    period = text(help_text="the moment that puts a row into a period")
    clock = text()
    better = text(null=True)
    cycles = serializers.ListField(child=serializers.ChoiceField(choices=CYCLES))
    by = serializers.ListField(child=text())
    beside = serializers.ListField(child=text())
    references = ReferenceShape(many=True)
    definition = serializers.DictField(help_text="the conditions, as they are declared")


class FigureShape(serializers.Serializer[Any]):
    period = text(help_text="the first day of the period; of an hour its instant. Dimensions follow by their names")
    to = time(null=False)
    labels = serializers.DictField(child=text(), required=False)
    numerator = serializers.FloatField()
    denominator = whole(null=True)
    denominator_all = whole(help_text="all received in the period")
    value = serializers.FloatField(allow_null=True, help_text="numerator / denominator; null = no data")
    pending = whole()
    excluded = whole(help_text="declined, withdrawn, merged, transferred")
    previous = serializers.FloatField(allow_null=True, help_text="the value of the period before")
    change = serializers.FloatField(allow_null=True)
    tickets = text(help_text="the address that lists what stands behind it; add `part`")
    median = serializers.FloatField(required=False)
    p90 = serializers.FloatField(required=False)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": time(null=False)}


class CallShape(serializers.Serializer[Any]):
    call_id = text(longest=120)
    queue = text(required=False, null=True, longest=60)
    asked_for_agent_at = time(null=False)
    answered_at = time(required=False)
    ended_at = time(required=False)
    ticket = text(null=True, required=False, longest=20)


FILTERS = [
    schema.query("from", required=True, help_text=schema.MOMENT),
    schema.query("to", required=True, help_text=f"{schema.MOMENT}; not part of the period"),
    schema.query("channel", help_text="and so on: every dimension is a filter, several values with commas between"),
    schema.query("unit", help_text="code; the units below it too. `CODE!` is the unit alone"),
]
ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="on_time_closure")
INDICATORS = schema.described(
    "indicators_list",
    _("指标的定义"),
    answers={200: schema.paged("Indicator", IndicatorShape)},
    refusals=schema.READING,
)
INDICATOR = schema.described(
    "indicators_retrieve",
    _("一个指标的数值，只算您看得到的工单"),
    answers={
        200: inline_serializer(
            "FigurePage",
            {
                "next": text(null=True),
                "previous": text(null=True),
                "indicator": IndicatorShape(),
                "results": FigureShape(many=True),
            },
        )
    },
    refusals=schema.ONE,
    parameters=[
        ID,
        *FILTERS,
        schema.query("cycle", enum=list(CYCLES), help_text="without it the range is one period"),
        schema.query("by", help_text="dimensions, with commas between"),
    ],
)
INDICATOR_TICKETS = schema.described(
    "indicators_tickets",
    _("一个数值背后的工单"),
    answers={200: schema.paged("IndicatorTicket", TicketRowShape)},
    refusals=schema.ONE,
    parameters=[ID, *FILTERS, schema.query("part", enum=list(PARTS)), *schema.PAGING],
)


class WrapUpContactShape(serializers.Serializer[Any]):
    number = text(longest=20, help_text=_("接着说的那件工单"))
    content = text(longest=20_000, help_text=_("客户的原话，以后谁也不能改"))
    urge = serializers.BooleanField(allow_null=True, required=False, help_text=_("催办"))
    channel = text(null=True, required=False, longest=60)
    phone = text(null=True, required=False, longest=60)


class WrapUpShape(serializers.Serializer[Any]):
    call = CallShape()
    recording = text(null=True, required=False, longest=300, help_text=_("录音在哪里"))
    ticket = NewTicketShape(allow_null=True, required=False, help_text=_("新登记；没有 external_id 就用 call_id"))
    contact = WrapUpContactShape(allow_null=True, required=False, help_text=_("追加到没办结的工单"))


class WrappedUpShape(serializers.Serializer[Any]):
    call = CallShape()
    ticket = CallerTicketShape(allow_null=True)


CALL = {"call_id": "8f2c", "queue": "vip", "asked_for_agent_at": "2026-11-24T09:00:00+08:00"}
CALLS = schema.described(
    "calls_create",
    _("上报通话，一条或多条；同一个 call_id 是同一次通话"),
    answers={201: CallShape},
    refusals=schema.WRITING,
    request=CallShape,
    examples=[
        OpenApiExample("A call", {**CALL, "answered_at": "2026-11-24T09:00:12+08:00"}, request_only=True),
    ],
)

WRAP_UP = schema.described(
    "calls_wrap_up",
    _("一次通话收尾：通话记录、录音，并新登记或追加，一次办完"),
    answers={201: WrappedUpShape},
    refusals=(*schema.WRITING, 404, 409),
    request=WrapUpShape,
    parameters=[schema.KEY],
    examples=[
        OpenApiExample(
            "A new complaint",
            {
                "call": {
                    **CALL,
                    "call_id": "CC-20261124-78",
                    "answered_at": "2026-11-24T09:00:12+08:00",
                    "ended_at": "2026-11-24T09:06:40+08:00",
                },
                "recording": "CC-20261124-78.wav",
                "ticket": {
                    name: value for name, value in schema.EXAMPLE_TICKET.items() if name not in ("external_id", "data")
                },
            },
            request_only=True,
        ),
    ],
)
