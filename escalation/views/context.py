"""How many alerts wait for this person's acknowledgement: the number on the rail and on the bell."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from escalation.views.items import waiting_count
from tickets.views.reader import reader_of


def alerts(request: HttpRequest) -> dict[str, Any]:
    """The context processor. The frame counts when it is drawn; a fragment without it asks nothing."""
    if getattr(request, "user", None) and request.user.is_authenticated:
        request.count_alerts = lambda: open_alerts(request)  # type: ignore[attr-defined]
    return {}


def open_alerts(request: HttpRequest) -> int:
    reader = reader_of(request)
    if not reader.sees_tickets:
        return 0
    if "alerts" not in reader.known:
        reader.known["alerts"] = waiting_count(reader)
    return int(reader.known["alerts"])
