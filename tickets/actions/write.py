"""A decision written down in one transaction: ticket, steps, clocks, event, messages (§11.7).

At most eight statements: the read, the ticket's conditional UPDATE, an upsert of steps, clocks stopped, moved and
started, the event, the messages.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from complaints_site.lib.inserts import insert, update

from ..core.outcome import Decision
from ..core.picture import Picture
from ..core.priority import marks
from ..core.world import World
from ..events import next_event
from ..models import Event, Message, Ticket
from ..outbox import messages_for
from ..rows import Raced, put_facts, write_clocks, write_steps
from ..rulebook.compiled import Book
from ..webhooks import event_of, webhooks_for
from .rectifications import rectification_of_ticket


def put_picture(ticket: Ticket, book: Book, picture: Picture, at: datetime) -> set[str]:
    """The picture onto the ticket's row; the names of the columns that changed."""
    changed = put_facts(ticket, book, picture)
    main = picture.main
    clock = picture.step_clock(main) if main is not None else None
    reasons = marks(book, picture, at)
    values: dict[str, Any] = {
        "state": picture.state,
        "step_kind": main.kind if main else "",
        "unit_id": main.unit if main else None,
        "assignee_id": main.assignee if main else None,
        "step_opened_at": main.opened_at if main else None,
        "step_warn_at": clock.warn_at if clock else None,
        "step_due_at": clock.due_at if clock else None,
        "priority": sum(reason["score"] for reason in reasons),
        "marks": reasons,
        "memory": {
            "done": picture.memory.done,
            "acted": picture.memory.acted,
            "held": picture.memory.held,
        },
        "promised_at": picture.promised_at,
        "settled_at": picture.settled_at,
        "ended_at": picture.ended_at,
    }
    for name, value in values.items():
        if getattr(ticket, name) != value:
            setattr(ticket, name, value)
            changed.add(name)
    return changed


def write(ticket: Ticket, decision: Decision, *, book: Book, world: World, actor: int | None, at: datetime) -> Event:
    """Write a decision about a ticket that exists. Raises Raced where somebody changed it since it was read."""
    after = decision.after
    changed = put_picture(ticket, book, after, at)
    event = seal_event(ticket, decision, world=world, actor=actor, at=at)
    read = decision.before.version
    columns = {name: getattr(ticket, name) for name in (*changed, "event_count", "chain_head")}
    columns |= {"version": read + 1, "counted": False}
    if not update(Ticket, {"id": ticket.pk, "version": read}, columns):
        raise Raced
    ticket.version = after.version = read + 1
    write_steps(ticket, decision.before, after)
    write_clocks(ticket, decision.before, after, at)
    finish_event(event, decision)
    write_messages(ticket, decision, book=book, world=world, at=at)
    return event


def seal_event(ticket: Ticket, decision: Decision, *, world: World, actor: int | None, at: datetime) -> Event:
    """The event of a decision, sealed but not saved. It keeps names as they were (house style 5)."""
    person = world.people.get(actor) if actor is not None else None
    data = dict(decision.data)
    if person is not None:
        data["actor"] = person.name
    if decision.step is not None:
        data["step"] = decision.step.ordinal
        data["kind"] = decision.step.kind
        unit = world.units.get(decision.step.unit)
        data["unit"] = unit.name if unit else ""
    data["state"] = decision.after.state
    return next_event(ticket, name=decision.event, at=at, actor=actor, data=data, private=decision.private)


def finish_event(event: Event, decision: Decision) -> None:
    event.step_id = decision.step.id if decision.step is not None else None
    insert([event])


def write_messages(ticket: Ticket, decision: Decision, *, book: Book, world: World, at: datetime) -> None:
    key = f"{ticket.number}:{ticket.event_count}"
    messages: list[Message] = []
    if decision.told:
        messages += messages_for(
            decision.told,
            ticket=ticket,
            customer=ticket.customer,
            book=book,
            world=world,
            at=at,
            key=key,
            places=places_of(ticket, decision),
        )
    messages += webhooks_for(
        event_of(ticket, decision),
        ticket=ticket,
        units={ticket.received_unit_id, ticket.unit_id},
        world=world,
        at=at,
        key=key,
        action=decision.event,
    )
    insert(messages)
    for unit, due_at in decision.rectify.items():
        rectification_of_ticket(ticket, unit, decision.event, due_at=due_at, at=at)


def places_of(ticket: Ticket, decision: Decision) -> dict[str, Any]:
    """What the `{places}` of a message's text may name."""
    own = decision.step
    clock = decision.after.step_clock(own) if own is not None else None
    main = decision.after.main
    if main is not None and (own is None or not own.is_open):
        clock = decision.after.step_clock(main)
    return {
        **{name: value for name, value in decision.after.facts.items() if not isinstance(value, list | dict)},
        "number": ticket.number,
        "subject": ticket.subject,
        "promise": decision.after.promised_at,
        "due": clock.due_at if clock else None,
    }
