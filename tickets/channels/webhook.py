"""Signed webhooks out (row I03), as the open Standard Webhooks specification has them.

`webhook-id` is the message's stable key (drop one that was seen), `webhook-timestamp` the second of this try (refuse
one that is more than five minutes off), `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over
`id.timestamp.body` with the subscription's secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time

from complaints_site.lib.outbound import post

from ..core.world import PersonView
from ..models import Customer, Message
from .undeliverable import Refused, Undeliverable

PREFIX = "whsec_"
GONE = 410


class WebhookChannel:
    disturbs = False  # machines don't sleep

    def is_configured(self) -> bool:
        return True

    def reaches_customer(self, customer: Customer) -> str:
        return ""

    def reaches_person(self, person: PersonView) -> bool:
        return False

    def send(self, message: Message) -> None:
        subscription = message.subscription
        if subscription is None or not subscription.is_active:
            raise Undeliverable("nobody subscribes any more")
        body, stamp = message.text.encode(), str(int(time.time()))  # the receiver's clock judges the moment of sending
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.key,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(subscription.secret, message.key, stamp, body),
        }
        answer = post(subscription.url, body, headers)
        if answer.status == GONE:
            raise Undeliverable("the receiver is gone (410)")
        if not answer.is_good:
            raise Refused(f"the receiver answered {answer.status}")


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, key: str, stamp: str, body: bytes) -> str:
    """What stands in `webhook-signature`."""
    raw = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(raw, f"{key}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
