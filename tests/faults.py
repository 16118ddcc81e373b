"""What the tests under faults share: complaints with limits of seconds, and the product's processes to be killed.

`FAULTS_CLOCKS` (60) and `FAULTS_SECONDS` (10) make the same tests large: `make faults`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from escalation.models import Alert, SetAside
from tests.cast import Cast
from tests.conftest import ROOT
from tickets.actions.books import book_load
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.models import Clock, Message, RulebookVersion
from tickets.rulebook.source import flatten

CLOCKS = int(os.environ.get("FAULTS_CLOCKS", "60"))
SECONDS = float(os.environ.get("FAULTS_SECONDS", "6"))  # over which they fall due, and in which things are killed
PATIENCE = 60.0  # seconds until something that should happen is given up
BOOK = Path(__file__).parent / "data" / "seconds.toml"


# ── complaints ───────────────────────────────────────────────────────────────────────────────────────


def seconds_book() -> RulebookVersion:
    return book_load(flat=flatten(BOOK), actor=None, at=timezone.now() - timedelta(days=30))


def complain(c: Cast, version: RulebookVersion, at: datetime) -> int:
    """A complaint of that moment: its intake runs out after 4 s, its promise after 6 s, both with a warning."""
    new = NewTicket(content="断线", customer=NewCustomer(phone="13800000000"), received_by="410100-hall")
    return ticket_register(new, version=version, actor=c.people["front_desk"], at=at).ticket.pk


def storm(c: Cast, crew: Crew, *, clocks: int, seconds: float, faults: dict[str, int]) -> None:
    """Complaints come in evenly over that time, two clocks each, while so many workers and beats are killed.

    The last kills come while the last clocks run out.
    """
    version, started = seconds_book(), time.monotonic()
    length = seconds + 6  # the promise of the last one
    kills = sorted((random.uniform(0, length), name) for name, number in faults.items() for _ in range(number))
    registered = 0
    while registered < clocks // 2 or kills:
        passed = time.monotonic() - started
        if kills and kills[0][0] <= passed:
            crew.kill_one(kills.pop(0)[1])
        elif registered < clocks // 2 and registered <= passed / seconds * clocks / 2:
            complain(c, version, timezone.now())
            registered += 1
        else:
            time.sleep(0.01)


def left_to_raise() -> int:
    """Warnings and overruns of the storm that are not raised yet."""
    return 2 * Clock.objects.count() - Alert.objects.count()


def verdict() -> dict[str, Any]:
    """What came of the storm. Every clock has a warning and an overrun, each once, each told once."""
    alerts = list(Alert.objects.values_list("clock_id", "generation", "moment", "instant", "raised_at"))
    late = sorted((raised - instant).total_seconds() for *_, instant, raised in alerts)
    told = Message.objects.filter(way="inbox", name__in=("warning", "overrun")).count()
    expected = {(clock, moment) for clock in Clock.objects.values_list("pk", flat=True) for moment in ("90%", "due")}
    raised = [(clock, moment) for clock, _, moment, *_ in alerts]
    return {
        "alerts": len(alerts),
        "lost": len(expected - set(raised)),
        "double": len(raised) - len(set(raised)),
        "messages": told,
        "set aside": SetAside.objects.count(),
        "p50": late[len(late) // 2] if late else 0.0,
        "p99": late[int(len(late) * 0.99)] if late else 0.0,
    }


def said(found: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.1f} s" if isinstance(value, float) else f"{name} {value}" for name, value in found.items()
    )


def require_kept(found: dict[str, Any]) -> None:
    """The promise of the reliability page: no alert lost, none double, a message for each."""
    wanted = 2 * Clock.objects.count()
    kept = {"alerts": wanted, "lost": 0, "double": 0, "messages": wanted, "set aside": 0}
    assert {name: found[name] for name in kept} == kept


def until(reached: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Look until it is so. Raises AssertionError when it never is."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"not reached in {seconds:.0f} s: {reached}"
        time.sleep(0.1)


# ── processes ────────────────────────────────────────────────────────────────────────────────────────

CELERY = [sys.executable, "-W", "ignore", "-m", "celery", "--app", "complaints_site.celery", "--quiet"]
COMMANDS = {
    "worker": [*CELERY, "worker", "--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle"],
    "beat": [*CELERY, "beat", "--scheduler", "celery.beat.Scheduler", "--pidfile", ""],
}


class Crew:
    """Real workers and beats; whoever is killed is started again, as a supervisor would."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**environment, "WATCH_SECONDS": "1", "LOG_LEVEL": "CRITICAL"}
        self.running: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.kills = 0

    def start(self, name: str, command: list[str] | None = None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*(command or [*COMMANDS[name], "--loglevel", "CRITICAL"])],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.running.append((name, process))
        return process

    def kill_one(self, name: str) -> None:
        """kill -9, and a successor at once."""
        victims = [entry for entry in self.running if entry[0] == name]
        victim = random.choice(victims)
        self.running.remove(victim)
        _end(victim[1])
        self.kills += 1
        self.start(name)

    def stop(self) -> None:
        for _, process in self.running:
            _end(process)
        self.running.clear()


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def crew(environment: dict[str, str], *, workers: int, beats: int) -> Iterator[Crew]:
    made = Crew(environment)
    try:
        for name, number in (("worker", workers), ("beat", beats)):
            for _ in range(number):
                made.start(name)
        yield made
    finally:
        made.stop()


# ── kill -9 between two statements ───────────────────────────────────────────────────────────────────


def killed_at(place: int, act: Callable[[], object]) -> bool:
    """Do `act` in a copy of this process that is killed just before its statement number `place`.

    A place after the last statement kills it when all is committed. False when there was nobody to kill.
    """
    _close_every_connection()
    pid = os.fork()
    if pid == 0:
        _act_and_die(place, act)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), f"the copy failed with status {status}"
    return os.WTERMSIG(status) == signal.SIGKILL


def _close_every_connection() -> None:
    """A copy must not speak on our connections. Where a browser runs, its event loop gives each context its own."""
    connections.close_all()
    for found in gc.get_objects():
        if issubclass(type(found), BaseDatabaseWrapper) and found.connection is not None:
            with contextlib.suppress(DatabaseError):  # another thread's: closed there
                found.close()


def _act_and_die(place: int, act: Callable[[], object]) -> None:
    from django.db import connection

    left = place

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return execute(*arguments)

    try:
        with connection.execute_wrapper(count):
            act()
        # All statements are done and committed: die before anybody hears of it.
        os.kill(os.getpid(), signal.SIGKILL if left == 0 else signal.SIGTERM)
    finally:
        os._exit(3)
