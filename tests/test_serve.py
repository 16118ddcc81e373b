"""`manage.py serve`, the last line of `make run`, with its real processes on the test's database."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.servers import process_of


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def site(product_environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    quiet = {**product_environment, "LOG_LEVEL": "CRITICAL"}
    with process_of(command, env=quiet, stdout=subprocess.PIPE, text=True) as process:
        yield process


def said(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdout is not None
    return next(line for line in process.stdout if word in line)


def children(process: subprocess.Popen[str]) -> dict[str, int]:
    """The processes that `serve` keeps, by what they are."""
    found = {}
    for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        found[next(word for word in ("gunicorn", "worker", "beat") if word in words)] = int(pid)
    return found


def status_of(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
        return int(answer.status)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the processes in /proc")
def test_serve_says_where_it_is_starts_a_killed_worker_again_and_ends(site: subprocess.Popen[str], port: int) -> None:
    assert f"http://localhost:{port}/" in said(site, "http://")
    assert status_of(port) == 200
    before = children(site)
    assert set(before) == {"gunicorn", "worker", "beat"}

    os.kill(before["worker"], signal.SIGKILL)
    said(site, "the worker ended")
    said(site, "the worker is back")
    after = children(site)
    assert status_of(port) == 200
    assert {name for name, pid in after.items() if pid != before[name]} == {"worker"}

    site.send_signal(signal.SIGINT)
    said(site, "stopped")
    assert site.wait(timeout=20) == 0
    assert not [pid for pid in after.values() if Path(f"/proc/{pid}").exists()]


def test_serve_says_that_its_port_is_taken(product_environment: dict[str, str], port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, env=product_environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "PORT=" in done.stderr
    assert "Traceback" not in done.stderr
