"""`make faults`: the tests under faults at full size, on every lane of this machine, with a table of what was found.

FAULTS_CLOCKS (1000) clocks fall due within FAULTS_SECONDS (60); everything happens on loopback.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from tests import lanes
from tests.cluster import can_run, own_cluster

from .table import Table

TESTS = (
    *("tests/escalation/test_faults.py", "tests/tickets/test_races.py", "tests/tickets/test_N04_outbox.py"),
    *("tests/tickets/test_I02_hotline_day.py", "tests/escalation/test_S01_servers.py"),
    "tests/tickets/test_S10_migration.py",
)


HEADING = ("fault", "found", "", "", "kept")


def main() -> int:
    table, failed = Table(HEADING, title="what was done to the product, and what came of it"), 0
    for lane in lanes.lanes_here():
        print(f"{lane} …", file=sys.stderr, flush=True)
        with _servers(lane) as more:
            failed += _run(lane, table, more)
    print(table)
    return failed


@contextmanager
def _servers(lane: str) -> Iterator[dict[str, str]]:
    """A PostgreSQL of our own that may be stopped, where this machine can run one; its place for the environment."""
    if lane != lanes.POSTGRESQL or not can_run():
        yield {}
        return
    with own_cluster() as cluster:
        yield {"TEST_DATABASE_URL": cluster.url, "FAULTS_CLUSTER": cluster.words}


def _run(lane: str, table: Table, more: dict[str, str]) -> int:
    """The tests on one lane; how many of them failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "found.xml"
        environment = {
            "FAULTS_CLOCKS": "1000",
            "FAULTS_SECONDS": "60",
            "HOTLINE_CALLS": "1000",
            **os.environ,
            **more,
            "TEST_LANE": lane,
        }
        command = [sys.executable, "-m", "pytest", *TESTS, "-q", "-p", "no:cacheprovider"]
        subprocess.run(
            [*command, f"--junitxml={file}", "-o", "junit_family=xunit1", *sys.argv[1:]],
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        for case in ElementTree.parse(file).iter("testcase"):
            broken = case.find("failure") is not None or case.find("error") is not None
            failed += broken
            fault, found = _said(case)
            table.add(f"{lane}: {fault}", found, met=not broken)
    return failed


def _said(case: ElementTree.Element) -> tuple[str, str]:
    told = [one.get("value", "") for one in case.iter("property") if one.get("name") == "fault"]
    fault, _, found = (told[0] if told else str(case.get("name"))).partition("|")
    return fault, found


if __name__ == "__main__":
    sys.exit(main())
