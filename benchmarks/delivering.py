"""The outbox through a gateway that takes its time, with one worker; and that each message goes once."""

from __future__ import annotations

import time

from django.conf import settings
from django.utils import timezone

from tests.gateways import sink
from tickets.delivery import drain
from tickets.models import Message

from .table import Table

MESSAGES, GATEWAY_SECONDS = 10_000, 0.2
MOST_SECONDS = 300.0


def delivering(table: Table) -> None:
    Message.objects.filter(next_try_at__isnull=False).update(next_try_at=None)  # what was measured before stays out
    settings.OUTBOUND_HOSTS, settings.OUTBOUND_NETWORKS = ["localhost"], ["127.0.0.0/8", "::1/128"]
    with sink(pause_seconds=GATEWAY_SECONDS) as gateway:
        settings.SMS_URL = gateway.url
        _fill()
        started = time.perf_counter()
        while drain(now=timezone.now):
            pass
        took = time.perf_counter() - started
        keys = [seen.json["id"] for seen in gateway.seen]
    assert len(keys) == len(set(keys)) == MESSAGES, f"{len(keys)} sends of {len(set(keys))} messages"
    assert not Message.objects.filter(name="bench").exclude(state=Message.State.SENT).exists()
    table.add(
        f"outbox, {MESSAGES:,} messages through a gateway of {GATEWAY_SECONDS * 1000:.0f} ms",
        f"{took:.0f} s",
        beside=f"{settings.DELIVERY_THREADS} at once, each sent once",
        target=f"≤ {MOST_SECONDS:g} s",
        met=took <= MOST_SECONDS,
    )


def _fill() -> None:
    at = timezone.now()
    Message.objects.bulk_create(
        (
            Message(
                name="bench",
                way="sms",
                address="13800000000",
                text="您的投诉正在处理",
                key=f"bench:{place}:sms",
                created_at=at,
                next_try_at=at,
            )
            for place in range(MESSAGES)
        ),
        batch_size=1000,
    )
