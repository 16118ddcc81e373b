"""The watch over every clock: warnings at 90 %, overruns, reminders, and what else a chain says (rows W01, N01).

A sweep looks for clocks whose next moment has come, from state alone: no ETA, no look-ahead, no page without the next.
A batch claims its clocks by a conditional UPDATE and commits the claim, the alerts and their messages together, so a
kill at any point loses nothing and doubles nothing (rules 1 to 6 of the reliability page). Almost every moment only
tells; it takes no ticket lock. One that changes the ticket goes through the one door.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction

from tickets.actions.tickets import clock_expire, ticket_read
from tickets.core.conditions import View, holds
from tickets.core.deadlines import Entry, entry_at, point
from tickets.core.moments import kind_of, only_tells
from tickets.core.picture import ClockView, Picture, StepView
from tickets.core.tells import Told, receivers
from tickets.core.world import World
from tickets.imports.write import Row, insert_all, table_of
from tickets.models import FACT_COLUMNS, Clock, Message, Ticket
from tickets.organisations import world_of
from tickets.outbox import messages_for
from tickets.rows import facts_of, memory_of
from tickets.rulebook.compiled import Book, Moment, Tell
from tickets.rulebook.registry import book_of
from tickets.webhooks import webhooks_for

from .models import Alert, SetAside

BATCH = 500
VIEWED = (
    *("name", "started_at", "generation", "limit", "first_due_at", "due_at", "warn_at", "ceiling_at", "stopped_at"),
    *("extended", "fixed", "target", "chain", "moment", "next_at", "warned_at", "overdue_at", "silenced", "id"),
)
# What telling needs of ticket and step: a row of either has much more, and a storm reads thousands of them.
TICKET_READ = (
    *("organisation", "rulebook", "number", "kind", "subject", "content", *FACT_COLUMNS, "fields", "private", "memory"),
    *("confidential", "state", "step_kind", "unit", "assignee", "respondent_unit", "respondent_person"),
    *("received_at", "received_unit", "registered_at", "promised_at"),
)
STEP_READ = ("kind", "side", "unit", "assignee", "opened_at", "data")
READ = (
    *("ticket", "step", *VIEWED),
    *(f"ticket__{name}" for name in TICKET_READ),
    *(f"step__{name}" for name in STEP_READ),
)
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Firing:
    """A clock at a moment that has come, with what is needed to tell people."""

    clock: Clock
    view: ClockView
    entry: Entry
    instant: datetime
    book: Book
    world: World
    old_moment: int

    @property
    def moment(self) -> Moment:
        return self.entry.moment

    @property
    def kind(self) -> str:
        return kind_of(self.moment)

    @property
    def ticket(self) -> Ticket:
        return self.clock.ticket


def watch_batch(*, at: datetime, size: int = BATCH) -> int:
    """Handle the moments that came first, at most `size`; how many there were (0 = nothing is due)."""
    try:
        with transaction.atomic():
            worlds = cache(world_of)  # one look at an organisation per batch, not per clock
            firings = [_firing(clock, worlds(clock.ticket.organisation_id)) for clock in _due(at, size)]
            telling = [firing for firing in firings if _only_tells(firing)]
            raise_alerts(_claim(telling, at), at)
    except Exception:
        log.exception("a batch of the watch failed; its clocks are tried one by one")
        return _one_by_one(at, size)
    for firing in firings:
        if not _only_tells(firing):
            _guarded(firing.clock, at)
    return len(firings)


# ── what is due ──────────────────────────────────────────────────────────────────────────────────────


def _due(at: datetime, size: int) -> list[Clock]:
    come = Clock.objects.filter(next_at__lte=at).order_by("next_at").select_related("ticket", "step").only(*READ)
    return list(come.select_for_update(skip_locked=True, of=("self",))[:size])


def _firing(clock: Clock, world: World) -> Firing:
    book = book_of(clock.ticket.rulebook_id)
    view = _view(clock)
    chain = book.alarms[clock.chain]
    entry = entry_at(chain, clock.moment)
    assert entry is not None and clock.next_at is not None  # noqa: S101, PT018  `next_at` says there is a moment
    firing = Firing(clock, view, entry, clock.next_at, book, world, clock.moment)
    view.moment += 1
    point(view, chain, world.calendar_of(clock.step.unit_id) if clock.step else world.calendar)
    return firing


def _view(clock: Clock) -> ClockView:
    return ClockView(**{name: getattr(clock, name) for name in VIEWED})


def _only_tells(firing: Firing) -> bool:
    return only_tells(firing.book, firing.clock.name, firing.moment)


# ── claim and alert ──────────────────────────────────────────────────────────────────────────────────


def _claim(firings: list[Firing], at: datetime) -> list[Firing]:
    """Move the clocks on, where they still stand as they were read; the rows returned are ours."""
    if not firings:
        return []
    instant = connection.ops.adapt_datetimefield_value
    cast = "::timestamptz" if connection.vendor == "postgresql" else ""
    values: list[Any] = []
    for firing in firings:
        warned = at if firing.kind == Alert.Kind.WARNING else None
        overdue = at if firing.moment.key == "due" else None
        times = [instant(when) if when else None for when in (firing.view.next_at, warned, overdue)]
        values += [firing.clock.pk, firing.clock.generation, firing.old_moment, firing.view.moment, *times]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(firings))
    sql = f"""
        WITH moved(id, generation, moment, next_moment, next_at, warned_at, overdue_at) AS (VALUES {rows})
        UPDATE tickets_clock SET moment = moved.next_moment, next_at = moved.next_at{cast},
            warned_at = COALESCE(moved.warned_at{cast}, tickets_clock.warned_at),
            overdue_at = COALESCE(moved.overdue_at{cast}, tickets_clock.overdue_at)
        FROM moved WHERE tickets_clock.id = moved.id AND tickets_clock.generation = moved.generation
            AND tickets_clock.moment = moved.moment AND tickets_clock.stopped_at IS NULL
        RETURNING tickets_clock.id
    """  # noqa: S608  the rows are placeholders
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        ours = {row[0] for row in cursor.fetchall()}
    return [firing for firing in firings if firing.clock.pk in ours]


def raise_alerts(firings: Iterable[Firing], at: datetime) -> None:
    """Alerts and messages of claimed clocks, in the claim's own transaction."""
    alerts: list[Row] = []
    messages: list[Message] = []
    for firing in firings:
        told = _told(firing, at)
        alerts.append(alert_of(firing, told, at))
        messages += _messages(firing, told, at)
    table_of(Alert).insert(alerts)
    insert_all(messages)


def alert_of(firing: Firing, told: list[Told], at: datetime) -> Row:
    clock, ticket = firing.clock, firing.ticket
    unit = clock.step.unit_id if clock.step else ticket.unit_id
    person = clock.step.assignee_id if clock.step else ticket.assignee_id
    return table_of(Alert).row(
        ticket_id=ticket.pk,
        step_id=clock.step_id,
        clock_id=clock.pk,
        clock_name=clock.name,
        moment=firing.moment.key,
        kind=firing.kind,
        generation=clock.generation,
        instant=firing.instant,
        due_at=clock.due_at,
        raised_at=at,
        unit_id=unit,
        person_id=firing.world.present(person, at, {ticket.respondent_person_id}),
        told_units=sorted({one.unit for one in told if one.unit} | ({unit} if unit else set())),
    )


def _told(firing: Firing, at: datetime) -> list[Told]:
    picture, own = _light_picture(firing)
    view = View(firing.book, picture, at, own)
    told: list[Told] = []
    for effect in firing.moment.then:
        if isinstance(effect, Tell) and holds(effect.when, view):
            told += receivers(
                effect.message, effect.to, book=firing.book, picture=picture, step=own, world=firing.world, at=at
            )
    return [one for one in told if one.is_holder or not silenced(firing)]


def silenced(firing: Firing) -> bool:
    """An acknowledged alert silences later moments for everyone but the holder; an overrun is a matter of its own."""
    if firing.moment.percent is not None:
        return firing.clock.silenced != ""
    return firing.clock.silenced == "overrun" and firing.moment.key != "due"


def _light_picture(firing: Firing) -> tuple[Picture, StepView]:
    """As much of the ticket as telling needs, from the rows that the batch has read."""
    ticket, step = firing.ticket, firing.clock.step
    main = StepView(1, ticket.step_kind, ticket.unit_id or 0, ticket.registered_at, assignee=ticket.assignee_id)
    picture = Picture(
        number=ticket.number,
        kind=ticket.kind,
        received_at=ticket.received_at,
        received_unit=ticket.received_unit_id,
        facts=facts_of(ticket, firing.book),
        memory=memory_of(ticket),
        steps=[main],
        respondent_unit=ticket.respondent_unit_id,
        respondent_person=ticket.respondent_person_id,
    )
    if step is None or not step.side:
        return picture, main
    own = StepView(2, step.kind, step.unit_id, step.opened_at, side=True, assignee=step.assignee_id, data=step.data)
    picture.steps.append(own)
    return picture, own


def _messages(firing: Firing, told: list[Told], at: datetime) -> list[Message]:
    clock = firing.clock
    title = firing.book.clocks.get(clock.name) or firing.book.steps.get(clock.name)
    return _hooks(firing, at) + messages_for(
        told,
        ticket=firing.ticket,
        customer=None,
        book=firing.book,
        world=firing.world,
        at=at,
        key=_key(firing),
        places={
            "number": firing.ticket.number,
            "subject": firing.ticket.subject,
            "clock": title.title if title else clock.name,
            "percent": firing.moment.key,
            "due": clock.due_at,
            "promise": firing.ticket.promised_at,
        },
    )


def _hooks(firing: Firing, at: datetime) -> list[Message]:
    clock = firing.clock
    return webhooks_for(
        f"alert.{firing.kind}",
        ticket=firing.ticket,
        units={firing.ticket.unit_id, clock.step.unit_id if clock.step else None},
        world=firing.world,
        at=at,
        key=_key(firing),
        clock=clock.name,
        due_at=clock.due_at,
    )


def _key(firing: Firing) -> str:
    clock = firing.clock
    return f"alert:{clock.pk}:{clock.generation}:{firing.moment.key}:{int(firing.instant.timestamp())}"


# ── moments that change the ticket, and clocks that can't be handled ─────────────────────────────────


def _fire(clock: Clock, at: datetime) -> None:
    """One clock's moment through the one door: claim, alert, effects and event in one transaction."""
    found = ticket_read(clock.ticket_id)
    clock.ticket = found.ticket
    firing = _firing(clock, found.world)

    def claim() -> bool:
        if not _claim([firing], at):
            return False
        # What an effectful moment tells is told by its effects, from the final facts; the alert stands here.
        table_of(Alert).insert([alert_of(firing, [], at)])
        insert_all(_hooks(firing, at))
        return True

    if _only_tells(firing):
        with transaction.atomic():
            raise_alerts(_claim([firing], at), at)
        return
    clock_expire(clock=clock, moment=firing.moment, at=at, claim=claim)


def _one_by_one(at: datetime, size: int) -> int:
    due = Clock.objects.filter(next_at__lte=at).select_related("ticket", "step").order_by("next_at")[:size]
    clocks = list(due)
    for clock in clocks:
        _guarded(clock, at)
    return len(clocks)


def _guarded(clock: Clock, at: datetime) -> None:
    """A clock that raises an error is set aside with it; the rest goes on (rule 5)."""
    instant = clock.next_at or at
    try:
        _fire(clock, at)
    except (OperationalError, ProgrammingError, InterfaceError):
        raise  # the database's trouble and no clock's: health turns red, and the next tick finds all of them again
    except Exception as error:
        log.exception("clock %s of ticket %s is set aside", clock.pk, clock.ticket_id)
        with transaction.atomic():
            Clock.objects.filter(pk=clock.pk).update(next_at=None)
            SetAside.objects.get_or_create(
                clock_id=clock.pk,
                tried_again_at=None,
                defaults={"due_moment_at": instant, "error": f"{type(error).__name__}: {error}"[:2000], "at": at},
            )
