"""Servers that go away, disks that fill up, clocks that jump, clients that misbehave (reliability page §7.3).

With FAULTS_CLUSTER (folder and port of a PostgreSQL of our own, which `make faults` starts) the database is stopped
with `-m immediate`; without it only its connections are cut.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.servers import free_port
from escalation.sweep import sweep
from tests.books import loaded
from tests.cast import Cast, cast
from tests.cluster import cluster_of
from tests.faults import CLOCKS, complain, crew, left_to_raise, require_kept, said, seconds_book, storm, until, verdict
from tests.servers import HAS_REDIS, OwnRedis, ask, gunicorn
from tickets.actions.people import token_create
from tickets.models import Attachment, IdempotencyKey, Ticket, TicketText

pytestmark = pytest.mark.django_db(transaction=True)
CLUSTER = cluster_of(os.environ.get("FAULTS_CLUSTER", ""))
BODY = json.dumps(
    {
        "rulebook": "unicom-complaint",
        "channel": "hotline",
        "content": "宽带断线三天",
        "customer": {"phone": "13800000000", "region": "410100"},
    }
)
TICKETS = "/api/v1/tickets/"
Report = Callable[[str, str], None]


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """A line of the table that `make faults` prints."""
    return lambda fault, found: record_property("fault", f"{fault}|{found}")


@pytest.fixture
def c(transactional_db: None) -> Cast:
    made = cast()
    loaded("unicom-complaint")
    return made


@pytest.fixture
def headers(c: Cast) -> dict[str, str]:
    token = token_create(person=c.people["front_desk"], at=timezone.now())
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


@pytest.fixture
def port(product_environment: dict[str, str]) -> Iterator[int]:
    """The product's web server, under way."""
    with served(product_environment) as found:
        yield found


@contextmanager
def served(environment: dict[str, str]) -> Iterator[int]:
    found = free_port()
    with crew(environment, workers=0, beats=0) as made:
        made.start("web", gunicorn(found))
        until(lambda: ask(found, "/healthz")[0] == 200)
        yield found


def keyed(headers: dict[str, str], key: str) -> dict[str, str]:
    return {**headers, "Idempotency-Key": key}


def post_until_answered(port: int, headers: dict[str, str], key: str, statuses: Counter[int]) -> str:
    """A client that retries: the number it is told in the end."""
    told: list[str] = []

    def once() -> bool:
        status, body = ask(port, TICKETS, BODY, keyed(headers, key))
        statuses[status] += 1
        told.extend([json.loads(body)["number"]] if status == 201 else [])
        return bool(told)

    until(once)
    return told[0]


# ── the database ─────────────────────────────────────────────────────────────────────────────────────


def test_S01_a_database_that_goes_away_costs_no_ticket_and_no_500(
    headers: dict[str, str], port: int, lane: str, report: Report
) -> None:
    statuses: Counter[int] = Counter()
    keys = [uuid.uuid4().hex for _ in range(CLOCKS)]
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(post_until_answered, port, headers, key, statuses) for key in keys]
        faults = 0
        while not all(one.done() for one in done):
            interrupt(lane)
            faults += 1
            wanted = min(CLOCKS, sum(one.done() for one in done) + CLOCKS // 4)
            until(partial(enough, done, wanted))
        numbers = [one.result() for one in done]
    connection.close()
    assert set(statuses) <= {201, 503, 0}, statuses
    assert set(Ticket.objects.values_list("number", flat=True)) == set(numbers)
    assert len(set(numbers)) == CLOCKS
    assert IdempotencyKey.objects.count() == TicketText.objects.count() == CLOCKS, "nothing is half-written"
    how = "stopped -m immediate" if CLUSTER and lane == "postgresql" else "cut off"
    report(f"the database {how} under clients that retry", f"{faults} times, answers {dict(statuses)}")


def enough(done: list[Future[str]], wanted: int) -> bool:
    return sum(one.done() for one in done) >= wanted


def interrupt(lane: str) -> None:
    """The database is gone for a moment: stopped, or its connections cut; a file is locked by somebody else."""
    if CLUSTER and lane == "postgresql":
        connection.close()
        CLUSTER.stop()
        CLUSTER.start()
    elif lane == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN EXCLUSIVE")
            cursor.execute("COMMIT")


# ── the broker ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not HAS_REDIS, reason="starts a redis-server of its own")
def test_W01_redis_stopped_restarted_and_flushed_no_alert_is_lost_and_tickets_are_taken(
    c: Cast, headers: dict[str, str], product_environment: dict[str, str], tmp_path: Path, report: Report
) -> None:
    redis = OwnRedis(tmp_path)
    redis.start()
    environment = {**product_environment, "REDIS_URL": redis.url}
    try:
        with served(environment) as port, crew(environment, workers=1, beats=1) as made:
            storm(c, made, clocks=CLOCKS // 3, seconds=1, faults={})
            redis.flush()
            redis.stop()
            assert ask(port, TICKETS, seconds_body(), keyed(headers, "while Redis is away"))[0] == 201
            redis.start()
            until(lambda: left_to_raise() == 0)
    finally:
        redis.stop()
    found = verdict()
    require_kept(found)
    report("Redis flushed, stopped and started again", said(found))


def seconds_body() -> str:
    return json.dumps({**json.loads(BODY), "rulebook": seconds_book().book})


# ── the disk ─────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """No file of this process may grow beyond that size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def kept_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize("megabytes", [2, 4], ids=["kept in memory", "spooled to the disk"])
def test_S01_a_full_disk_refuses_a_file_whole_and_takes_it_later(
    headers: dict[str, str], client: Client, megabytes: int, report: Report
) -> None:
    client.raise_request_exception = False
    before = kept_files()

    def upload() -> int:
        file = SimpleUploadedFile("scan.txt", b"0123456789abcde\n" * 65_536 * megabytes)
        bearer: Any = {"HTTP_AUTHORIZATION": headers["Authorization"]}
        return client.post("/api/v1/attachments/", {"file": file}, **bearer).status_code

    with disk_full_after(1024 * 1024):
        assert upload() == 503
    assert kept_files() == before, "no orphan"
    assert not Attachment.objects.exists()
    assert upload() == 201
    report(f"the disk full while {megabytes} MB are written", "503, no file, no row; taken afterwards")


def test_S01_a_full_disk_under_the_database_acknowledges_nothing(
    headers: dict[str, str], client: Client, lane: str, report: Report
) -> None:
    """On SQLite, whose file we write ourselves; PostgreSQL says it with the same class of errors."""
    client.raise_request_exception = False
    more: Any = {"HTTP_AUTHORIZATION": headers["Authorization"], "HTTP_IDEMPOTENCY_KEY": "disk"}

    def post() -> int:
        return client.post(TICKETS, BODY, content_type="application/json", **more).status_code

    if lane == "sqlite":
        with disk_full_after(4096):
            assert post() == 503
        assert not Ticket.objects.exists()
    assert post() == 201
    assert Ticket.objects.count() == TicketText.objects.count() == 1
    report("the disk full under the database", "503, nothing written; taken afterwards")


# ── the clock ────────────────────────────────────────────────────────────────────────────────────────


def same(now: datetime) -> datetime:
    return now


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(days=-1)], ids=["two hours on", "a day back"])
def test_W01_a_clock_that_jumps_raises_each_due_alert_once(c: Cast, jump: timedelta, report: Report) -> None:
    version, at = seconds_book(), timezone.now()
    for _ in range(5):
        complain(c, version, at)
    for now in (at + timedelta(seconds=5), at + timedelta(seconds=5) + jump, at + timedelta(seconds=30)):
        while sweep(now=partial(same, now)):
            pass
    found = verdict()
    require_kept(found)
    report(f"the clock jumps by {jump}", f"alerts {found['alerts']}, lost {found['lost']}, double {found['double']}")


# ── clients ──────────────────────────────────────────────────────────────────────────────────────────


def test_S01_a_burst_is_answered_or_put_off_and_nothing_else(
    headers: dict[str, str], port: int, report: Report
) -> None:
    many = 10 * 8  # ten for each thread of the server
    with ThreadPoolExecutor(many) as pool:
        answers = list(pool.map(lambda n: ask(port, TICKETS, BODY, keyed(headers, f"burst {n}"))[0], range(many)))
    told = Counter(answers)
    assert set(told) <= {201, 429, 503}, told
    assert Ticket.objects.count() == told[201]
    report(f"{many} creates at once", f"answers {dict(told)}")


def test_S01_slow_clients_and_a_cut_upload_change_nothing_for_others(
    headers: dict[str, str], port: int, report: Report
) -> None:
    before = kept_files()
    slow = [half_an_upload(port, headers) for _ in range(3)]
    statuses = Counter(ask(port, TICKETS, BODY, keyed(headers, f"beside {n}"))[0] for n in range(10))
    for one in slow:
        one.close()
    until(lambda: ask(port, "/healthz")[0] == 200)
    assert statuses == {201: 10}
    assert kept_files() == before, "no partial file"
    assert not Attachment.objects.exists()
    report("three uploads that stop half-way, then are cut", "ten creates beside them, no file kept")


def half_an_upload(port: int, headers: dict[str, str]) -> socket.socket:
    """A request that says more than it sends."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    head = f"POST /api/v1/attachments/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {headers['Authorization']}\r\n"
    head += "Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 4000000\r\n\r\n"
    part = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    sock.sendall((head + part).encode() + b"a" * 1_000_000)
    return sock
