"""A stored file on its way out: who may have it, and how it is sent. Pages and API both ask here (rules 12 and 15)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

from .access import visible_to
from .looks import FILE, look_note
from .models import Attachment, Person

Response = TypeVar("Response", bound=HttpResponseBase)


def attachment_for(person: Person, id: uuid.UUID, at: datetime) -> Attachment | None:
    """The file, where the person sees its ticket or uploaded it and no ticket has it yet; else it doesn't exist."""
    seen = Q(ticket__in=visible_to(person, at)) | Q(ticket=None, uploaded_by=person)
    found = Attachment.objects.filter(seen, pk=id).select_related("ticket").first()
    if found is not None and found.ticket is not None:
        look_note(found.ticket, person=person, way=FILE, at=at, purpose=found.name)
    return found


def sent_content(name: str, content: bytes) -> HttpResponse:
    """What was made for this request, as something to save."""
    response = HttpResponse(content, content_type="application/octet-stream")
    return as_attachment(response, name, len(content))


def as_attachment(response: Response, name: str, size: int | None = None) -> Response:
    """The headers with which a browser saves an answer and neither shows nor runs it."""
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    if size is not None:
        response.headers["Content-Length"] = str(size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def sent(kept: Attachment) -> FileResponse:
    """The content, as something to save: no browser shows or runs it."""
    response = FileResponse(kept.file.open("rb"), content_type="application/octet-stream")
    return as_attachment(response, kept.name, kept.size)
