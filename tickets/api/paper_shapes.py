"""What the OpenAPI document says of the documents of a ticket."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from . import schema
from .shapes import text, time, whole

FORMATS = ["docx", "pdf"]
ID = OpenApiParameter("id", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH)


class PaperFileShape(serializers.Serializer[Any]):
    format = serializers.ChoiceField(choices=FORMATS)
    id = serializers.UUIDField(help_text="what a file field of an action takes")
    sha256 = text()
    size = whole()


class PaperRowShape(serializers.Serializer[Any]):
    id = whole()
    name = text(help_text="of the rulebook")
    title = text()
    audience = serializers.ChoiceField(choices=["unit", "customer", "regulator", "inside"])
    field = text(null=True, help_text="the rulebook's file field that it answers")
    state = serializers.ChoiceField(choices=["draft", "sent"])
    version = whole()
    author = text(null=True)
    created_at = time(null=False)
    sent_by = text(null=True)
    sent_at = time()
    files = PaperFileShape(many=True, help_text="of a sent document")


class OfferedPaperShape(serializers.Serializer[Any]):
    name = text()
    title = text()
    draft = whole(null=True, help_text="the draft that is there")


class PaperListShape(serializers.Serializer[Any]):
    offered = OfferedPaperShape(many=True)
    next = text(null=True)
    previous = text(null=True)
    results = PaperRowShape(many=True)


class PieceShape(serializers.Serializer[Any]):
    key = text()
    label = text()  # type: ignore[assignment]
    text = serializers.CharField()
    long = serializers.BooleanField()


class PaperVersionShape(serializers.Serializer[Any]):
    version = whole()
    author = text(null=True)
    at = time(null=False)


class PaperShape(PaperRowShape):
    shown = whole(help_text="the version whose text this is")
    body = serializers.DictField(help_text="the whole text, with lists and quotations")
    pieces = PieceShape(many=True, help_text="what may be edited")
    open = serializers.ListField(child=text(), help_text="what is still to be filled in before it is sent")
    versions = PaperVersionShape(many=True)


class NewPaperShape(serializers.Serializer[Any]):
    name = text()
    like = whole(null=True, required=False, least=1)


class PaperEditShape(serializers.Serializer[Any]):
    version = whole(least=1)
    texts = serializers.DictField(child=serializers.CharField(allow_blank=True))


class PaperSendShape(serializers.Serializer[Any]):
    version = whole(least=1)
    wording_reason = text(required=False, help_text="Why a phrase that a customer should not read must stand")


ARCHIVE = schema.described(
    "tickets_archive",
    "The whole ticket as one PDF, or as a zip with every file, the history and an index with hashes",
    answers={(200, "application/octet-stream"): bytes},
    refusals=(*schema.ONE, 409),
    parameters=[schema.NUMBER, schema.query("format", enum=["zip", "pdf"])],
)
PAPERS = schema.described(
    "tickets_papers",
    "The documents of a ticket, and those that you may write now",
    answers={200: PaperListShape},
    refusals=schema.ONE,
    parameters=[schema.NUMBER, *schema.PAGING],
)
PAPER_DRAFT = schema.described(
    "tickets_papers_create",
    "Draft a document from the ticket, or with the text of a sent one (`like`)",
    answers={201: PaperShape},
    refusals=(*schema.WRITING, 404, 409),
    request=NewPaperShape,
    parameters=[schema.NUMBER],
)
PAPER = schema.described(
    "tickets_papers_retrieve",
    "One document with its text",
    answers={200: PaperShape},
    refusals=schema.ONE,
    parameters=[schema.NUMBER, ID, schema.query("version", {"type": "integer", "minimum": 1}, "an earlier text")],
)
PAPER_EDIT = schema.described(
    "tickets_papers_edit",
    "Replace pieces of a draft",
    answers={200: PaperShape},
    refusals=(*schema.WRITING, 404, 409),
    request=PaperEditShape,
    parameters=[schema.NUMBER, ID],
)
PAPER_SEND = schema.described(
    "tickets_papers_send",
    "Send a draft: it is kept as it is, as Word and PDF",
    answers={200: PaperShape},
    refusals=(*schema.WRITING, 404, 409),
    request=PaperSendShape,
    parameters=[schema.NUMBER, ID],
)
PAPER_FILE = schema.described(
    "tickets_papers_file",
    "The document as a file",
    answers={(200, "application/octet-stream"): bytes},
    refusals=(*schema.ONE, 409),
    parameters=[schema.NUMBER, ID, schema.query("format", enum=FORMATS)],
)
