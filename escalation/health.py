"""Whether the watch is awake (rule 7): when a sweep last ended, and what is due and not yet alerted."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from tickets.models import Clock

from .models import Pulse, SetAside
from .sweep import WATCH


def watch_age_seconds(at: datetime) -> float | None:
    """Seconds since a sweep last ended; None when there was none."""
    beaten = Pulse.objects.filter(name=WATCH).values_list("beaten_at", flat=True).first()
    return (at - beaten).total_seconds() if beaten else None


def oldest_unalerted_seconds(at: datetime) -> float:
    """How long the oldest moment that has come is waiting for the watch; 0 when none is."""
    oldest = Clock.objects.filter(next_at__lte=at).aggregate(oldest=Min("next_at"))["oldest"]
    return (at - oldest).total_seconds() if oldest else 0.0


def set_aside_count() -> int:
    return SetAside.objects.filter(tried_again_at=None).count()
