"""One run: fill, serve product and floor side by side, measure, print one table."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time

import django
from django.core.management import call_command
from django.db import connection

from .place import Place
from .servers import ROOT, THREADS, WORKERS, serving
from .table import Table


def run(place: Place) -> int:
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {line}", file=sys.stderr, flush=True)

    with place.databases():
        table = _measure(place, say)
        connection.close()
    print(table, flush=True)
    return 0


def _measure(place: Place, say: object) -> Table:
    django.setup()
    from django.utils import timezone

    from . import creating, delivering, figures, reading, watching  # the product's models, after setup
    from .fill import fill
    from .importing import importing

    call_command("migrate", verbosity=0)
    fill(place.tickets, at=timezone.now(), say=say)
    token = _prepare_floor()
    table = Table()
    with serving("complaints_site.wsgi") as server, serving("benchmarks.floor.wsgi") as floor:
        say("lists, pages, search")
        reading.reading(table, server)
        say("indicators")
        figures.indicating(table, server)
        say("creates")
        creating.creates(table, server, floor, token)
        say("actions")
        creating.actions(table, server, floor, token)
        reading.memory(table, server)
    say("watch")
    watching.watching(table)
    say("delivery")
    delivering.delivering(table)
    say("import")
    importing(table)
    table.title = _title(place)
    return table


def _prepare_floor() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.floor.prepare"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _title(place: Place) -> str:
    version = connection.pg_version
    return (
        f"{place.tickets:,} tickets, PostgreSQL {version // 10_000}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, gunicorn {WORKERS} × {THREADS}, load {os.getloadavg()[0]:.1f}; "
        "rates are medians of rounds in turn with the floor's"
    )
