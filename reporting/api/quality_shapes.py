"""What the OpenAPI document says of hot issues and quality samples."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from reporting.hot.seen import PERIODS_DAYS
from tickets.api import schema
from tickets.api.shapes import text, time, whole


class HotIssueShape(serializers.Serializer[Any]):
    id = whole()
    count = whole(help_text="tickets that you see, in the period")
    previous = whole(help_text="the same in the period before")
    growth = serializers.FloatField(allow_null=True, help_text="null = nothing came in the period before")
    words = serializers.ListField(child=text(), help_text="what the texts share: the reason")
    places = serializers.ListField(child=text())
    business_types = serializers.ListField(child=text())
    regions = serializers.DictField(child=serializers.IntegerField())
    first_received_at = time()
    last_received_at = time()


class SampledShape(serializers.Serializer[Any]):
    ticket = text()
    rule = whole()
    month = text()
    stratum = text()
    content_right = serializers.BooleanField(allow_null=True)
    routing_right = serializers.BooleanField(allow_null=True)
    in_time = serializers.BooleanField(allow_null=True, help_text="every step within its limit, by our own clocks")
    note = text()


class VerdictShape(serializers.Serializer[Any]):
    content_right = serializers.BooleanField(help_text="the form is filled in right")
    routing_right = serializers.BooleanField(help_text="the ticket went where it belongs")
    note = text(required=False)


HOT_ISSUES = schema.described(
    "hot_issues_list",
    _("热点问题：说同一件事的投诉，只算您看得到的工单"),
    answers={200: schema.paged("HotIssue", HotIssueShape)},
    refusals=schema.READING,
    parameters=[schema.query("days", int, enum=list(PERIODS_DAYS))],
)
SAMPLES = schema.described(
    "samples_list",
    _("抽到的工单和判定"),
    answers={200: schema.paged("Sampled", SampledShape)},
    refusals=schema.READING,
    parameters=[schema.query("month", help_text="2026-11"), *schema.PAGING],
)
VERDICT = schema.described(
    "samples_judge",
    _("判定一件抽到的工单"),
    answers={200: SampledShape},
    refusals=(404, *schema.WRITING),
    request=VerdictShape,
    examples=[schema.example("VerdictExample", {"content_right": True, "routing_right": False, "note": "派错部门"})],
)
