"""The outbox over real SMTP: gateways that refuse, hang, or take a message and drop the line (rule 4)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.utils import timezone

from tickets.delivery import BACK_OFF, LEASE, deliver_batch, messages_resend
from tickets.models import Message


class Gateway:
    """An SMTP server that does what it is told to."""

    def __init__(self) -> None:
        self.does = "take"
        self.keys: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.does == "refuse":
            return "451 try later"
        if self.does == "hang":
            await asyncio.sleep(3)
        self.keys.append(str(message_from_bytes(envelope.content)["Message-ID"]))
        if self.does == "drop":
            server.transport.close()
        return "250 OK"


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    made = Gateway()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 1
    yield made
    controller.stop()


def waiting(at: datetime) -> Message:
    return Message.objects.create(
        name="warning",
        way="email",
        address="head@demo.invalid",
        subject="预警",
        text="工单将到期",
        key="alert:1:1:90%:1:p1:email",
        created_at=at,
        next_try_at=at,
    )


def state(message: Message) -> tuple[str, int]:
    message.refresh_from_db()
    return message.state, message.attempts


@pytest.mark.django_db(transaction=True)
class TestOutbox:
    def test_N04_a_message_is_sent_once(self, gateway: Gateway) -> None:
        at = timezone.now()
        message = waiting(at)
        assert deliver_batch(at=at) == 1
        assert deliver_batch(at=at) == 0
        assert state(message) == ("sent", 1)
        assert gateway.keys == ["<alert.1.1.90%.1.p1.email@localhost>"]

    @pytest.mark.parametrize("does", ["refuse", "hang", "drop"])
    def test_N04_a_failing_gateway_is_tried_later_with_the_same_key(
        self, gateway: Gateway, does: str, record_property: Callable[[str, object], None]
    ) -> None:
        at = timezone.now()
        message, gateway.does = waiting(at), does
        assert deliver_batch(at=at) == 1
        assert state(message) == ("pending", 1)
        assert message.next_try_at == at + BACK_OFF[0]
        assert message.error
        assert deliver_batch(at=at + BACK_OFF[0] - timedelta(seconds=1)) == 0
        gateway.does = "take"
        assert deliver_batch(at=at + BACK_OFF[0]) == 1
        assert state(message) == ("sent", 2)
        assert len(set(gateway.keys)) == 1, "a second copy can be recognised"
        record_property("fault", f"a mail gateway that would {does}|sent at the second try, {len(gateway.keys)} copies")

    def test_N04_after_the_last_try_it_is_a_dead_letter_that_a_person_can_resend(
        self, gateway: Gateway, record_property: Callable[[str, object], None]
    ) -> None:
        at = timezone.now()
        message, gateway.does = waiting(at), "refuse"
        for pause in (*BACK_OFF, timedelta()):
            assert deliver_batch(at=at) == 1
            at += pause
        assert state(message) == ("failed", len(BACK_OFF) + 1)
        assert deliver_batch(at=at + timedelta(days=9)) == 0
        gateway.does = "take"
        messages_resend(Message.objects.filter(pk=message.pk), at=at)
        assert deliver_batch(at=at) == 1
        assert state(message)[0] == "sent"
        record_property("fault", f"a mail gateway that refuses for good|dead letter after {len(BACK_OFF) + 1} tries")

    def test_N04_a_sender_that_died_leaves_a_lease_that_runs_out(self, gateway: Gateway) -> None:
        at = timezone.now()
        message = waiting(at)
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.SENDING, lease_until=at + LEASE, next_try_at=at + LEASE, attempts=1
        )
        assert deliver_batch(at=at + LEASE - timedelta(seconds=1)) == 0
        assert deliver_batch(at=at + LEASE) == 1
        assert state(message) == ("sent", 2)
