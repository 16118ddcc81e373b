"""What the pages of accountability, circulars, rectification and authority on the spot share."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from tickets.core.sentences import Invalid
from tickets.views.addresses import address
from tickets.views.admin_pages import text

TABS = (
    ("charges", gettext_lazy("责任台账")),
    ("rectifications", gettext_lazy("整改")),
    ("grants", gettext_lazy("现场授权")),
    ("circulars", gettext_lazy("通报")),
)
CURRENT = "board"
MOST = Decimal(10_000_000)


def tabs(current: str) -> list[dict[str, Any]]:
    return [{"label": word, "url": address(name), "current": name == current} for name, word in TABS if address(name)]


def amount(request: HttpRequest, name: str, errors: Invalid) -> Decimal | None:
    """An amount with two decimals at most; nothing typed is None."""
    written = text(request, name)
    if not written:
        return None
    try:
        found = Decimal(written)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= MOST or found != round(found, 2):
        errors.add(name, "写金额，最多两位小数", "An amount with two decimals at most")
        return None
    return found


def day_of(request: HttpRequest, name: str, errors: Invalid) -> date | None:
    written = text(request, name)
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        errors.add(name, "写日期，如 2026-11-24", "A date like 2026-11-24")
        return None


def end_of(day: date | None, zone: Any) -> datetime | None:
    """A date as a deadline: 24:00 of it, less a moment."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone) if day is not None else None
