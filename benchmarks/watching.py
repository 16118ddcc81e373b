"""The watch with everything it commits: claims, alerts and messages."""

from __future__ import annotations

import time
from statistics import median

from django.db import connection
from django.utils import timezone

from escalation.models import Alert
from escalation.sweep import sweep
from tickets.models import Clock, Message

from . import statements
from .table import Table

IDLE_TICKS = 50
IDLE_MS = 1.0
STORMS = ((1_000, 0.250), (100_000, 25.0))


def watching(table: Table) -> None:
    while sweep(now=timezone.now):
        pass  # what fell due while the rest was measured
    _idle(table)
    for number, seconds in STORMS:
        _storm(table, number, seconds)


def _idle(table: Table) -> None:
    times = []
    for _ in range(IDLE_TICKS):
        with statements.counted() as said:
            handled = sweep(now=timezone.now)
        assert handled == 0, "nothing should be due while the watch idles"
        due = [sql for sql in said.said if "tickets_clock" in sql]
        assert len(due) == 1
        times.append(said.seconds)
    ms = median(times) * 1000
    waiting = Clock.objects.filter(next_at__isnull=False).count()
    table.add(
        f"watch, idle tick over {waiting:,} clocks",
        f"{ms:.2f} ms of SQL",
        target=f"≤ {IDLE_MS:g} ms",
        met=ms <= IDLE_MS,
    )


def _storm(table: Table, number: int, seconds: float) -> None:
    """So many warnings fall due at one moment: the oldest clocks that wait for one."""
    name = f"watch, {number:,} due at once"
    due = _make_due(number)
    if due < number:
        table.add(name, f"only {due:,} clocks wait here")
        number = due
    alerts, messages = Alert.objects.count(), Message.objects.count()
    started = time.perf_counter()
    while sweep(now=timezone.now):
        pass
    took = time.perf_counter() - started
    raised, told = Alert.objects.count() - alerts, Message.objects.count() - messages
    assert raised == due, f"{due} due, {raised} alerts"
    table.add(
        f"{name}, committed with {told:,} messages",
        f"{took * 1000:.0f} ms" if took < 2 else f"{took:.1f} s",
        beside=f"{due / took:,.0f} alerts/s",
        target=f"≤ {seconds * 1000:.0f} ms" if seconds < 2 else f"≤ {seconds:g} s",
        met=took <= seconds,
    )


def _make_due(number: int) -> int:
    """Give clocks of steps that wait a first moment that has come, and an end that is far."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tickets_clock SET moment = 0, started_at = now() - interval '1 day', ceiling_at = NULL,
                warn_at = now() - interval '1 second', due_at = now() + interval '9 days',
                next_at = now() - interval '1 second', warned_at = NULL, overdue_at = NULL,
                generation = generation + 1, silenced = ''
            WHERE id IN (SELECT id FROM tickets_clock WHERE next_at > now() ORDER BY next_at LIMIT %s)
            """,
            [number],
        )
        due = cursor.rowcount
        cursor.execute("ANALYZE tickets_clock")
    return int(due)
