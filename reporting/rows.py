"""Which rows an indicator counts, and the conditions of its parts over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.rulebook.compiled import Condition

from . import words
from .access import Viewer
from .declarations import MOMENTS, POPULATIONS, SPLITS, Indicator
from .dimensions import DIMENSIONS
from .models import StepFact
from .periods import Period
from .questions import Among, Question

TICKETS, STEPS = TICKET_TABLES = ("tickets", "steps")
RECEIVED = "received_at"


def table_of(indicator: Indicator, asked: Question) -> str:
    """The rows to count: those of the population, or steps where a figure of tickets is asked by step."""
    return STEPS if asked.looks_at_steps(indicator) else indicator.population


@dataclass(frozen=True, slots=True)
class Parts:
    """The conditions of an indicator over the rows of a table, at one now; each includes those before it.

    `excluded` ended otherwise than by being closed, and the figure leaves them out. `numerator` or `failures` is None:
    it is what the other leaves of the denominator.
    """

    kinds: Q
    excluded: Q | None
    within: Q
    denominator: Q
    numerator: Q | None
    failures: Q | None
    pending: Q | None


def parts(indicator: Indicator, table: str, now: datetime, *, kinds: Q | None = None) -> Parts:
    """`kinds`: what is left to ask about the kind of ticket, where the rows are of some kinds only."""
    known = POPULATIONS[table]

    def said(condition: Condition | None) -> Q | None:
        return None if condition is None else words.query(condition, known, now)

    if kinds is None:
        kinds = words.query_of_kinds(indicator.kinds, table)
    within = kinds & (said(indicator.within) or Q())
    denominator = within & (said(indicator.denominator) or Q())
    numerator, failures, pending = said(indicator.numerator), said(indicator.failures), said(indicator.pending)
    has_ends = table in TICKET_TABLES and not indicator.is_count
    return Parts(
        kinds=kinds,
        excluded=kinds & words.otherwise_ended(table) & ~within if has_ends else None,
        within=within,
        denominator=denominator,
        numerator=None if numerator is None else (within if indicator.apart else denominator) & numerator,
        failures=None if failures is None else denominator & failures,
        pending=None if pending is None else within & pending,
    )


def kinds_of(indicators: Sequence[Indicator], table: str) -> Q:
    """The kinds of tickets that any of these indicators is about; the other rows need not be grouped."""
    every = {kind for one in indicators for kind in one.kinds}
    return words.query_of_kinds(every, table)


# ── the rows ─────────────────────────────────────────────────────────────────────────────────────────


def moment_of(indicator: Indicator, table: str) -> str:
    """The column of the moment that puts a row into a period."""
    return MOMENTS[table][indicator.period]


def rows_of(table: str, moment: str, span: Period | None, asked: Question, viewer: Viewer) -> QuerySet[Any]:
    """The rows of a table whose moment lies in the span (None: at any time) and that the question is about."""
    received = span if moment == RECEIVED else None
    if table == TICKETS:
        rows: QuerySet[Any] = viewer.ticket_facts(received)
    elif table == STEPS:
        rows = viewer.step_facts(received)
    else:
        rows = {"calls": viewer.calls, "alerts": viewer.alerts, "contacts": viewer.contacts}[table]()
    if received is None and span is not None:
        rows = rows.filter(**{f"{moment}__gte": span.start, f"{moment}__lt": span.end})
    for name, among in (*asked.only.items(), *asked.also):
        rows = rows.filter(_among(name, among, table))
    if asked.tickets is not None:
        rows = rows.filter(**{"ticket__in" if table == TICKETS else "fact__in": asked.tickets.values("pk")})
    return rows


def _among(name: str, among: Among, table: str) -> Q:
    column = SPLITS[table][name]
    if among.exactly or DIMENSIONS[name].kind != "word":
        known = [value for value in among.values if value is not None]
        nobody = Q(**{f"{column}__isnull": True}) if None in among.values else words.NOTHING
        return Q(**{f"{column}__in": known}) | nobody
    return words.Choice(column).among(among.values)


# ── what stands behind a figure ──────────────────────────────────────────────────────────────────────


def part_of(indicator: Indicator, asked: Question, part: str, viewer: Viewer) -> QuerySet[Any]:
    """The rows of one part; exactly as many as the figure says."""
    table = table_of(indicator, asked)
    moment = moment_of(indicator, table)
    rows = rows_of(table, moment, asked.whole, asked, viewer)
    conditions = parts(indicator, table, viewer.at)
    if table == indicator.population:
        return rows.filter(_condition(conditions, part))
    return _tickets_by_step(rows, conditions, part, viewer)


def _condition(conditions: Parts, part: str) -> Q:
    if part == "pending":
        return words.NOTHING if conditions.pending is None else conditions.pending
    asked, other = conditions.numerator, conditions.failures
    if part == "failures":
        asked, other = other, asked
    if asked is not None:
        return asked
    assert other is not None  # noqa: S101  a declaration says one of them
    return conditions.denominator & ~other


def _tickets_by_step(steps: QuerySet[StepFact], conditions: Parts, part: str, viewer: Viewer) -> QuerySet[Any]:
    """Tickets by their steps: decided are those with a decided step, failed those of which one failed."""

    def with_step(condition: Q) -> Exists:
        return Exists(steps.filter(condition, fact=OuterRef("pk")))

    tickets = viewer.ticket_facts()
    assert conditions.failures is not None  # noqa: S101  the loader has looked
    if part == "failures":
        return tickets.filter(with_step(conditions.failures))
    if part == "pending":
        return tickets.filter(with_step(conditions.within), ~with_step(conditions.denominator))
    return tickets.filter(with_step(conditions.denominator), ~with_step(conditions.failures))


def columns_of(asked: Question, table: str) -> Mapping[str, str]:
    """The column behind each dimension asked for."""
    return {name: SPLITS[table][name] for name in asked.by}
