"""Retaliation and leaks are complaints of their own: who read the first one is kept with them (ruling RETAL)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from ..access import visible_to
from ..core.outcome import Decision
from ..models import AccessLog, Event, Person, Ticket
from ..rulebook.compiled import Book
from ..uploads import store_upload


def attach_logs(ticket: Ticket, decision: Decision, *, book: Book, actor: Person, at: datetime) -> None:
    """Attach the access log of each ticket that a field with `log` names, as it is now, for inside use only.

    Who may not see that ticket attaches nothing; where the field links it, `link_tickets` has refused before.
    """
    for name, value in decision.data.get("given", {}).items():
        rule = book.fields.get(name)
        first = visible_to(actor, at).filter(number=value).first() if rule is not None and rule.log and value else None
        if first is not None:
            text = "\n".join(_lines(first, at))
            file = SimpleUploadedFile(f"{first.number}-查阅记录.txt", text.encode())
            store_upload(file, actor=actor, at=at, ticket=ticket, field=name)


def _lines(first: Ticket, at: datetime) -> Iterator[str]:
    yield f"工单 {first.number} 的查阅和办理记录，截至 {_moment(at)}"
    yield "查阅：时间、人、方式、用途"
    for look in AccessLog.objects.filter(ticket=first).select_related("person").order_by("pk"):
        yield "\t".join((_moment(look.at), f"{look.person.name} {look.person.username}", look.what, look.purpose))
    yield "办理：时间、人、动作"
    for event in Event.objects.filter(ticket=first, actor__isnull=False).select_related("actor").order_by("seq"):
        who = f"{event.actor.name} {event.actor.username}" if event.actor else ""
        yield "\t".join((_moment(event.at), who, event.name))


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
