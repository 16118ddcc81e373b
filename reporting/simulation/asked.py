"""Simulations asked for on the page: taken down, run by a worker, kept for whoever asked (row N04)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from reporting.access import viewer_of
from reporting.models import Simulation
from reporting.periods import Period
from reporting.refresh import Backlog
from tickets.core.sentences import Forbidden, Say
from tickets.models import Person
from tickets.rulebook.compiled import Book
from tickets.rulebook.load import compile_book, compile_flat
from tickets.rulebook.registry import stored_source
from tickets.rulebook.source import Flat

from .represent import simulated_dict
from .simulate import Wanted, simulate

LANGUAGES = ("zh", "en")
SILENT = timedelta(minutes=5)  # then the worker is taken for dead
ASKERS = frozenset({"administrator", "supervisor"})
log = logging.getLogger(__name__)


def simulation_ask(*, flat: Flat, period: Period, actor: Person, at: datetime) -> Simulation:
    """Take a simulation down; a worker runs it. Raises RulebookErrors, Forbidden."""
    if actor.organisation is None:
        raise Forbidden(Say("您不属于任何单位", "You belong to no organisation"))
    book = compile_flat(flat)
    return Simulation.objects.create(
        organisation=actor.organisation,
        asked_by=actor,
        asked_at=at,
        book=book.id,
        version=book.version,
        source=stored_source(flat),
        start=period.start,
        end=period.end,
    )


def simulations_run(*, now: Callable[[], datetime]) -> int:
    """Run whatever waits, one after the other; how many. May run anywhere and twice."""
    run = 0
    while (one := _claimed(now())) is not None:
        try:
            _run(one, now)
        except Backlog:
            return run  # facts are being counted: the next tick tries again
        run += 1
    return run


def _claimed(at: datetime) -> Simulation | None:
    free = Q(beaten_at=None) | Q(beaten_at__lt=at - SILENT)
    for one in Simulation.objects.filter(free, finished_at=None).order_by("asked_at"):
        if Simulation.objects.filter(free, pk=one.pk, finished_at=None).update(beaten_at=at):
            return one
    return None


def _run(one: Simulation, now: Callable[[], datetime]) -> None:
    own = Simulation.objects.filter(pk=one.pk)

    def progress(done: int, total: int) -> None:
        own.update(done=done, total=total, beaten_at=now())

    wanted = _wanted(one, now())
    try:
        found = simulate(wanted, progress=progress)
    except Backlog:
        own.update(beaten_at=None)
        raise
    except Exception:
        log.exception("simulation %s failed", one.pk)
        own.update(finished_at=now(), failed=True)
        return
    own.update(finished_at=now(), result={language: simulated_dict(found, wanted, language) for language in LANGUAGES})


def _wanted(one: Simulation, at: datetime) -> Wanted:
    """With the eyes of whoever asked, as they are now."""
    return Wanted(book_of(one), Period(one.start, one.end), viewer_of(one.asked_by, at), one.organisation)


def book_of(one: Simulation) -> Book:
    return compile_book(json.loads(one.source["text"]), f"{one.book}.toml")
