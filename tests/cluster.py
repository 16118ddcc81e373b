"""A PostgreSQL of our own on a free port, which a test may stop and start: never the one that others use too."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import free_port

# No checkpoint and no socket in a folder that may not be there; it lives for minutes.
OPTIONS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c fsync=off"


@dataclass(frozen=True, slots=True)
class Cluster:
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self._control("start", "-w", "-l", f"{self.folder}/log", "-o", f"-p {self.port} {OPTIONS}")

    def stop(self) -> None:
        """As a crash would: no farewell to anybody, and recovery at the next start."""
        self._control("stop", "-m", "immediate")

    @property
    def words(self) -> str:
        """For the environment of another process."""
        return f"{self.port}:{self.folder}"

    def _control(self, *words: str) -> None:
        run_as_owner(["pg_ctl", "-D", str(self.folder), *words], self.folder.stat().st_uid)


def cluster_of(words: str) -> Cluster | None:
    """The cluster that another process made, by its words; None where there is none."""
    port, _, folder = words.partition(":")
    return Cluster(Path(folder), int(port)) if folder else None


def run_as_owner(command: list[str], owner: int) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=owner, cwd="/")


def can_run() -> bool:
    return shutil.which("initdb") is not None and shutil.which("pg_ctl") is not None


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Made and started; PostgreSQL refuses root, so there it runs as the user `postgres`."""
    owner = os.getuid() or pwd.getpwnam("postgres").pw_uid
    with tempfile.TemporaryDirectory(prefix="complaints-cluster-") as place:
        os.chown(place, owner, -1)
        cluster = Cluster(Path(place) / "data", free_port())
        run_as_owner(["initdb", "-D", str(cluster.folder), "-U", "postgres", "-A", "trust", "-E", "UTF8"], owner)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
