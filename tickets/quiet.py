"""Quiet hours of a rulebook (`quiet = "22:00-07:00"`): what makes a phone ring waits till their end (row W02)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(quiet: str, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that `at` lies in end; None outside them.

    >>> quiet_until("22:00-07:00", datetime.fromisoformat("2026-11-24T23:30+08:00"), ZoneInfo("Asia/Shanghai"))
    datetime.datetime(2026, 11, 25, 7, 0, tzinfo=zoneinfo.ZoneInfo(key='Asia/Shanghai'))
    """
    if not quiet:
        return None
    first, last = (time.fromisoformat(part) for part in quiet.split("-"))
    local = at.astimezone(zone)
    now, today = local.time(), local.date()
    over_midnight = last <= first
    if over_midnight and now >= first:
        today += timedelta(days=1)
    elif not (now < last and (over_midnight or now >= first)):
        return None
    return datetime.combine(today, last, tzinfo=zone)
