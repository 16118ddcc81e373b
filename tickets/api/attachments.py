"""Files over REST: added to a ticket or before it exists, and sent back as an attachment only (rule 15, row S06)."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ..core.sentences import Invalid, invalid
from ..downloads import attachment_for, sent
from ..models import Attachment, Ticket
from ..uploads import TooBig, store_upload
from . import schema
from .endpoint import Endpoint
from .pages import PAGE_NAMES, Order, page_of
from .problems import TooLarge
from .represent import times_of
from .tickets import TicketEndpoint

UPLOAD_NAMES = frozenset({"file", "field", "internal"})
ENVELOPE = 64 * 1024  # what a multipart body may hold beside the file
FLAGS = {"": True, "true": True, "1": True, "false": False, "0": False}


class UploadEndpoint(TicketEndpoint):
    parser_classes = [MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.method == "POST" and int(length) > settings.UPLOAD_MAX_BYTES + ENVELOPE:
            raise TooLarge  # before a byte of it is read

    def keep(self, request: Request, ticket: Ticket | None) -> Response:
        try:
            data: Any = request.data
            files = request.FILES
        except SuspiciousOperation as error:  # too many parts
            raise exceptions.ParseError from error
        self.refuse_unknown({**data, **files}, UPLOAD_NAMES)
        upload = files.get("file")
        if not isinstance(upload, UploadedFile) or len(files.getlist("file")) != 1:
            raise invalid("file", "请在 file 里放一个文件", "Send one file in `file`")
        field, internal = self._words(data)
        try:
            kept = store_upload(upload, actor=self.person, at=self.at, ticket=ticket, field=field, internal=internal)
        except TooBig as error:
            raise TooLarge from error
        return Response(self.describe(kept, ticket), status=201)

    def _words(self, data: Any) -> tuple[str, bool]:
        field, internal = str(data.get("field", "")), str(data.get("internal", "")).lower()
        errors = Invalid()
        if len(field) > 60 or not (field == "" or field.isidentifier()):
            errors.add("field", "要填规则里的字段代号", "Must be the id of a field of the rulebook")
        if internal not in FLAGS:
            errors.add("internal", "要填 true 或 false", "Must be true or false")
        errors.raise_if_any()
        return field, FLAGS[internal]

    def describe(self, kept: Attachment, ticket: Ticket | None) -> dict[str, Any]:
        world = self.world
        by = world.people.get(kept.uploaded_by_id or 0)
        return {
            "id": str(kept.pk),
            "ticket": ticket.number if ticket else None,
            "field": kept.field or None,
            "name": kept.name,
            "content_type": kept.content_type,
            "size": kept.size,
            "sha256": kept.sha256,
            "internal": kept.internal,
            "uploaded_at": times_of(world)(kept.uploaded_at),
            "uploaded_by": by.username if by else None,
            "content": reverse("api-attachment", [kept.pk], request=self.request),
        }


class TicketAttachments(UploadEndpoint):
    @extend_schema(**schema.TICKET_ATTACHMENTS)
    def get(self, request: Request, number: str) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES)
        ticket = Ticket.objects.only("number").get(pk=self.ticket_id(number))
        rows, order = Attachment.objects.filter(ticket=ticket), Order("uploaded_at", is_time=True)
        return Response(page_of(request, rows, order, lambda kept: self.describe(kept, ticket)))

    @extend_schema(**schema.TICKET_ATTACH)
    def post(self, request: Request, number: str) -> Response:
        ticket = Ticket.objects.only("number").get(pk=self.ticket_id(number))
        return self.keep(request, ticket)


class Attachments(UploadEndpoint):
    @extend_schema(**schema.UPLOAD)
    def post(self, request: Request) -> Response:
        return self.keep(request, None)


class OneAttachment(Endpoint):
    @extend_schema(**schema.DOWNLOAD)
    def get(self, request: Request, id: uuid.UUID) -> FileResponse:
        kept = attachment_for(self.person, id, self.at)
        if kept is None:
            raise Http404
        return sent(kept)
