"""Clients on loopback: each a thread with one connection, bounded in time and in number of requests."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .servers import Server

MOST_REQUESTS = 20_000


class Failed(Exception):
    """The product gave another answer than the one to be measured."""


@dataclass(frozen=True)
class Ask:
    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any] | None = None


@dataclass
class Measured:
    """What a run of clients saw. `cpu_ms` is that of the web workers, per request."""

    seconds: float = 0.0
    cpu_ms: float = 0.0
    times: list[float] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def ms(self, percent: int) -> float:
        return statistics.quantiles(self.times, n=100)[percent - 1] * 1000


def measure(
    server: Server, asks: Iterator[Ask], *, clients: int, seconds: float, expected: int, keep_answers: bool = False
) -> Measured:
    """Let clients take requests from `asks` until it is empty or the time is up. Any other status ends the run."""
    lock, found, failures = threading.Lock(), Measured(), []
    end = time.monotonic() + seconds
    take = _taker(asks, lock)

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while time.monotonic() < end and not failures and (ask := take()) is not None:
            started = time.perf_counter()
            status, answer = send(connection, ask)
            took = time.perf_counter() - started
            if status != expected:
                failures.append(f"{status} for {ask.method} {ask.path}: {answer[:500]!r}")
            with lock:
                found.times.append(took)
                if keep_answers:
                    found.answers.append(json.loads(answer))
        connection.close()

    cpu, started = server.cpu_seconds(), time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failed(failures[0])
    found.seconds = time.perf_counter() - started
    found.cpu_ms = (server.cpu_seconds() - cpu) / max(1, len(found.times)) * 1000
    return found


def send(connection: http.client.HTTPConnection, ask: Ask) -> tuple[int, bytes]:
    body = json.dumps(ask.body).encode() if ask.body is not None else None
    headers = {**ask.headers, "Content-Type": "application/json"} if body else ask.headers
    connection.request(ask.method, ask.path, body=body, headers=headers)
    response = connection.getresponse()
    return response.status, response.read()


def _taker(asks: Iterator[Ask], lock: threading.Lock) -> Callable[[], Ask | None]:
    taken = 0

    def take() -> Ask | None:
        nonlocal taken
        with lock:
            taken += 1
            return next(asks, None) if taken <= MOST_REQUESTS else None

    return take
