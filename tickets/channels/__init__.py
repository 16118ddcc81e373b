"""The ways a message leaves the house. A further channel is a module with a `Channel` and a line in `CHANNELS`.

See CONTRIBUTING, "Add a notification channel".
"""

from __future__ import annotations

from typing import Protocol

from ..models import Customer, Message
from . import email


class Undeliverable(Exception):
    """The receiver can't be reached this way, now or ever: no further try."""


class Channel(Protocol):
    """What the outbox needs of a channel. `send` raises on failure; it may be called twice with the same key."""

    def is_configured(self) -> bool: ...

    def address_of_customer(self, customer: Customer) -> str: ...

    def send(self, message: Message) -> None: ...


CHANNELS: dict[str, Channel] = {"email": email.EmailChannel()}


def usable(way: str) -> Channel | None:
    """The channel of that way, if this installation has it configured."""
    channel = CHANNELS.get(way)
    return channel if channel is not None and channel.is_configured() else None
