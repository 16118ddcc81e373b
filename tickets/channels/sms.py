"""Text messages by the gateway of this installation: a POST whose JSON body is a template in the settings.

Gateways differ in the names of three values: where to, what, and the key that lets them drop a second copy.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

from complaints_site.lib.outbound import post

from ..core.world import PersonView
from ..models import Customer, Message
from .undeliverable import Refused


class SmsChannel:
    """`SMS_BODY` names `{to}`, `{text}` and `{key}`; `SMS_TAKEN` is what a good answer holds beside its status."""

    disturbs = True

    def is_configured(self) -> bool:
        return bool(settings.SMS_URL)

    def reaches_customer(self, customer: Customer) -> str:
        return customer.phone or ""

    def reaches_person(self, person: PersonView) -> bool:
        return person.has_mobile

    def send(self, message: Message) -> None:
        values = {"{to}": message.address, "{text}": message.text, "{key}": message.key}
        body = json.dumps(put_in(settings.SMS_BODY, values), ensure_ascii=False).encode()
        answer = post(settings.SMS_URL, body, {"Content-Type": "application/json", **settings.SMS_HEADERS})
        if not answer.is_good:
            raise Refused(f"the gateway answered {answer.status}")
        if settings.SMS_TAKEN and not holds(answer.body, settings.SMS_TAKEN):
            raise Refused("the gateway's answer doesn't say that it took the message")


def put_in(template: Any, values: dict[str, str]) -> Any:
    """The template with its places filled, however deep they are."""
    match template:
        case dict():
            return {name: put_in(part, values) for name, part in template.items()}
        case list():
            return [put_in(part, values) for part in template]
        case str():
            for place, value in values.items():
                template = template.replace(place, value) if template != place else value
            return template
    return template


def holds(body: bytes, wanted: dict[str, Any]) -> bool:
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and all(answer.get(name) == value for name, value in wanted.items())
