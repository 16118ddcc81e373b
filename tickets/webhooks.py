"""What other systems are told of (row I03): events at the tickets of a unit, as JSON without a word about a person.

The rows go into the outbox with the change that causes them. The body has the number to ask the API with, and the
state, so that most receivers need not ask.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from .channels import WEBHOOK
from .core.outcome import Decision
from .core.sentences import Say
from .core.world import World
from .models import Message, Ticket

REGISTERED, CHANGED, SETTLED, ENDED = "ticket.registered", "ticket.changed", "ticket.settled", "ticket.ended"
EVENTS = {
    REGISTERED: Say("登记", "Registered"),
    CHANGED: Say("其他变动", "Any other change"),
    SETTLED: Say("结办（客户已得到答复）", "Settled: the customer has the answer"),
    ENDED: Say("结束", "Ended"),
    "alert.warning": Say("预警", "Warning"),
    "alert.overrun": Say("超时", "Overrun"),
    "alert.reminder": Say("催办", "Reminder"),
}
REGISTER_EVENT_COUNT = 1  # the first event of a ticket


def event_of(ticket: Ticket, decision: Decision) -> str:
    """The one word that a change is told by: the most that came of it."""
    before, after = decision.before, decision.after
    if ticket.event_count == REGISTER_EVENT_COUNT:
        return REGISTERED
    if after.ended_at is not None and before.ended_at is None:
        return ENDED
    if after.settled_at is not None and before.settled_at is None:
        return SETTLED
    return CHANGED


def webhooks_for(
    event: str, *, ticket: Ticket, units: set[int | None], world: World, at: datetime, key: str, **more: Any
) -> list[Message]:
    """The outbox rows for those who subscribe to this event at one of these units or above them.

    Nobody outside hears of a confidential ticket.
    """
    if not world.subscriptions or ticket.confidential:
        return []
    paths = {above for unit in units if unit is not None and unit in world.units for above in world.units[unit].path}
    wanted = [one for one in world.subscriptions if event in one.events and one.unit in paths]
    return [
        Message(
            ticket_id=ticket.pk,
            name=event,
            way=WEBHOOK,
            subscription_id=one.id,
            text=_body(f"{key}:s{one.id}:{WEBHOOK}", event, ticket, world, at, more),
            key=f"{key}:s{one.id}:{WEBHOOK}",
            created_at=at,
            next_try_at=at,
        )
        for one in wanted
    ]


def _body(key: str, event: str, ticket: Ticket, world: World, at: datetime, more: dict[str, Any]) -> str:
    said = {
        "id": key,
        "event": event,
        "at": at,
        "ticket": ticket.number,
        "kind": ticket.kind,
        "state": ticket.state,
        "promised_at": ticket.promised_at,
        **more,
    }
    zone = world.calendar.zone
    shown = {
        name: value.astimezone(zone).isoformat() if isinstance(value, datetime) else value
        for name, value in said.items()
    }
    return json.dumps(shown, ensure_ascii=False)
