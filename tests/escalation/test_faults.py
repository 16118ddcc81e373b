"""Promises of the watch under faults, with real workers and beats that are really killed (reliability page §7.3).

Small here; `make faults` runs the same with a thousand clocks and prints what it found.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from escalation.health import oldest_unalerted_seconds, watch_age_seconds
from escalation.models import Alert, SetAside
from escalation.sweep import sweep
from tests.cast import Cast, cast
from tests.faults import (
    CLOCKS,
    SECONDS,
    complain,
    crew,
    killed_at,
    left_to_raise,
    require_kept,
    said,
    seconds_book,
    storm,
    until,
    verdict,
)
from tickets.models import Clock, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
LATE_SECONDS = 5.0  # what the issue asks of 99 of a hundred warnings

Report = Callable[[str, str], None]


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """A line of the table that `make faults` prints."""

    def add(fault: str, found: str) -> None:
        record_property("fault", f"{fault}|{found}")

    return add


@pytest.fixture
def c(transactional_db: None) -> Cast:
    return cast()


def sweep_all() -> None:
    while sweep(now=timezone.now):
        pass


def awake() -> bool:
    age = watch_age_seconds(timezone.now())
    return age is not None and age < 3


def test_W01_killed_between_any_two_statements_the_watch_loses_and_doubles_nothing(c: Cast, report: Report) -> None:
    version = seconds_book()
    for _ in range(3):
        complain(c, version, timezone.now() - timedelta(hours=1))
    place = 0
    while killed_at(place, sweep_all):
        assert verdict()["double"] == 0
        place += 1
    sweep_all()
    assert place > 5, "it was killed at several places"
    require_kept(verdict())
    late = Ticket.objects.filter(fields__late=True).count()
    assert late == 3, "what the end of the promise does to a ticket is done once too"
    report("kill -9 of the sweep before each of its statements", f"{place} kills, {said(verdict())}")


def test_W01_a_warning_comes_in_time_from_a_real_beat_and_worker(
    c: Cast, product_environment: dict[str, str], report: Report
) -> None:
    with crew(product_environment, workers=1, beats=1) as made:
        until(awake)
        storm(c, made, clocks=CLOCKS, seconds=SECONDS, faults={})
        until(lambda: left_to_raise() == 0)
    found = verdict()
    require_kept(found)
    assert found["p99"] <= LATE_SECONDS
    report("none: one beat, one worker", said(found))


def test_W01_worker_and_beat_killed_while_clocks_fall_due(
    c: Cast, product_environment: dict[str, str], lane: str, report: Report
) -> None:
    # The broker on the local disk has one worker.
    several = 1 if lane == "sqlite" else 4 if CLOCKS >= 1000 else 2
    kills = max(2, int(SECONDS / 3))
    with crew(product_environment, workers=several, beats=several) as made:
        until(awake)
        storm(c, made, clocks=CLOCKS, seconds=SECONDS, faults={"worker": kills, "beat": kills})
        until(lambda: left_to_raise() == 0)
    found = verdict()
    require_kept(found)
    report(f"kill -9 of {several} worker(s) and beat(s) at random moments", f"{made.kills} kills, {said(found)}")


def test_W01_a_stopped_worker_turns_health_red_and_another_one_goes_on(
    c: Cast, product_environment: dict[str, str], report: Report
) -> None:
    version = seconds_book()
    with crew(product_environment, workers=1, beats=1) as made:
        until(awake)
        name, stopped = made.running[0]
        assert name == "worker"
        os.kill(stopped.pid, signal.SIGSTOP)
        complain(c, version, timezone.now() - timedelta(seconds=3))
        until(lambda: not awake() and oldest_unalerted_seconds(timezone.now()) > 0)
        assert Alert.objects.count() == 0
        made.start("worker")
        until(lambda: left_to_raise() == 0)
    found = verdict()
    require_kept(found)
    report("SIGSTOP of the worker, then another one", f"health red, {said(found)}")


def test_W01_a_poison_row_among_many_is_set_aside_alone(c: Cast, report: Report) -> None:
    version = seconds_book()
    for _ in range(5):
        complain(c, version, timezone.now() - timedelta(hours=1))
    Clock.objects.filter(pk=Clock.objects.order_by("pk")[2].pk).update(chain="no such chain")
    sweep_all()
    assert SetAside.objects.count() == 1
    assert verdict()["lost"] == 2, "the two moments of that clock"
    assert verdict()["double"] == 0
    report("a poison row", said(verdict()))
