"""Keeps a few processes alive for as long as this one lives: the web server, the worker and the beat of `make run`.

Each child leads a process group of its own, so that Ctrl-C reaches only the supervisor, which then ends them in
order; a child that dies is started again after a pause that grows while it keeps dying.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0  # a child that lived so long has no history of failures any more
GRACE_SECONDS = 10.0  # between asking a child to end and ending it
LOOK_SECONDS = 0.2
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process to keep alive. `prepare` runs before every start of it."""

    name: str
    command: Sequence[str]
    prepare: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    failures: int = 0


@dataclass
class Supervisor:
    """Run the children until a signal comes. `say` gets one line for everything a person should know."""

    children: Sequence[Child]
    folder: Path
    say: Callable[[str], None]
    each_look: Callable[[], None] = lambda: None
    stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Return when every child has ended after SIGINT, SIGTERM or SIGHUP."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for child in self.children:
                    self._look_after(child)
                self.each_look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._end_all()

    def _stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_again_at:
                self._start(child, now)
        elif (status := child.process.poll()) is not None:
            self._note_death(child, child.process.pid, status, now)

    def _start(self, child: Child, now: float) -> None:
        child.prepare()
        child.started_at = now
        child.process = subprocess.Popen(  # noqa: S603  our own command
            child.command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        if child.failures:
            self.say(f"{child.name} is back")

    def _note_death(self, child: Child, leader: int, status: int, now: float) -> None:
        _signal_group(leader, signal.SIGKILL)  # what it had started itself holds its port
        child.failures = 1 if now - child.started_at >= STEADY_SECONDS else child.failures + 1
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (child.failures - 1))
        child.process, child.start_again_at = None, now + pause
        self.say(f"{child.name} ended with status {status}; it starts again in {pause:g} s")

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            _signal_group(process.pid, signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.0, until - time.monotonic()))
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()


def _signal_group(leader: int, number: int) -> None:
    # PermissionError: macOS says so of a group whose only member is dead and not yet waited for.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _die_with_parent() -> None:
    """Where the kernel can: a supervisor that is killed outright leaves nobody behind who holds the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
