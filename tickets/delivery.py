"""Delivery of the outbox: lease, send, back off, give up where a person sees it (rule 4).

pending → sending (leased) → sent. A sender that dies leaves a lease that runs out, and the row is sent again with the
same key: outside channels get a message at least once, never silently not at all.

A batch is sent on threads, for a gateway may take its time; they know channels and no database. What came of each
message is written here, the moment it is known.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, QuerySet

from complaints_site.lib import mask
from complaints_site.lib.outbound import NoAnswer, NotAllowed

from .channels import CHANNELS, Undeliverable, usable
from .models import Message
from .quiet import quiet_until
from .rulebook.registry import book_of

LEASE = timedelta(seconds=120)
BEGUN_WITHIN_SECONDS = 60.0  # of its lease; what comes later is put back untried, so that nobody else sends it too
BACK_OFF = tuple(timedelta(seconds=s) for s in (15, 60, 300, 1800, 7200, 21600))
BATCH = 160
PATIENCE = 5  # times that one far end may fail to answer in a batch, before the rest of it waits untried
DRAINING = "delivery:draining"
DRAIN_SECONDS = 30
Due = Any  # a Message with what `_due` reads beside it: `rulebook`, `zone`, `mobile`
log = logging.getLogger(__name__)


class Untried(Exception):
    """Not sent and not failed: its turn comes again."""


def drain(*, now: Callable[[], datetime]) -> int:
    """Send what is due, until nothing is or the time of a task is over; how many messages were handled.

    One at a time for the whole installation, so that the other worker is free for the watch. The mark in the cache is
    a courtesy: lost or too old, two drains share the rows by their leases.
    """
    if not cache.add(DRAINING, 1, DRAIN_SECONDS):
        return 0
    total, ends = 0, time.monotonic() + DRAIN_SECONDS
    try:
        while time.monotonic() < ends and (handled := deliver_batch(at=now())):
            total += handled
            cache.touch(DRAINING, DRAIN_SECONDS)
    finally:
        cache.delete(DRAINING)
    return total


def deliver_batch(*, at: datetime, size: int = BATCH) -> int:
    """Send what is due, at most `size` messages; how many were handled (sent, failed, or put off to a later hour)."""
    with transaction.atomic():
        due = _due(at, size)
        loud = _put_off_the_quiet(due, at)
        _lease(loud, at)
    _send_all(loud, at)
    return len(due)


# ── lease ────────────────────────────────────────────────────────────────────────────────────────────


def _due(at: datetime, size: int) -> list[Due]:
    due = Message.objects.filter(next_try_at__lte=at, state__in=Message.WAITING).order_by("next_try_at")
    if not due.exists():
        return []  # almost every tick: a look at one index, no joins and no lock
    beside = due.select_related("robot", "subscription").annotate(
        rulebook=F("ticket__rulebook_id"), zone=F("ticket__organisation__zone"), mobile=F("person__mobile")
    )
    return list(beside.select_for_update(skip_locked=True, of=("self",))[:size])


def _put_off_the_quiet(due: list[Due], at: datetime) -> list[Due]:
    """Those that may be sent now; the others wait till the end of their rulebook's quiet hours."""
    loud = []
    for message in due:
        until = _quiet_until(message, at)
        if until is None:
            loud.append(message)
        else:
            _write(message, state=Message.State.PENDING, next_try_at=until)
    return loud


def _quiet_until(message: Due, at: datetime) -> datetime | None:
    channel = CHANNELS.get(message.way)
    if channel is None or not channel.disturbs or message.rulebook is None:
        return None
    return quiet_until(book_of(message.rulebook).quiet, at, ZoneInfo(message.zone))


def _lease(rows: list[Due], at: datetime) -> None:
    until = at + LEASE
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Message.State.SENDING, lease_until=until, next_try_at=until, attempts=F("attempts") + 1
    )
    for row in rows:
        row.attempts += 1


# ── send ─────────────────────────────────────────────────────────────────────────────────────────────


def _send_all(messages: list[Due], at: datetime) -> None:
    if not messages:
        return
    begun_before, silent = time.monotonic() + BEGUN_WITHIN_SECONDS, Counter[object]()
    pool = ThreadPoolExecutor(min(len(messages), settings.DELIVERY_THREADS), thread_name_prefix="delivery")
    try:
        tries = {pool.submit(_try, message, begun_before, silent): message for message in messages}
        for tried in as_completed(tries):
            _note(tries[tried], tried.exception(), at)
    finally:
        pool.shutdown(cancel_futures=True)


def _try(message: Due, begun_before: float, silent: Counter[object]) -> None:
    """On a thread. Raises what the channel raises, or Untried."""
    far_end = (message.way, message.robot_id, message.subscription_id)
    if time.monotonic() > begun_before or silent[far_end] >= PATIENCE:
        raise Untried
    channel = usable(message.way)
    if channel is None:
        raise Undeliverable(f"no channel for {message.way} is configured")
    message.address = message.address or message.mobile or ""
    try:
        channel.send(message)
    except (NoAnswer, OSError):
        silent[far_end] += 1
        raise


def _note(message: Message, error: BaseException | None, at: datetime) -> None:
    match error:
        case None:
            _write(message, state=Message.State.SENT, sent_at=at, next_try_at=None, error="")
        case Untried():
            again = {"attempts": message.attempts - 1, "next_try_at": at + BACK_OFF[0]}
            _write(message, state=Message.State.PENDING, **again)
        case Undeliverable() | NotAllowed():
            _give_up(message, error)
        case Exception():  # whatever a gateway does, the row keeps it
            _try_later(message, error, at)
        case _:
            raise error


def _try_later(message: Message, error: Exception, at: datetime) -> None:
    if message.attempts > len(BACK_OFF):
        _give_up(message, error)
        return
    _write(
        message,
        state=Message.State.PENDING,
        next_try_at=at + BACK_OFF[message.attempts - 1],
        error=why(error),
    )


def _give_up(message: Message, error: Exception) -> None:
    log.error("message %s can't be delivered by %s: %s", message.key, message.way, why(error))
    _write(message, state=Message.State.FAILED, next_try_at=None, error=why(error))


def _write(message: Message, **columns: object) -> None:
    Message.objects.filter(pk=message.pk).update(lease_until=None, **columns)


def why(error: Exception) -> str:
    """What is kept of an error: administrators read it, so no address and no number of a person."""
    return mask.contacts(f"{type(error).__name__}: {error}")[:500]


def messages_resend(messages: QuerySet[Message], *, at: datetime) -> int:
    """A person sends dead letters again, with the keys that they had; how many there were."""
    dead = messages.filter(state=Message.State.FAILED).values("pk")
    return Message.objects.filter(pk__in=dead).update(state=Message.State.PENDING, attempts=0, next_try_at=at)
