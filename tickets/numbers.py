"""Ticket numbers: T, the day of receipt, and a running number (T20261124000001).

A process takes a block of numbers at a time, in a transaction of its own, so that two creates never wait for each
other. A number is used once; a block that a stopped process did not use up leaves a gap, and a gap is not a lost
ticket: `events verify` counts tickets, not numbers.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from .models import NumberBlock

BLOCK = 20
_lock = threading.Lock()
_free: dict[str, list[int]] = {}
os.register_at_fork(after_in_child=_free.clear)  # a forked process must not use the same numbers again


def next_number(at: datetime, zone: ZoneInfo) -> str:
    """The next number of that day in the organisation's zone. Call it outside the ticket's transaction."""
    day = f"{at.astimezone(zone):%Y%m%d}"
    with _lock:
        numbers = _free.get(day)
        if not numbers:
            if len(_free) > 3000:
                _free.clear()  # an import runs through years of days
            first = _take(day)
            numbers = _free[day] = list(range(first + BLOCK - 1, first - 1, -1))
        return f"T{day}{numbers.pop():06d}"


def _take(day: str) -> int:
    while True:
        with transaction.atomic():
            if NumberBlock.objects.filter(day=day).update(next=F("next") + BLOCK):
                return NumberBlock.objects.values_list("next", flat=True).get(day=day) - BLOCK
        try:
            with transaction.atomic():
                NumberBlock.objects.create(day=day, next=1)
        except IntegrityError:
            continue  # another process was first


def take_numbers(wanted: Mapping[str, int]) -> dict[str, int]:
    """The first of as many numbers as are wanted of each day (YYYYMMDD), in one statement: what an import needs.

    Call it outside the tickets' transaction, as `next_number`.
    """
    if not wanted:
        return {}
    days = sorted(wanted)  # always in one order, so that two imports don't wait for each other in a ring
    rows = ", ".join(["(%s, %s)"] * len(days))
    sql = (
        f"INSERT INTO tickets_numberblock (day, next) VALUES {rows} ON CONFLICT (day) "  # noqa: S608  placeholders
        "DO UPDATE SET next = tickets_numberblock.next + excluded.next - 1 RETURNING day, next"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [part for day in days for part in (day, wanted[day] + 1)])
        return {day: following - wanted[day] for day, following in cursor.fetchall()}
