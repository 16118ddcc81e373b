"""A stored file on its way out: who may have it, and how it is sent. Pages and API both ask here (rules 12 and 15)."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import quote

from django.db.models import Q
from django.http import FileResponse

from .access import visible_to
from .models import Attachment, Person


def attachment_for(person: Person, id: uuid.UUID, at: datetime) -> Attachment | None:
    """The file, where the person sees its ticket or uploaded it and no ticket has it yet; else it doesn't exist."""
    seen = Q(ticket__in=visible_to(person, at)) | Q(ticket=None, uploaded_by=person)
    return Attachment.objects.filter(seen, pk=id).first()


def sent(kept: Attachment) -> FileResponse:
    """The content, as something to save: no browser shows or runs it."""
    response = FileResponse(kept.file.open("rb"), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"
    response.headers["Content-Length"] = str(kept.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
