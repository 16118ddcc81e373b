"""Ticket numbers: T, the day of receipt, and a running number (T20261124000001).

A process takes a block of numbers at a time, in a transaction of its own, so that two creates never wait for each
other. A number is used once; a block that a stopped process did not use up leaves a gap, and a gap is not a lost
ticket: `events verify` counts tickets, not numbers.
"""

from __future__ import annotations

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F

from .models import NumberBlock

BLOCK = 20
_lock = threading.Lock()
_free: dict[str, list[int]] = {}


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
