"""Counting goes on: whatever a ticket does to it, and whoever else counts or looks (rows K01, N02)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from reporting.access import house
from reporting.declarations import indicators
from reporting.figures import behind, figures
from reporting.memory import one_look
from reporting.models import DayCount, DayStamp, FactInstant, TicketFact, Uncounted
from reporting.questions import Question
from reporting.refresh import bring_up_to_date, count_again
from tests.cast import Cast, cast
from tests.tickets.drives import Drive, on, telecom, to_callback, to_handling
from tickets.models import Ticket

NOVEMBER = Question(on(1, 0), on(1, 0).replace(month=12))
RECEIVED = indicators()["received"]


def received(c: Cast, *, remember: bool = False) -> float:
    return figures([RECEIVED], NOVEMBER, house(c.hq, on(25, 0)), remember=remember)[RECEIVED.id][0].numerator


def broken(case: Drive) -> None:
    """What the ticket remembers of itself can't be read."""
    Ticket.objects.filter(pk=case.id).update(memory={"done": 5}, counted=False)


@pytest.mark.django_db
def test_K01_a_ticket_that_cannot_be_counted_stops_no_figure(caplog: pytest.LogCaptureFixture) -> None:
    c = cast()
    bad, good = telecom(c, on(24, 9)), telecom(c, on(24, 10))
    assert received(c) == received(c, remember=True) == 2
    good_memory = Ticket.objects.get(pk=bad.id).memory
    broken(bad)
    count_again([good.id])
    with caplog.at_level(logging.ERROR):
        assert received(c) == received(c, remember=True) == 1
    assert f"ticket {bad.id} is not counted and set aside" in caplog.text
    row = Uncounted.objects.get()
    assert (row.ticket_id, row.error) == (bad.id, "TypeError: 'int' object is not iterable")
    assert not Ticket.objects.filter(counted=False).exists(), "it is not tried again at every look"
    assert told_on_the_system_page(c) == "1"
    Ticket.objects.filter(pk=bad.id).update(memory=good_memory, counted=False)
    assert received(c) == received(c, remember=True) == 2
    assert not Uncounted.objects.exists()
    assert told_on_the_system_page(c) == "0"


def told_on_the_system_page(c: Cast) -> str:
    client = Client()
    client.force_login(c.people["administrator"], "django.contrib.auth.backends.ModelBackend")
    figures_there = client.get(reverse("system")).context["figures"]
    return next(one["value"] for one in figures_there if one["title"] == "没有计入指标的工单")


def beside(work: Callable[[], object]) -> threading.Thread:
    """The work on a connection of its own, begun."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_K01_two_counters_at_once_count_every_ticket_once() -> None:
    c = cast()
    for minute in range(30):
        to_handling(telecom(c, on(24, 9).replace(minute=minute)))
    ready = threading.Barrier(3)

    def counter() -> None:
        ready.wait()
        bring_up_to_date(size=4)

    for thread in [beside(counter) for _ in range(3)]:
        thread.join()
    assert TicketFact.objects.count() == 30
    assert not Uncounted.objects.exists()
    assert DayStamp.objects.get().stamp >= 30 / 4
    assert received(c) == received(c, remember=True) == 30


@pytest.mark.django_db(transaction=True)
def test_K01_one_look_sees_a_ticket_open_or_ended_and_never_both(lane: str) -> None:
    c = cast()
    case = to_callback(to_handling(telecom(c, on(24, 9))))
    bring_up_to_date()

    def ends() -> None:
        case.do("caller", "callback", on(24, 18), satisfaction="satisfied", reached=True, solved=True)
        case.do("caller", "close", on(24, 19))
        bring_up_to_date()

    def seen() -> list[int]:
        return [TicketFact.objects.filter(ended_at__isnull=is_open).count() for is_open in (True, False)]

    with one_look():
        assert seen() == [1, 0]
        thread = beside(ends)
        if lane == "postgresql":  # on SQLite the other one waits until the look is over
            thread.join()
        assert seen() == [1, 0]
    thread.join()
    assert seen() == [0, 1]


@pytest.mark.django_db
def test_K01_what_is_remembered_turns_with_the_clock_and_is_counted_anew_only_where_it_may() -> None:
    c = cast()
    to_handling(telecom(c, on(24, 9), grade="provincial"))
    settled = to_callback(to_handling(telecom(c, on(23, 9))))
    settled.do("caller", "callback", on(24, 18), satisfaction="satisfied", reached=True, solved=True)
    settled.do("caller", "close", on(24, 19))
    asked = [indicators()[name] for name in ("on_time_closure", "flow_timeliness_steps", "mean_delay")]
    bring_up_to_date()
    instants = sorted(set(FactInstant.objects.values_list("at", flat=True)))
    assert len(instants) > 1
    told = []
    for at in [at + timedelta(seconds=by) for at in instants for by in (-1, 0, 1, 3600)]:
        viewer = house(c.hq, at)
        told.append(figures(asked, NOVEMBER, viewer, remember=True))
        assert told[-1] == figures(asked, NOVEMBER, viewer), at
    assert told[0] != told[-1]
    since = {count.day.day: count.since for count in DayCount.objects.all()}
    assert (since[23] < instants[0], since[24] >= instants[-1]) == (True, True), "the day with nothing to come stayed"


@pytest.mark.django_db
def test_K02_the_list_behind_every_figure_is_as_long_as_the_figure_says() -> None:
    """Of every indicator that counts rows, by its first dimension too."""
    c = cast()
    to_callback(to_handling(telecom(c, on(24, 9))))
    to_handling(telecom(c, on(2, 9), channel="letter"))
    viewer = house(c.hq, on(25, 0))
    for one in indicators().values():
        for figure in figures([one], NOVEMBER, viewer)[one.id]:
            assert behind(one, NOVEMBER, "pending", viewer).count() == figure.pending, one.id
            if not one.measure:
                assert behind(one, NOVEMBER, "numerator", viewer).count() == figure.numerator, one.id
            if not (one.measure or one.is_count or one.apart or one.base):
                failed = (figure.denominator or 0) - figure.numerator
                assert behind(one, NOVEMBER, "failures", viewer).count() == failed, one.id
