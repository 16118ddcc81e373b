"""Where the benchmark happens: a database of its own on this machine, made before and dropped afterwards.

Load only ever goes to loopback: another host is refused.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/complaints_bench"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
FLOOR = "_floor"


@dataclass
class Place:
    """`keep` leaves the databases for a look afterwards; the next run uses the filled one again."""

    url: str
    tickets: int
    keep: bool
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="complaints-bench-")))

    @classmethod
    def from_environment(cls) -> Place:
        url = os.environ.get("BENCH_DATABASE_URL") or DEFAULT_URL
        host, name = urlsplit(url).hostname, urlsplit(url).path.strip("/")
        if host not in LOOPBACK:
            raise SystemExit(f"benchmarks run on this machine only, not on {host}")
        if "bench" not in name:
            raise SystemExit(f"the database is dropped afterwards, so its name must say bench: {name}")
        number = int(os.environ.get("BENCH_TICKETS", "100000").replace("_", ""))
        return cls(url, number, os.environ.get("BENCH_KEEP") == "1")

    @property
    def floor_url(self) -> str:
        return self.url_of(self.name + FLOOR)

    @property
    def name(self) -> str:
        return urlsplit(self.url).path.strip("/")

    def url_of(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def prepare_environment(self) -> None:
        """The product's settings, as in production, but for the broker: nothing here needs one."""
        os.environ.update(
            DJANGO_SETTINGS_MODULE="complaints_site.settings",
            DATABASE_URL=self.url,
            FLOOR_DATABASE_URL=self.floor_url,
            DATA_DIR=str(self.folder),
            SECRET_KEY="bench-" + "s" * 44,
            PERSONAL_DATA_KEYS="bench-personal-" + "p" * 32,
            PERSONAL_INDEX_KEY="bench-index-" + "i" * 32,
            EVENT_CHAIN_KEY="bench-chain-" + "c" * 32,
            LOG_LEVEL="ERROR",
        )
        for name in ("DEBUG", "HTTPS", "BEHIND_PROXY", "ALLOWED_HOSTS", "RULEBOOK_PATH", "EMAIL_HOST", "REDIS_URL"):
            os.environ.pop(name, None)

    @contextmanager
    def databases(self) -> Iterator[None]:
        self._make(self.name, again=not self.keep)
        self._make(self.name + FLOOR, again=True)
        try:
            yield
        finally:
            self._drop(self.name + FLOOR)
            if not self.keep:
                self._drop(self.name)

    def _make(self, name: str, *, again: bool) -> None:
        if again:
            self._drop(name)
        with self._server() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{name}"')

    def _drop(self, name: str) -> None:
        with self._server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextmanager
    def _server(self) -> Iterator[psycopg2.extensions.cursor]:
        connection = psycopg2.connect(self.url_of("postgres"))
        connection.autocommit = True
        try:
            yield connection.cursor()
        finally:
            connection.close()
