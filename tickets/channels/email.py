"""E-mail over SMTP."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage

from ..core.world import PersonView
from ..models import Customer, Message


class EmailChannel:
    """Plain text; the message's stable key becomes the Message-ID, so that a second copy can be recognised."""

    disturbs = True

    def is_configured(self) -> bool:
        return bool(settings.EMAIL_HOST)

    def reaches_customer(self, customer: Customer) -> str:
        return customer.email or ""

    def reaches_person(self, person: PersonView) -> bool:
        return bool(person.email)

    def send(self, message: Message) -> None:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
        headers = {
            "Message-ID": f"<{message.key.replace(':', '.')}@{domain}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no machine answers it, our own intake neither
        }
        subject = " ".join(message.subject.split())
        mail = EmailMessage(subject, message.text, to=[message.address], headers=headers)
        for kept in message.files:
            with default_storage.open(kept["place"]) as file:
                mail.attach(kept["name"], file.read())
        mail.send(fail_silently=False)
