"""An event log on its way to a browser or a program."""

from __future__ import annotations

from django.http import StreamingHttpResponse

from tickets.downloads import as_attachment

from .cases import Log
from .formats import FORMATS


def log_answer(log: Log, format: str) -> StreamingHttpResponse:
    """The file, sent while it is read."""
    form = FORMATS[format]
    pieces = (piece.encode() for piece in form.write(log.cases()))
    name = f"events-{log.received.start:%Y%m%d}-{log.received.end:%Y%m%d}{form.suffix}"
    return as_attachment(StreamingHttpResponse(pieces, content_type=form.content_type), name)
