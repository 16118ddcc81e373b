"""A small day of a hotline over a network that misbehaves: everything acknowledged is there, once, and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest
from django.utils import timezone

from benchmarks.cutting import cutting
from benchmarks.hotline import calls_of_the_day, client, play
from benchmarks.proof import prove
from benchmarks.servers import free_port
from tests.books import loaded
from tests.cast import cast
from tests.faults import crew, until
from tickets.actions.people import token_create

CALLS = int(os.environ.get("HOTLINE_CALLS", "60"))
SMALL_DAY = ((0.5, 3), (0.5, 8))


@pytest.mark.django_db(transaction=True)
def test_I02_a_day_of_calls_loses_nothing_and_doubles_nothing(
    product_environment: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    loaded("unicom-complaint")
    token = token_create(person=cast().people["hotline"], at=timezone.now())
    calls, port = calls_of_the_day(CALLS, seed=7), free_port()
    web = [sys.executable, "-m", "gunicorn", "complaints_site.wsgi", "--bind", f"127.0.0.1:{port}"]
    web += ["--workers", "2", "--threads", "2", "--log-level", "critical", "--no-control-socket"]
    with crew(product_environment, workers=0, beats=0) as made, cutting(port, seed=7) as network:
        made.start("web", web)
        until(lambda: answers(f"http://127.0.0.1:{port}", token))
        ledger = play(calls, f"http://127.0.0.1:{network.port}", token, day=SMALL_DAY)
    assert sum(network.done.values()) > network.done["whole"] > 0, "the network misbehaved"
    findings = prove(calls, ledger, "hotline")
    assert not [(one.what, one.found) for one in findings if not one.kept]
    faults = ", ".join(f"{name} {count}" for name, count in sorted(network.done.items()) if name != "whole")
    record_property("fault", f"a hotline's day of {CALLS} calls|{faults}; nothing lost, nothing double")


def answers(base: str, token: str) -> bool:
    try:
        return bool(client().Hotline(base, token, tries=1).ask("GET", "/rulebooks/"))
    except OSError:
        return False
