"""A sweep: batches until nothing is due, within a bound of time, and the pulse that says it came by."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection

from tickets.models import Clock

from .models import Pulse
from .watch import BATCH, watch_batch

LONGEST_SECONDS = 25.0  # then the next tick goes on: a stopped worker must not hold the rest up
WATCH = "watch"


def sweep(*, now: Callable[[], datetime], size: int = BATCH, longest_seconds: float = LONGEST_SECONDS) -> int:
    """Handle every moment that has come, oldest first; how many there were.

    A storm gets two hands: while the database writes down one batch, the next is put into words. They share the rows
    as two workers would. SQLite has one writer, so there a second hand would only wait.
    """
    ends = time.monotonic() + longest_seconds

    def hand() -> int:
        total = 0
        while handled := watch_batch(at=now(), size=size):
            total += handled
            if time.monotonic() > ends:
                break
        return total

    waiting = _waiting(now(), most=size + 1)
    if waiting > size and connection.vendor == "postgresql":
        total = _with_two(hand)
    else:
        total = hand() if waiting else 0
    at = now()
    if not Pulse.objects.filter(name=WATCH).update(beaten_at=at):
        Pulse.objects.bulk_create([Pulse(name=WATCH, beaten_at=at)], ignore_conflicts=True)
    return total


def _waiting(at: datetime, most: int) -> int:
    """How many clocks are due, counted no further than `most`: a look at one index, and all that an idle tick does."""
    return Clock.objects.filter(next_at__lte=at).order_by("next_at").values("pk")[:most].count()


def _with_two(hand: Callable[[], int]) -> int:
    def other() -> int:
        try:
            return hand()
        finally:
            connection.close()  # a thread has a connection of its own

    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(other)
        return hand() + second.result()
