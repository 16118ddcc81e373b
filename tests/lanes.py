"""The two ways the product runs, as the tests know them, and which of them this machine can run.

`sqlite` is the embedded default. `postgresql` is production, with Redis beside it where Redis answers.
`make test` runs every test on every lane that answers, in one pytest, so that its summary counts them all.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
DATABASE_DEFAULT = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS_DEFAULT = "redis://127.0.0.1:6379/11"  # a number of our own; keys carry the run's name besides


@functools.cache
def run_name() -> str:
    """A name no other run on this machine has; the processes of one run share it."""
    return os.environ.setdefault("TEST_RUN", f"test_complaints_{os.getpid()}")


def database_url() -> str:
    return os.environ.get("TEST_DATABASE_URL") or DATABASE_DEFAULT


@functools.cache
def redis_url() -> str:
    """Where Redis answers, or nothing."""
    import redis

    url = os.environ.get("TEST_REDIS_URL") or REDIS_DEFAULT
    try:
        redis.Redis.from_url(url, socket_connect_timeout=2).ping()
    except (redis.RedisError, OSError):
        return ""
    return url


@functools.cache
def postgresql_refusal() -> str:
    """Why the PostgreSQL lane can't run here, or nothing. The role must be allowed to create databases."""
    import psycopg2

    try:
        with psycopg2.connect(database_url(), connect_timeout=2) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user")
            return "" if cursor.fetchone()[0] else "its role may not create databases"
    except psycopg2.OperationalError as error:
        return str(error).strip().splitlines()[0]


def lanes_here() -> list[str]:
    return [SQLITE] if postgresql_refusal() else [SQLITE, POSTGRESQL]


def is_turn_of(nodeid: str, needs_lane: bool) -> bool:
    """Does this process's lane run the test? One that needs no lane runs on one of them: they share the work."""
    ran = os.environ.get("TEST_LANES", "").split()
    if needs_lane or len(ran) < 2:
        return True
    return ran[crc32(nodeid.encode()) % len(ran)] == os.environ.get("TEST_LANE")


def missing_lines() -> list[str]:
    """One line for each server that did not answer."""
    lines = []
    if refusal := postgresql_refusal():
        lines.append(f"PostgreSQL did not run at {_shown(database_url())}: {refusal}")
    if not redis_url():
        lines.append(f"Redis did not answer at {_shown(os.environ.get('TEST_REDIS_URL') or REDIS_DEFAULT)}")
    return lines


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


class LaneScheduling:
    """xdist's own scheduler, once for each lane: every test runs once on each, spread over the lane's processes."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        from xdist.scheduler import LoadScheduling
        from xdist.workermanage import parse_tx_spec_config

        specs = parse_tx_spec_config(config)
        self.of_lane = {}
        for lane in lanes_here():
            self.of_lane[lane] = LoadScheduling(config, log)
            self.of_lane[lane].numnodes = sum(f"env:TEST_LANE={lane}" in spec for spec in specs)

    def of(self, node: Any) -> Any:
        return self.of_lane[node.gateway.spec.env["TEST_LANE"]]

    @property
    def nodes(self) -> list[Any]:
        return [node for lane in self.of_lane.values() for node in lane.nodes]

    @property
    def collection_is_completed(self) -> bool:
        return all(lane.collection_is_completed for lane in self.of_lane.values())

    @property
    def tests_finished(self) -> bool:
        return all(lane.tests_finished for lane in self.of_lane.values())

    @property
    def has_pending(self) -> bool:
        return any(lane.has_pending for lane in self.of_lane.values())

    def add_node(self, node: Any) -> None:
        self.of(node).add_node(node)

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        self.of(node).add_node_collection(node, collection)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        self.of(node).mark_test_complete(node, item_index, duration)

    def mark_test_pending(self, item: str) -> None:
        raise NotImplementedError("no test is scheduled twice")

    def remove_pending_tests_from_node(self, node: Any, indices: Sequence[int]) -> None:
        self.of(node).remove_pending_tests_from_node(node, indices)

    def remove_node(self, node: Any) -> str | None:
        return self.of(node).remove_node(node)

    def schedule(self) -> None:
        for lane in self.of_lane.values():
            lane.schedule()
