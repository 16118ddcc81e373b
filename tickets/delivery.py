"""Delivery of the outbox: lease, send, back off, give up where a person sees it (rule 4).

pending → sending (leased) → sent. A sender that dies leaves a lease that runs out, and the row is sent again with the
same key: outside channels get a message at least once, never silently not at all.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from .channels import Undeliverable, usable
from .models import Message

LEASE = timedelta(seconds=60)
BACK_OFF = tuple(timedelta(seconds=s) for s in (15, 60, 300, 1800, 7200, 21600))
log = logging.getLogger(__name__)


def deliver_batch(*, at: datetime, size: int = 50) -> int:
    """Send what is due, at most `size` messages; how many were taken."""
    leased = _lease(at, size)
    for message in leased:
        _send(message, at)
    return len(leased)


def _lease(at: datetime, size: int) -> list[Message]:
    with transaction.atomic():
        due = Message.objects.filter(next_try_at__lte=at, state__in=Message.WAITING).order_by("next_try_at")
        rows = list(due.select_for_update(skip_locked=True)[:size])
        until = at + LEASE
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Message.State.SENDING, lease_until=until, next_try_at=until, attempts=F("attempts") + 1
        )
    for row in rows:
        row.attempts += 1
    return rows


def _send(message: Message, at: datetime) -> None:
    channel = usable(message.way)
    try:
        if channel is None:
            raise Undeliverable(f"no channel for {message.way} is configured")
        channel.send(message)
    except Undeliverable as error:
        _give_up(message, error)
    except Exception as error:  # noqa: BLE001  whatever a gateway does, the row keeps it
        _try_later(message, error, at)
    else:
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.SENT, sent_at=at, next_try_at=None, lease_until=None, error=""
        )


def _try_later(message: Message, error: Exception, at: datetime) -> None:
    if message.attempts > len(BACK_OFF):
        _give_up(message, error)
        return
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.PENDING,
        next_try_at=at + BACK_OFF[message.attempts - 1],
        lease_until=None,
        error=f"{type(error).__name__}: {error}"[:500],
    )


def _give_up(message: Message, error: Exception) -> None:
    log.error("message %s can't be delivered by %s: %s", message.key, message.way, error)
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.FAILED, next_try_at=None, lease_until=None, error=f"{type(error).__name__}: {error}"[:500]
    )


def message_resend(*, message_id: int, at: datetime) -> None:
    """A person sends a dead letter again."""
    Message.objects.filter(pk=message_id, state=Message.State.FAILED).update(
        state=Message.State.PENDING, attempts=0, next_try_at=at
    )
