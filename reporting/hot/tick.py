"""What the Celery tick does: group what came, tell of sudden rises, and forget old words."""

from __future__ import annotations

import time
from datetime import datetime

from tickets.models import Organisation

from .keep import Grouped, forget, group_batch
from .surge import raise_notices

LONGEST_SECONDS = 45.0


def tick(at: datetime, *, longest_seconds: float = LONGEST_SECONDS) -> int:
    """As much as fits; the next tick goes on. How many tickets were looked at."""
    started, total = time.monotonic(), 0
    for organisation in Organisation.objects.order_by("pk"):
        done = Grouped(1)
        while done.tickets and time.monotonic() - started < longest_seconds:
            done = group_batch(organisation, at=at)
            raise_notices(organisation, done.issues, at=at)
            total += done.tickets
    forget(at)
    return total
