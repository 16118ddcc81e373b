"""Cursor pages: `{"next", "previous", "results"}`, stable while rows come in, and as fast at the end as at the start.

A cursor names the row where the last page ended: the value that the list is ordered by, and the row's id.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from rest_framework.request import Request

from ..core.sentences import Invalid, invalid

SIZE, MOST = 25, 200
NEVER = datetime(9000, 1, 1, tzinfo=UTC)  # rows without a deadline stand after those with one
PAGE_NAMES = frozenset({"cursor", "limit"})
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is ordered by; the id decides between equals. A `nullable` time that is missing counts as never."""

    column: str
    descending: bool = False
    nullable: bool = False
    is_time: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    value: Any
    id: int
    backwards: bool = False


def page_of(request: Request, rows: QuerySet[Any], order: Order, represent: Callable[[Any], Any]) -> dict[str, Any]:
    """One page of the rows, in one statement. Raises Invalid for a cursor or limit that isn't ours."""
    size = _limit(request)
    cursor = _cursor(request, order)
    backwards = cursor is not None and cursor.backwards
    if order.nullable:
        rows = rows.annotate(cursor_value=Coalesce(F(order.column), Value(NEVER)))
    column = "cursor_value" if order.nullable else order.column
    down = order.descending != backwards
    if cursor is not None:
        rows = rows.filter(_beyond(column, cursor, down))
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next = more if not backwards else True
    has_previous = cursor is not None and (more or not backwards)
    return {
        "next": _link(request, found[-1], column, backwards=False) if found and has_next else None,
        "previous": _link(request, found[0], column, backwards=True) if found and has_previous else None,
        "results": [represent(row) for row in found],
    }


def _beyond(column: str, cursor: Cursor, down: bool) -> Q:
    """Rows after the cursor's. The first half alone is what an index can follow."""
    word = "lt" if down else "gt"
    return Q(**{f"{column}__{word}e": cursor.value}) & (
        Q(**{f"{column}__{word}": cursor.value}) | Q(**{f"pk__{word}": cursor.id})
    )


# ── cursors as text ──────────────────────────────────────────────────────────────────────────────────


def _link(request: Request, row: Any, column: str, *, backwards: bool) -> str:
    value = getattr(row, column)
    said = [value.isoformat() if isinstance(value, datetime) else value, row.pk, backwards]
    query = request.query_params.copy()
    query["cursor"] = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _cursor(request: Request, order: Order) -> Cursor | None:
    text = request.query_params.get("cursor")
    if not text:
        return None
    try:
        value, id_, backwards = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        value = _instant(value) if order.is_time else value
        fine = isinstance(id_, int) and 0 <= id_ <= LARGEST_ID and isinstance(backwards, bool)
        fine = fine and (order.is_time or (isinstance(value, int) and abs(value) <= 2**31))
    except (ValueError, TypeError, RecursionError):
        fine = False
    if not fine:
        raise _bad_cursor()
    return Cursor(value, id_, backwards)


def _instant(text: Any) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not 1900 <= instant.year <= 9000:
        raise ValueError(text)
    return instant


def _bad_cursor() -> Invalid:
    return invalid("cursor", "翻页标记无效，请从第一页开始", "This cursor is not one of ours: begin at the first page")


def _limit(request: Request) -> int:
    text = request.query_params.get("limit")
    if text is None:
        return SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST):
        raise invalid("limit", f"要在 1 到 {MOST} 之间", f"Must lie between 1 and {MOST}")
    return int(text)
