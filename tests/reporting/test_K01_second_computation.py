"""Two independent computations agree to the last digit: the product's, and a plain one from raw rows (page §2)."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reporting.access import Viewer, house
from reporting.declarations import indicators
from reporting.figures import PARTS, Figure, behind, figures
from reporting.questions import Question, narrowed
from tests.books import loaded
from tests.cast import Cast, cast
from tests.reporting.histories import BOOKS, drive, now_of
from tests.reporting.naive import Count, Raw, all_of_them, raws
from tests.tickets.test_loop import on

# Each example is a handful of histories; `HISTORIES=3000` is what a release is checked with.
AT_ONCE = 6
EXAMPLES = max(1, int(os.environ.get("HISTORIES", "36")) // AT_ONCE)
FROM, TO = on(1, 0).replace(month=9), on(1, 0).replace(year=2027)


# Bases, calls and contacts: tested on their own.
APART = {"complaint_rate", "escalation_rate", "hotline_service_level", "appeal_contact_changes"}
SPLIT = {name: one for name, one in indicators().items() if one.population in ("tickets", "steps") and not one.base}


def told(figure: Figure | None) -> Count:
    return (figure.numerator, figure.denominator or 0, figure.pending) if figure else (0, 0, 0)


def assert_same(found: Mapping[str, list[Figure]], group: list[Raw], start: datetime, dims: tuple[object, ...]) -> None:
    """Every indicator of this group and period, to the last digit; without a row there is nothing to count."""
    wanted = all_of_them(group)
    for name, rows in found.items():
        row = next((figure for figure in rows if figure.dims == dims and figure.period.start == start), None)
        assert told(row) == wanted[name], (name, start, dims)


def assert_lists_fit(found: Mapping[str, list[Figure]], asked: Question, viewer: Viewer) -> None:
    """The list behind each part of each figure has exactly as many rows as the figure says (row K02)."""
    for name, rows in found.items():
        one = indicators()[name]
        for figure in rows:
            row = narrowed(asked, figure.dims, figure.period, viewer.world)
            lists = {part: behind(one, row, part, viewer).count() for part in PARTS}
            assert lists["pending"] == figure.pending, name
            if not one.measure:
                assert lists["numerator"] == figure.numerator, name
            if not (one.measure or one.is_count or one.apart):
                assert lists["failures"] == (figure.denominator or 0) - figure.numerator, name


@pytest.fixture
def c(db: None) -> Cast:
    made = cast()
    for book in set(BOOKS):
        loaded(book)
    return made


@pytest.mark.django_db
def test_K01_the_second_computation_knows_every_indicator() -> None:
    assert set(indicators()) - set(all_of_them([])) == APART


@pytest.mark.clause(
    "D3-3.5.3-a",
    "D3-3.5.3-b",
    "D3-3.5.3-c",
    "D3-3.5.3-d",
    "D3-3.5.3-e",
    "D3-3.5.3-f",
    "D3-3.5.3-g",
    "D3-4-a",
    "D3-1.2.1-2-b",
    "D3-2.6.1",
    "D3-2.6.3-b-3",
    "D3-2.6.3-c-2",
    "D3-2.6.3-e-2",
    "D3-2.6.3-e-3",
    "D3-2.6.3-e-4",
    "D3-2.6.3-f-4",
    "D3-2.6.3-g-2",
    "D3-2.6.3-g-3",
    "D3-3.5.3-j",
)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_K01_every_indicator_agrees_with_a_plain_computation(c: Cast, seed: int) -> None:
    dice = random.Random(seed)
    with transaction.atomic():
        for _ in range(AT_ONCE):
            drive(c, dice.randrange(2**32))
        now = now_of(dice)
        every = raws(now)
        for organisation in (c.hq, c.prop):
            viewer = house(organisation, now)
            own = [one for one in every if one.ticket.organisation_id == organisation.pk]
            compare_whole(viewer, own)
            compare_split(viewer, own)
            compare_by_step(viewer, own)
            compare_by_month(viewer, own)
            compare_remembered(viewer)
        transaction.set_rollback(True)


def compare_whole(viewer: Viewer, own: list[Raw]) -> None:
    asked = Question(FROM, TO)
    found = figures([one for name, one in indicators().items() if name not in APART], asked, viewer)
    assert_same(found, own, FROM, ())
    assert_lists_fit(found, asked, viewer)


def compare_split(viewer: Viewer, own: list[Raw]) -> None:
    asked = Question(FROM, TO, by=("channel", "level"))
    found = figures(list(SPLIT.values()), asked, viewer)
    for dims in {(one.ticket.channel, one.ticket.level) for one in own}:
        group = [one for one in own if (one.ticket.channel, one.ticket.level) == dims]
        assert_same(found, group, FROM, dims)


def compare_by_step(viewer: Viewer, own: list[Raw]) -> None:
    """Tickets asked by step: those with such a step, judged by those steps alone (doc 3 §2.6.3 e)."""
    asked = Question(FROM, TO, by=("step", "unit"))
    one = {name: SPLIT[name] for name in ("flow_timeliness", "flow_timeliness_steps", "flow_validity_all")}
    found = figures(list(one.values()), asked, viewer)
    for dims in {(step.kind, step.unit_id) for raw in own for step in raw.steps}:
        group = [only(raw, dims) for raw in own if any((s.kind, s.unit_id) == dims for s in raw.steps)]
        assert_same(found, group, FROM, dims)
    assert_lists_fit(found, asked, viewer)


def only(raw: Raw, dims: tuple[str, int]) -> Raw:
    """The ticket with these steps alone in view; the others only say what was sent back."""
    return replace(raw, steps=[step for step in raw.steps if (step.kind, step.unit_id) == dims], others=raw.steps)


def compare_by_month(viewer: Viewer, own: list[Raw]) -> None:
    """Months by the organisation's own midnight; each beside the one before it (row K03)."""
    asked = Question(FROM, TO, cycle="month")
    by_receipt = {name: one for name, one in SPLIT.items() if one.period == "received"}
    found = figures(list(by_receipt.values()), asked, viewer)
    for period in asked.periods():
        group = [one for one in own if period.start <= one.ticket.received_at < period.end]
        assert_same(found, group, period.start, ())
    for rows in found.values():
        for earlier, later in itertools.pairwise(rows):
            assert later.previous == earlier.value


def compare_remembered(viewer: Viewer) -> None:
    """What a dashboard remembers is what is counted anew."""
    for more in ({}, {"by": ("channel",)}, {"cycle": "week"}, {"by": ("unit",), "cycle": "quarter"}):
        asked = Question(FROM, TO, **more)  # type: ignore[arg-type]
        fresh = figures(list(SPLIT.values()), asked, viewer)
        assert figures(list(SPLIT.values()), asked, viewer, remember=True) == fresh
        assert figures(list(SPLIT.values()), asked, viewer, remember=True) == fresh, "and once more from memory"
