"""The supervisor of `make run`, with real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import process_of

# A supervisor in a process of its own. Each child says its number and waits; so does a grandchild of the second.
PROGRAM = """
import sys
from pathlib import Path
from complaints_site.lib.supervisor import Child, Supervisor
wait = "import os, sys, signal; print(sys.argv[1], os.getpid(), flush=True); signal.pause()"
family = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[2], sys.argv[1]])"
Supervisor(
    [
        Child("first", [sys.executable, "-c", wait, "first"]),
        Child("second", [sys.executable, "-c", family, "grandchild", wait]),
    ],
    Path.cwd(),
    lambda line: print(line, flush=True),
).run()
print("over", flush=True)
"""


@pytest.fixture
def supervisor() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM]
    with process_of(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        yield process


def said(process: subprocess.Popen[str], word: str) -> str:
    """The next line with `word`; the end of the output is a failure."""
    assert process.stdout is not None
    for line in process.stdout:
        if word in line:
            return line
    raise AssertionError(f"{word!r} was never said")


def pids(process: subprocess.Popen[str]) -> dict[str, int]:
    assert process.stdout is not None
    return {name: int(pid) for name, pid in (process.stdout.readline().split() for _ in range(2))}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_killed_child_is_started_again(supervisor: subprocess.Popen[str]) -> None:
    first = pids(supervisor)["first"]
    os.kill(first, signal.SIGKILL)
    assert "first ended with status -9" in said(supervisor, "ended")
    said(supervisor, "first is back")
    assert int(said(supervisor, "first").split()[1]) != first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_children_and_grandchildren(supervisor: subprocess.Popen[str], number: int) -> None:
    started = pids(supervisor)
    supervisor.send_signal(number)
    said(supervisor, "over")
    assert supervisor.wait(timeout=20) == 0
    assert not [name for name, pid in started.items() if is_alive(pid)]
