"""Servers of a test's own, to be stopped and started at will: a Redis, the product's web server."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from benchmarks.servers import free_port
from tests.conftest import ROOT
from tests.faults import until

HAS_REDIS = shutil.which("redis-server") is not None


@contextlib.contextmanager
def process_of(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A process that outlives this block under no circumstances: a test that fails must not wait for it for ever."""
    with subprocess.Popen(command, cwd=ROOT, **options) as process:
        try:
            yield process
            process.terminate()
            process.wait(timeout=40)
        finally:
            process.kill()


def gunicorn(port: int, *, workers: int = 2, threads: int = 4) -> list[str]:
    command = [sys.executable, "-m", "gunicorn", "complaints_site.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), "--threads", str(threads), "--worker-class", "gthread"]
    return [*command, "--log-level", "critical", "--no-control-socket"]


def ask(port: int, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body; status 0 where no answer came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST" if body else "GET", path, body or None, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


@dataclass
class OwnRedis:
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir"]
        self.process = subprocess.Popen([*command, str(self.folder)], stdout=subprocess.DEVNULL)
        until(self.answers)

    def answers(self) -> bool:
        try:
            return bool(redis.Redis(port=self.port).ping())
        except redis.RedisError:
            return False

    def flush(self) -> None:
        redis.Redis(port=self.port).flushall()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
