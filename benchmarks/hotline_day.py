"""`make bench ARGS=hotline`: a hotline's day over a network that misbehaves, and the proof that nothing was lost.

HOTLINE_CALLS (10000) calls in bursts, HOTLINE_SEED; everything on loopback, against gunicorn and PostgreSQL.
"""

from __future__ import annotations

import os
import sys
import time

import django
from django.core.management import call_command

from .cutting import cutting
from .hotline import Ledger, calls_of_the_day, play
from .place import Place
from .servers import serving
from .table import Table

SOURCE = "hotline-day"
HEADING = ("promise", "found", "", "", "kept")


def run(place: Place) -> int:
    with place.databases():
        django.setup()
        table, broken = _day()
        from django.db import connection

        connection.close()
    print(table, flush=True)
    return broken


def _day() -> tuple[Table, int]:
    from .proof import prove

    number, seed = int(os.environ.get("HOTLINE_CALLS", "10000")), int(os.environ.get("HOTLINE_SEED", "20261124"))
    call_command("migrate", verbosity=0)
    call_command("demo", tickets=0, verbosity=0)
    calls, started = calls_of_the_day(number, seed), time.monotonic()
    with serving("complaints_site.wsgi") as server, cutting(server.port, seed) as network:
        print(f"{number} calls …", file=sys.stderr, flush=True)
        ledger = play(calls, f"http://127.0.0.1:{network.port}", _token())
        seconds = time.monotonic() - started
    findings = prove(calls, ledger, SOURCE)
    table = Table(HEADING, title=_title(number, seconds, ledger, network.done))
    for one in findings:
        table.add(one.what, one.found, met=one.kept)
    return table, sum(not one.kept for one in findings)


def _token() -> str:
    """As an operator gives one."""
    from io import StringIO

    out = StringIO()
    call_command("api_token", SOURCE, role=["hotline"], unit="410000-hotline", subtree=True, stdout=out)
    return out.getvalue().split()[-1]


def _title(number: int, seconds: float, ledger: Ledger, done: dict[str, int]) -> str:
    times = sorted(ledger.times)
    slow = times[int(len(times) * 0.99)] if times else 0.0
    middle = times[len(times) // 2] if times else 0.0
    faults = ", ".join(f"{name} {count}" for name, count in sorted(done.items()) if name != "whole")
    sent = f"{ledger.counts['requests']} requests sent, {ledger.counts['sent again']} of them again"
    return (
        f"{number} calls in {seconds:.0f} s; {sent}; {faults}\n"
        f"create or append as the agent sees it: p50 {middle * 1000:.0f} ms, p99 {slow * 1000:.0f} ms"
    )
