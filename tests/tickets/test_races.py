"""Many at once and killed in between: creates, actions and the outbox keep their promises (reliability page §7.3)."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from tests.books import loaded
from tests.cast import Cast, cast
from tests.faults import CLOCKS, complain, crew, killed_at, seconds_book, until
from tickets.actions.people import token_create
from tickets.actions.tickets import in_turn, ticket_act, ticket_read
from tickets.core.sentences import Refused
from tickets.models import IdempotencyKey, Step, Ticket, TicketText

pytestmark = pytest.mark.django_db(transaction=True)
POSTS = CLOCKS  # of the clients that try again

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


BODY = {
    "rulebook": "unicom-complaint",
    "channel": "hotline",
    "content": "宽带断线三天",
    "customer": {"phone": "13800000000", "region": "410100"},
}


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act gives or raises, all begun at the same moment, each on a connection of its own."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001  the error is the finding
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def post(headers: dict[str, str], key: str) -> Any:
    more = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return Client().post(
        "/api/v1/tickets/", json.dumps(BODY), content_type="application/json", HTTP_IDEMPOTENCY_KEY=key, **more
    )


# ── creates ──────────────────────────────────────────────────────────────────────────────────────────


def test_C01_the_same_post_twenty_times_in_parallel_is_one_ticket(headers: dict[str, str], report: Report) -> None:
    answers = at_once([lambda: post(headers, "the same")] * 20)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Ticket.objects.count() == 1
    report("the same POST 20 times in parallel", "one ticket, 20 equal answers")


def test_C01_killed_anywhere_in_a_create_the_retry_makes_exactly_one(headers: dict[str, str], report: Report) -> None:
    place, was_there = 0, None
    post(headers, "warm")
    while killed_at(place, partial(post, headers, f"key {place}")):
        kept = IdempotencyKey.objects.filter(key=f"key {place}")
        was_there = kept.values_list("ticket__number", flat=True).first()
        answer = post(headers, f"key {place}")
        assert answer.status_code == 201
        assert answer.json()["number"] == (was_there or answer.json()["number"])
        assert Ticket.objects.count() == place + 2
        place += 1
    assert was_there, "the last kill came after COMMIT and before the answer"
    assert Ticket.objects.count() == TicketText.objects.count(), "nothing is half-written"
    report("kill -9 before each statement of a create, and after COMMIT", f"{place} kills, each retry one ticket")


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the web workers in /proc")
def test_C01_web_workers_killed_under_clients_that_retry(
    headers: dict[str, str], product_environment: dict[str, str], report: Report
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    web = [sys.executable, "-m", "gunicorn", "complaints_site.wsgi", "--bind", f"127.0.0.1:{port}"]
    web += ["--workers", "2", "--threads", "2", "--log-level", "critical", "--no-control-socket"]
    keys = [uuid.uuid4().hex for _ in range(POSTS)]
    numbers: dict[str, str] = {}
    with crew(product_environment, workers=0, beats=0) as made:
        master = made.start("web", web)
        until(lambda: _post_once(port, headers, keys[0]) is not None)
        with ThreadPoolExecutor(4) as pool:
            done = [pool.submit(_post_until_answered, port, headers, key) for key in keys]
            kills = 0
            while not all(one.done() for one in done):
                kills += _kill_a_child(master.pid)
                wanted = min(POSTS, sum(one.done() for one in done) + POSTS // 6)
                until(lambda n=wanted: sum(one.done() for one in done) >= n)
            numbers = {key: one.result() for key, one in zip(keys, done, strict=True)}
    assert len(set(numbers.values())) == POSTS
    assert set(Ticket.objects.values_list("number", flat=True)) == set(numbers.values())
    assert IdempotencyKey.objects.count() == POSTS
    report("kill -9 of web workers, clients that retry", f"{POSTS} POSTs, {kills} kills, each ticket exactly once")


def _post_once(port: int, headers: dict[str, str], key: str) -> str | None:
    """The number of the ticket, or nothing where no answer came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/api/v1/tickets/", json.dumps(BODY), {**headers, "Idempotency-Key": key})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        return str(said["number"]) if answer.status == 201 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _post_until_answered(port: int, headers: dict[str, str], key: str) -> str:
    found: list[str] = []

    def once() -> bool:
        number = _post_once(port, headers, key)
        found.extend([number] if number else [])
        return bool(found)

    until(once)
    return found[0]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _kill_a_child(master: int) -> int:
    children = _children(master)
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(random.choice(children), signal.SIGKILL)
        return 1
    return 0


# ── actions ──────────────────────────────────────────────────────────────────────────────────────────


def act(c: Cast, ticket: int, who: str, action: str, step: int | None = None, **given: Any) -> Any:
    return ticket_act(
        ticket_id=ticket, action=action, given=given, actor=c.people[who], at=timezone.now(), step_id=step
    )


def test_C09_of_two_who_press_at_once_one_wins_and_the_other_hears_what_happened(c: Cast, report: Report) -> None:
    for _ in range(5):
        ticket = complain(c, seconds_book(), timezone.now())
        pressed = at_once(
            [
                lambda t=ticket: act(c, t, "front_desk", "ask", to="410100-net"),
                lambda t=ticket: act(c, t, "front_desk2", "ask", to="410100-billing"),
            ]
        )
        refused = [one for one in pressed if isinstance(one, Refused)]
        assert len(refused) == 1, pressed
        assert refused[0].sentence.zh
        assert Step.objects.filter(ticket=ticket, kind="handling").count() == 1
    report("two people press at once, 5 times", "one wins, the other is refused with what happened")


def test_C12_parallel_assists_never_refuse_each_other(c: Cast, report: Report) -> None:
    ticket = complain(c, seconds_book(), timezone.now())
    act(c, ticket, "front_desk", "ask", to="410100-net")
    helpers = {"410100-line": "line_head", "410100-estate": "estate_head", "410100-remote": "remote_head"}
    helpers["410100-billing"] = "billing_head"
    act(c, ticket, "head", "help", to=list(helpers))
    sides = {step.unit: step.id for step in ticket_read(ticket).picture.open_steps() if step.side}
    answers = at_once(
        [
            lambda unit=unit, who=who: act(c, ticket, who, "feedback", sides[c.units[unit].pk], solution="好了")
            for unit, who in helpers.items()
        ]
    )
    assert not [one for one in answers if isinstance(one, Exception)], answers
    assert not [step for step in ticket_read(ticket).picture.open_steps() if step.side]
    report("four assists answered at once", "all four accepted")


def test_S01_a_deadlock_is_tried_again(c: Cast, report: Report) -> None:
    first, second = (complain(c, seconds_book(), timezone.now()) for _ in range(2))
    met = threading.Barrier(2)

    def change(own: int, other: int) -> None:
        Ticket.objects.filter(pk=own).update(subject="x")
        with contextlib.suppress(threading.BrokenBarrierError):
            met.wait(timeout=2)  # both hold a row now; on SQLite the second waits for the first one's end
        Ticket.objects.filter(pk=other).update(content="x")

    ended = at_once([lambda: in_turn(lambda: change(first, second)), lambda: in_turn(lambda: change(second, first))])
    assert ended == [None, None]
    assert set(Ticket.objects.values_list("subject", "content")) == {("x", "x")}
    report(f"a deadlock between two changes ({connection.vendor})", "both done, one after the other")
