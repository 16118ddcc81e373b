"""Indicators: dashboards of the house and of a province, and a report by five dimensions beside the plain statement."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from django.db import connection
from django.utils import timezone

from reporting.access import house
from reporting.declarations import indicators
from reporting.figures import figures
from reporting.models import TicketFact
from reporting.questions import question
from reporting.refresh import bring_up_to_date
from tickets.models import Organisation

from . import people
from .load import Ask, Failed, measure
from .servers import Server
from .table import Table

HOUSE, PROVINCE = "zongdu", "zhuguan"
PIECES = (("numbers", "/indicators/"), ("charts and table", "/indicators/?part=rest"))
REQUESTS, ROUNDS = 20, 7
DASHBOARD_MS, TIMES = 150, 2.0
FIVE = ("business_type", "complaint_type", "grade", "level", "channel")
# What a report of settlement in time comes to, by hand: nobody's eyes, no period before, no pending ones.
PLAIN = """
    SELECT {dims},
           count(*) FILTER (WHERE "end" IN ('', 'closed') AND promised AND decided_at <= now()),
           count(*) FILTER (WHERE "end" IN ('', 'closed') AND promised AND decided_at <= now() AND in_time AND agreed)
    FROM reporting_ticketfact WHERE kind = 'complaint' GROUP BY {dims}
"""


def indicating(table: Table, server: Server) -> None:
    bring_up_to_date(longest_seconds=float("inf"))
    for who, username in (("the house", HOUSE), ("a province", PROVINCE)):
        for piece, path in PIECES:
            _dashboard(table, server, f"dashboard of {who}, {piece}", Ask("GET", path, people.pages(username)))
    _report(table)


def _dashboard(table: Table, server: Server, name: str, ask: Ask) -> None:
    """The first look counts the days, the next ones remember them."""
    try:
        first = measure(server, iter([ask] * 2), clients=1, seconds=60, expected=200)
        found = measure(server, itertools.repeat(ask, REQUESTS), clients=1, seconds=60, expected=200)
    except Failed as error:
        table.add(name, str(error)[:60], met=False)
        return
    ms = found.ms(50)
    beside = f"first look {max(first.times) * 1000:.0f} ms"
    table.add(f"{name}, p50", f"{ms:.1f} ms", beside=beside, target=f"≤ {DASHBOARD_MS} ms", met=ms <= DASHBOARD_MS)


def _report(table: Table) -> None:
    """The last year and the one before it, in turn with the plain statement over the same rows."""
    at = timezone.now()
    viewer, one = house(Organisation.objects.get(code="HQ"), at), indicators()["on_time_closure"]
    span = {"from": (at - timedelta(days=400)).date().isoformat(), "to": (at + timedelta(days=1)).date().isoformat()}
    asked = question(one, {**span, "by": ",".join(FIVE)}, viewer)
    ours, plain = _in_turn(lambda: figures([one], asked, viewer), _plainly)
    table.add(
        f"report by five dimensions over {TicketFact.objects.count():,} facts",
        f"{ours:.0f} ms",
        beside=f"plain full scan {plain:.0f} ms: {ours / plain:.2f} ×",
        target=f"≤ {TIMES:g} ×",
        met=ours <= TIMES * plain,
    )


def _plainly() -> None:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN.format(dims=", ".join(FIVE)))
        cursor.fetchall()


def _in_turn(*works: Callable[[], object]) -> list[float]:
    """The median of each, in milliseconds."""
    times: list[list[float]] = [[] for _ in works]
    for _, (kept, work) in itertools.product(range(ROUNDS), zip(times, works, strict=True)):
        started = time.perf_counter()
        work()
        kept.append((time.perf_counter() - started) * 1000)
    return [median(kept) for kept in times]
