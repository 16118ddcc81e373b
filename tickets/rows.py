"""Rows to pictures and back: the shell around the pure core.

Reading is one statement: the ticket with its steps and clocks as JSON, so that all come from one snapshot. Nothing is
locked: the UPDATE of the ticket `WHERE version = …` is the claim, and who loses it reads and judges again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields as fields_of
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import TextField

from complaints_site.lib.inserts import insert, update, upsert

from .core.picture import ClockView, Memory, Picture, StepView
from .models import FACT_COLUMNS, Clock, Step, Ticket
from .rulebook.compiled import Book

STEP_COLUMNS = (
    *("id", "ordinal", "kind", "side", "unit_id", "assignee_id", "sent_by_id", "beside_id", "blocks", "opened_at"),
    *("signed_at", "closed_at", "closed_by_id", "result", "version", "data"),
)
CLOCK_COLUMNS = (
    *("id", "step_id", "name", "generation", '"limit"', "started_at", "first_due_at", "due_at", "warn_at"),
    *("ceiling_at", "stood_still_seconds", "stopped_at", "stopped_by", "extended", "fixed", "target", "provisional"),
    *("story", "chain", "moment", "next_at", "warned_at", "overdue_at", "silenced"),
)
STEP_WRITTEN = ("assignee", "signed_at", "closed_at", "closed_by", "result", "version", "data")
CLOCK_WRITTEN = (
    *("generation", "limit", "first_due_at", "due_at", "warn_at", "ceiling_at", "stood_still_seconds", "stopped_at"),
    *("stopped_by", "extended", "fixed", "target", "provisional", "story", "moment", "next_at", "warned_at"),
    *("overdue_at", "silenced"),
)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────


def with_picture(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with what `picture_of` needs, in the same statement."""
    return tickets.select_related("customer").annotate(
        step_rows=RawSQL(_rows_as_json("tickets_step", STEP_COLUMNS, ("data",)), (), output_field=TextField()),  # noqa: S611
        clock_rows=RawSQL(_rows_as_json("tickets_clock", CLOCK_COLUMNS, ("story",)), (), output_field=TextField()),  # noqa: S611
        organisation_stamp=F("organisation__stamp"),
    )


def _rows_as_json(table: str, columns: Iterable[str], json_columns: Iterable[str]) -> str:
    """A subselect that gives a table's rows of the ticket as one JSON array, in the order of their ids."""
    postgres = connection.vendor == "postgresql"
    pairs = ", ".join(
        f"'{name.strip(chr(34))}', " + (f"json(r.{name})" if name in json_columns and not postgres else f"r.{name}")
        for name in columns
    )
    array, one = ("json_agg", "json_build_object") if postgres else ("json_group_array", "json_object")
    rows = f"(SELECT * FROM {table} WHERE ticket_id = tickets_ticket.id ORDER BY id) r"  # noqa: S608  constants
    cast = "::text" if postgres else ""
    return f"(SELECT {array}({one}({pairs})){cast} FROM {rows})"  # noqa: S608


def picture_of(ticket: Ticket, book: Book) -> Picture:
    """The core's view of a ticket that was read by `with_picture`."""
    steps = json.loads(ticket.step_rows or "[]")  # type: ignore[attr-defined]
    clocks = json.loads(ticket.clock_rows or "[]")  # type: ignore[attr-defined]
    steps.sort(key=lambda row: row["ordinal"])
    ordinals = {row["id"]: row["ordinal"] for row in steps}
    return Picture(
        id=ticket.pk,
        number=ticket.number,
        kind=ticket.kind,
        received_at=ticket.received_at,
        received_unit=ticket.received_unit_id,
        facts=facts_of(ticket, book),
        memory=memory_of(ticket),
        steps=[_step(row, ordinals) for row in steps],
        clocks=[_clock(row, ordinals) for row in clocks],
        version=ticket.version,
        state=ticket.state,
        ended_at=ticket.ended_at,
        settled_at=ticket.settled_at,
        promised_at=ticket.promised_at,
        respondent_unit=ticket.respondent_unit_id,
        respondent_person=ticket.respondent_person_id,
    )


def facts_of(ticket: Ticket, book: Book) -> dict[str, Any]:
    columns = {name: getattr(ticket, name) for name in FACT_COLUMNS}
    known = {name: value for name, value in columns.items() if value != ""}
    private: Any = ticket.private
    return {"content": ticket.content, **ticket.fields, **private, **known}


def memory_of(ticket: Ticket) -> Memory:
    kept = ticket.memory
    return Memory(dict(kept.get("done", {})), dict(kept.get("acted", {})), list(kept.get("held", [])))


def _step(row: dict[str, Any], ordinals: dict[int, int]) -> StepView:
    return StepView(
        id=row["id"],
        ordinal=row["ordinal"],
        kind=row["kind"],
        side=bool(row["side"]),
        unit=row["unit_id"],
        assignee=row["assignee_id"],
        sent_by=ordinals.get(row["sent_by_id"]),
        beside=ordinals.get(row["beside_id"]),
        blocks=bool(row["blocks"]),
        opened_at=_instant(row["opened_at"]),  # type: ignore[arg-type]
        signed_at=_instant(row["signed_at"]),
        closed_at=_instant(row["closed_at"]),
        closed_by=row["closed_by_id"],
        result=row["result"],
        version=row["version"],
        data=row["data"],
    )


def _clock(row: dict[str, Any], ordinals: dict[int, int]) -> ClockView:
    instants = {name: _instant(value) for name, value in row.items() if name.endswith("_at")}
    flags = {name: bool(row[name]) for name in ("extended", "fixed", "target", "provisional")}
    plain = {
        name: row[name] for name in ("id", "name", "generation", "limit", "stopped_by", "story", "chain", "moment")
    }
    still = timedelta(seconds=row["stood_still_seconds"]) if row["stood_still_seconds"] else None
    step = ordinals.get(row["step_id"])
    return ClockView(step=step, stood_still=still, silenced=row["silenced"], **instants, **flags, **plain)  # type: ignore[arg-type]


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────


class Raced(Exception):
    """Somebody else changed the ticket first: read again and judge again."""


def write_steps(ticket: Ticket, before: Picture, after: Picture) -> None:
    """Close, change and open steps in one statement: an upsert by (ticket, ordinal), closings first."""
    known = {step.ordinal: step for step in before.steps}
    moved = [step for step in after.steps if known.get(step.ordinal) != step]
    if not moved:
        return
    ids = {step.ordinal: step.id for step in after.steps}
    rows = [_step_row(ticket, step, ids) for step in sorted(moved, key=lambda s: (s.id is None, s.is_open, s.ordinal))]
    if all(step.id is None for step in moved):
        insert(rows)
    else:
        upsert(rows, by=("ticket", "ordinal"), written=STEP_WRITTEN)
    by_ordinal = {step.ordinal: step for step in after.steps}
    for row in rows:
        by_ordinal[row.ordinal].id = row.pk


def _step_row(ticket: Ticket, step: StepView, ids: dict[int, int | None]) -> Step:
    return Step(
        ticket=ticket,
        ordinal=step.ordinal,
        kind=step.kind,
        side=step.side,
        unit_id=step.unit,
        assignee_id=step.assignee,
        sent_by_id=ids[step.sent_by] if step.sent_by else None,
        beside_id=ids[step.beside] if step.beside else None,
        blocks=step.blocks,
        opened_at=step.opened_at,
        signed_at=step.signed_at,
        closed_at=step.closed_at,
        closed_by_id=step.closed_by,
        result=step.result,
        version=step.version,
        data=step.data,
    )


def write_clocks(ticket: Ticket, before: Picture, after: Picture, at: datetime) -> None:
    """Stop, move and start clocks: at most a statement each. Raises Raced where the watch moved one meanwhile."""
    known = {clock.id: clock for clock in before.clocks}
    ids = {step.ordinal: step.id for step in after.steps}
    fresh = [clock for clock in after.clocks if clock.id is None]
    changed = [clock for clock in after.clocks if clock.id is not None and known[clock.id] != clock]
    stopped = [clock for clock in changed if known[clock.id].runs and _only_stopped(known[clock.id], clock)]
    moved = [clock for clock in changed if clock not in stopped]
    for reason in {clock.stopped_by for clock in stopped}:
        which = [clock.id for clock in stopped if clock.id is not None and clock.stopped_by == reason]
        update(Clock, {"id": which}, {"stopped_at": at, "stopped_by": reason, "next_at": None})
    if moved:
        _require_unmoved([known[clock.id] for clock in moved if known[clock.id].runs])
        upsert([_clock_row(ticket, clock, ids) for clock in moved], by=("id",), written=CLOCK_WRITTEN)
    rows = [_clock_row(ticket, clock, ids) for clock in fresh]
    insert(rows)
    for clock, row in zip(fresh, rows, strict=True):
        clock.id = row.pk


def _only_stopped(before: ClockView, after: ClockView) -> bool:
    same = ("stopped_at", "stopped_by", "next_at")
    return not after.runs and all(
        getattr(before, f.name) == getattr(after, f.name) for f in fields_of(ClockView) if f.name not in same
    )


def _require_unmoved(clocks: list[ClockView]) -> None:
    """The watch takes no ticket lock: a clock that it moved since we read it must be judged again."""
    if not clocks:
        return
    rows = Clock.objects.select_for_update().filter(pk__in=[clock.id for clock in clocks if clock.id is not None])
    now = {pk: (generation, moment) for pk, generation, moment in rows.values_list("pk", "generation", "moment")}
    if any(now.get(clock.id or 0) != (clock.generation, clock.moment) for clock in clocks):
        raise Raced


def _clock_row(ticket: Ticket, clock: ClockView, ids: dict[int, int | None]) -> Clock:
    plain = {
        f.name: getattr(clock, f.name) for f in fields_of(ClockView) if f.name not in ("id", "step", "stood_still")
    }
    return Clock(
        id=clock.id,
        ticket=ticket,
        step_id=ids[clock.step] if clock.step is not None else None,
        stood_still_seconds=clock.stood_still.total_seconds() if clock.stood_still else 0,
        **plain,
    )


def put_facts(ticket: Ticket, book: Book, picture: Picture) -> set[str]:
    """The picture's facts onto the row; the names of the columns that changed."""
    changed: set[str] = set()
    plain: dict[str, Any] = {}
    private: dict[str, Any] = {}
    for name, value in picture.facts.items():
        if name in FACT_COLUMNS:
            text = str(value or "")
            if getattr(ticket, name) != text:
                setattr(ticket, name, text)
                changed.add(name)
        elif name != "content":
            rule = book.fields.get(name)
            (private if rule is not None and rule.personal else plain)[name] = value
    for column, values in (("fields", plain), ("private", private)):
        if getattr(ticket, column) != values:
            setattr(ticket, column, values)
            changed.add(column)
    return changed
