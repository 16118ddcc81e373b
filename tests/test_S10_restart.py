"""Restarts while people work: no request is lost, and a worker ends what it has begun (row S10)."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import cast
from tests.faults import complain, seconds_book
from tests.servers import process_of
from tickets.models import Message

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for the processes in /proc")
CALLERS, WORKERS = 3, 2
PATIENCE_SECONDS = 180  # of a caller: while workers start, who asks waits; on a busy machine that takes its time


def until(true: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait for something that other processes do."""
    ends = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < ends, "it did not happen"
        threading.Event().wait(0.05)
    return found


def workers_of(master: int) -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()}


def status_of(port: int, path: str) -> int:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        asked.request("GET", path)
        answer = asked.getresponse()
        answer.read()
        return answer.status
    finally:
        asked.close()


@pytest.fixture
def site(product_environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The web server of docker-compose.yml with its two workers: its process and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    flags = ["--config", "python:complaints_site.web_server", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
    command = [sys.executable, "-m", "gunicorn", *flags, "--log-level", "critical", "complaints_site.wsgi"]
    with process_of(command, env={**product_environment, "LOG_LEVEL": "CRITICAL"}) as master:
        until(lambda: answers(port))
        yield master.pid, port
    assert master.returncode == 0


def answers(port: int) -> bool:
    try:
        return status_of(port, "/healthz") == 200
    except OSError:
        return False


class Callers:
    """People who ask without a pause and never twice for the same."""

    def __init__(self, port: int) -> None:
        self.port, self.answered, self.failures = port, 0, list[str]()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CALLERS)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            try:
                status = status_of(self.port, "/login/")
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
            else:
                self.answered += 1
                if status != 200:
                    self.failures.append(str(status))


def test_S10_workers_are_replaced_under_load_and_no_request_is_lost(site: tuple[int, int]) -> None:
    """Each is answered, by the old workers or the new; one scrape tells of both."""
    master, port = site
    with Callers(port) as callers:
        until(lambda: callers.answered > CALLERS)
        old = workers_of(master)
        os.kill(master, signal.SIGHUP)
        until(lambda: len(workers_of(master)) == WORKERS and not workers_of(master) & old)
        before = callers.answered
        until(lambda: callers.answered > before + CALLERS)
    assert callers.failures == []
    assert counted(port) == callers.answered


def counted(port: int) -> float:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    asked.request("GET", "/metrics")
    lines = asked.getresponse().read().decode().splitlines()
    start = 'complaints_request_seconds_count{method="GET",route="login",status="2xx"} '
    return next(float(line.removeprefix(start)) for line in lines if line.startswith(start))


class Slow(BaseHTTPRequestHandler):
    """A gateway for text messages that thinks until it is told to answer."""

    asked, answer = threading.Event(), threading.Event()
    taken = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        Slow.asked.set()
        Slow.answer.wait(30)
        Slow.taken += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def gateway() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sms"
    server.shutdown()
    server.server_close()


def test_S10_a_worker_that_is_asked_to_end_finishes_the_message_that_it_sends(
    product_environment: dict[str, str], gateway: str
) -> None:
    now = timezone.now()
    ticket_id = complain(cast(), seconds_book(), now)  # its rulebook keeps no quiet hours: this may run at night
    Message.objects.all().delete()
    Message.objects.create(
        ticket_id=ticket_id, way="sms", address="13800000000", key="k", text="x", created_at=now, next_try_at=now
    )
    own = {"SMS_URL": gateway, "OUTBOUND_HOSTS": "127.0.0.1", "OUTBOUND_NETWORKS": "127.0.0.0/8", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "celery", "--app", "complaints_site.celery", "--quiet", "worker", "--beat"]
    flags = ["--pool", "threads", "--concurrency", "2", "--schedule", "/dev/null", "--without-mingle"]
    flags += ["--scheduler", "celery.beat.Scheduler", "--loglevel", "ERROR"]
    with process_of([*command, *flags], env={**product_environment, **own}) as worker:
        assert Slow.asked.wait(90)
        worker.terminate()
        Slow.answer.set()
        worker.wait(timeout=60)
    assert Slow.taken == 1
    assert Message.objects.get(key="k").state == "sent"
