"""E-mail over SMTP."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage

from ..models import Customer, Message


class EmailChannel:
    """Plain text; the message's stable key becomes the Message-ID, so that a second copy can be recognised."""

    def is_configured(self) -> bool:
        return bool(settings.EMAIL_HOST)

    def address_of_customer(self, customer: Customer) -> str:
        return customer.email or ""

    def send(self, message: Message) -> None:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
        EmailMessage(
            subject=" ".join(message.subject.split()),
            body=message.text,
            to=[message.address],
            headers={"Message-ID": f"<{message.key.replace(':', '.')}@{domain}>"},
        ).send(fail_silently=False)
