"""One line for every request, and one number that runs through all lines of it: `X-Request-ID`, in and out (row S10).

A line names route, person by id and ticket, never an address with what was searched for, and no content. A proxy's id
is taken over where it is one; a worker's task uses its own.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from .measures import request_measured

HEADER = "X-Request-ID"
UNMATCHED = "none"
_FIT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_about: ContextVar[dict[str, Any] | None] = ContextVar("log_about", default=None)
log = logging.getLogger("complaints.request")


def begin_about(request_id: str) -> None:
    """From here on lines of this thread carry this id, and nothing of what was noted before."""
    _about.set({"request_id": request_id})


def note(**said: Any) -> None:
    """Have the lines from here on say this too: `note(ticket=number)`."""
    about = _about.get()
    if about is not None:
        about.update(said)


def about() -> dict[str, Any]:
    """What the lines of this request or task have in common."""
    return _about.get() or {}


class RequestLogMiddleware:
    """The outermost: what it measures is what a caller waits for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        given = request.headers.get(HEADER, "")
        request_id = given if _FIT.fullmatch(given) else uuid.uuid4().hex
        begin_about(request_id)
        response = self.get_response(request)
        response.headers[HEADER] = request_id
        _tell(request, response, time.perf_counter() - begun)
        return response


def _tell(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    match = request.resolver_match
    route = (match.view_name or match.route) if match else UNMATCHED
    if match and "number" in match.kwargs:
        note(ticket=match.kwargs["number"])
    note(person=_person(request))
    request_measured(request.method or "", route, response.status_code, seconds)
    said = {"method": request.method, "route": route, "status": response.status_code}
    log.info("request", extra={"said": {**said, "duration_ms": round(seconds * 1000, 1)}})


def _person(request: HttpRequest) -> int | None:
    """The id of whoever is logged in, where the view asked for it: a line costs no statement."""
    user = getattr(request, "user", None)
    if isinstance(user, SimpleLazyObject):
        user = getattr(request, "_cached_user", None)
    return user.pk if user is not None else None
