"""A sweep: batches until nothing is due, within a bound of time, and the pulse that says it came by."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from .models import Pulse
from .watch import BATCH, watch_batch

LONGEST_SECONDS = 25.0  # then the next tick goes on: a stopped worker must not hold the rest up
WATCH = "watch"


def sweep(*, now: Callable[[], datetime], size: int = BATCH, longest_seconds: float = LONGEST_SECONDS) -> int:
    """Handle every moment that has come, oldest first; how many there were."""
    started, total = time.monotonic(), 0
    while True:
        handled = watch_batch(at=now(), size=size)
        total += handled
        if handled == 0 or time.monotonic() - started > longest_seconds:
            break
    at = now()
    if not Pulse.objects.filter(name=WATCH).update(beaten_at=at):
        Pulse.objects.bulk_create([Pulse(name=WATCH, beaten_at=at)], ignore_conflicts=True)
    return total
