"""The ways a message leaves the house. A further channel is a module with a `Channel` and a line in `CHANNELS`.

See CONTRIBUTING, "Add a notification channel".
"""

from __future__ import annotations

from typing import Protocol

from ..core.world import PersonView
from ..models import Customer, Message
from .email import EmailChannel
from .robots import DingTalkChannel, WeComChannel
from .sms import SmsChannel
from .undeliverable import Undeliverable
from .webhook import WebhookChannel


class Channel(Protocol):
    """What the outbox needs of a channel.

    `send` raises on failure, within seconds, and may be called twice with the same key. It runs on a thread of its own
    and looks at no database: what it needs stands on the message.
    """

    disturbs: bool  # it makes somebody's phone ring: not in the rulebook's quiet hours

    def is_configured(self) -> bool: ...

    def reaches_customer(self, customer: Customer) -> str:
        """The customer's address on this way, or nothing."""

    def reaches_person(self, person: PersonView) -> bool: ...

    def send(self, message: Message) -> None: ...


EMAIL, SMS, WECOM, DINGTALK, WEBHOOK = "email", "sms", "wecom", "dingtalk", "webhook"
ROBOTS = (WECOM, DINGTALK)  # they speak to a group, not to a person
CHANNELS: dict[str, Channel] = {
    EMAIL: EmailChannel(),
    SMS: SmsChannel(),
    WECOM: WeComChannel(),
    DINGTALK: DingTalkChannel(),
    WEBHOOK: WebhookChannel(),
}

__all__ = ["CHANNELS", "EMAIL", "ROBOTS", "SMS", "WEBHOOK", "Channel", "Undeliverable", "usable"]


def usable(way: str) -> Channel | None:
    """The channel of that way, if this installation has it configured."""
    channel = CHANNELS.get(way)
    return channel if channel is not None and channel.is_configured() else None
