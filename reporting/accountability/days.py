"""How many days late (doc 10 §1(4)): each calendar day begun after the day of the deadline. Pure arithmetic."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

A_MOMENT = timedelta(microseconds=1)  # a deadline at 24:00 belongs to the day that ends then
A_DAY = timedelta(days=1)


def days_late(due_at: datetime, until: datetime, zone: tzinfo, excused_from: date | None = None) -> int:
    """No cap. Days from `excused_from` on, which a leader approved, do not count (ruling on doc 10, reading 50)."""
    first = (due_at - A_MOMENT).astimezone(zone).date()
    last = until.astimezone(zone).date()
    if excused_from is not None:
        last = min(last, excused_from - A_DAY)
    return max(0, (last - first).days)
