"""How long a session lasts: work prolongs it, polling does not (design §6, time-outs)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

SEEN = "seen"
PROLONG_SECONDS = 300  # a write at most this often


def keep_alive(request: HttpRequest, at: datetime) -> None:
    """A whole page was asked for: the session starts anew."""
    if at.timestamp() - request.session.get(SEEN, 0) > PROLONG_SECONDS:
        request.session[SEEN] = int(at.timestamp())


def seconds_left(request: HttpRequest) -> int:
    """What the browser counts down from; less than a full session where the last renewal is some minutes old."""
    return request.session.get_expiry_age() - PROLONG_SECONDS


@require_POST
def keepalive(request: HttpRequest) -> HttpResponse:
    """接着用 in the warning: works for whoever is still logged in."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    request.session[SEEN] = int(timezone.now().timestamp())
    return HttpResponse(status=204)
