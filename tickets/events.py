"""The history of a ticket: append-only, each event sealed with the one before it (row S02, rule 11)."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from complaints_site.lib.crypto import encrypt
from complaints_site.lib.request_log import note

from .models import Event, Ticket

_written = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode  # always the same text


def seal(
    *,
    number: str,
    seq: int,
    at: datetime,
    name: str,
    step: int | None,
    actor: int | None,
    data: dict[str, Any],
    private: str,
    previous: str,
) -> str:
    """The HMAC-SHA256 of an event and of the seal before it, as hex."""
    said = [number, seq, at.astimezone(UTC).isoformat(), name, step, actor, data, private, previous]
    return hmac.digest(settings.EVENT_CHAIN_KEY.encode(), _written(said).encode(), "sha256").hex()


def next_event(
    ticket: Ticket,
    *,
    name: str,
    at: datetime,
    actor: int | None,
    data: dict[str, Any],
    private: dict[str, Any] | None = None,
) -> Event:
    """The ticket's next event, sealed; the caller saves it and the ticket's new chain head in one transaction.

    `step` is set by the caller once the step has an id; the seal covers its ordinal, in `data["step"]`.
    """
    note(ticket=ticket.number)  # lines of the log from here on are about it
    seq = ticket.event_count + 1
    hidden = encrypt(json.dumps(private, ensure_ascii=False)) if private else ""
    sealed = seal(
        number=ticket.number,
        seq=seq,
        at=at,
        name=name,
        step=data.get("step"),
        actor=actor,
        data=data,
        private=hidden,
        previous=ticket.chain_head,
    )
    event = Event(
        ticket=ticket,
        seq=seq,
        at=at,
        name=name,
        actor_id=actor,
        data=data,
        private=hidden,
        previous=ticket.chain_head,
        hash=sealed,
    )
    ticket.event_count, ticket.chain_head = seq, sealed
    return event
