"""Shapes of the answers of this room, for the OpenAPI document and for nothing else."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tickets.api import shapes


class CaseShape(serializers.Serializer[Any]):
    ticket = shapes.text()
    kind = shapes.text()
    regulator = shapes.text(null=True)
    number = shapes.text(null=True)
    contact = shapes.text(null=True)
    received_at = shapes.time(null=False)
    due_at = shapes.time()
    promised_at = shapes.time()
    state = shapes.text()
    step_kind = shapes.text(null=True)
    unit = shapes.text(null=True)
    closed_at = shapes.time()


class DisputeShape(serializers.Serializer[Any]):
    reason = shapes.text()
    file = shapes.text(null=True)
    raised_by = shapes.text(null=True)
    raised_at = shapes.time(null=False)
    outcome = shapes.text(null=True)
    decision_reason = shapes.text(null=True)
    decided_by = shapes.text(null=True)
    decided_at = shapes.time()


class FindingShape(serializers.Serializer[Any]):
    id = shapes.whole()
    ticket = shapes.text()
    unit = shapes.text()
    finding = shapes.text()
    ground = shapes.text(null=True)
    responsibility = shapes.text(null=True)
    cause = shapes.text(null=True)
    step_kind = shapes.text(null=True)
    step = shapes.whole(null=True)
    holder = shapes.text(null=True)
    share_percent = serializers.FloatField(allow_null=True)
    found_by = shapes.text(null=True)
    found_at = shapes.time(null=False)
    replaced_at = shapes.time()
    dispute = DisputeShape(allow_null=True)


class FilingShape(serializers.Serializer[Any]):
    id = shapes.whole()
    ticket = shapes.text()
    sent_to = shapes.text()
    receiver = shapes.text(null=True)
    sent_at = shapes.time(null=False)
    receipt = shapes.text(null=True)
    officer = shapes.text(null=True)


class AppealContactShape(serializers.Serializer[Any]):
    unit = shapes.text()
    person = shapes.text()
    deputy = shapes.text(null=True)
    phone = shapes.text(null=True)
    since_at = shapes.time(null=False)
    until_at = shapes.time()
    reason = shapes.text()
    set_by = shapes.text(null=True)


class NewAppealContactShape(serializers.Serializer[Any]):
    unit = shapes.text(longest=40)
    person = shapes.text(longest=60)
    deputy = shapes.text(null=True, required=False, longest=60)
    phone = shapes.text(null=True, required=False, longest=60)
    reason = shapes.text(longest=200)


class DocumentShape(serializers.Serializer[Any]):
    field = shapes.text()
    title = shapes.text()
    needed = serializers.BooleanField()
    there = serializers.BooleanField()
    attachment = shapes.text(null=True)


class LatenessShape(serializers.Serializer[Any]):
    branch_seconds = serializers.FloatField()
    regulator_seconds = serializers.FloatField()
    consequential = serializers.BooleanField()


class BriefShape(serializers.Serializer[Any]):
    case = CaseShape(allow_null=True)
    lateness = LatenessShape()
    documents = DocumentShape(many=True)
    findings = FindingShape(many=True)
    filings = FilingShape(many=True)
    contacts = AppealContactShape(many=True)


class CountShape(serializers.Serializer[Any]):
    value = shapes.text()
    findings = shapes.whole()
    disputed = shapes.whole()
    decided_anew = shapes.whole()


class CountsShape(serializers.Serializer[Any]):
    by = shapes.text()
    results = CountShape(many=True)
