"""Who read a ticket, when and by which way (rows S05, N06): of tickets about somebody, and of confidential ones.

Doc 11 §6: where a complaint leaked, it can be shown who read the file. One row an hour for each person, ticket and
way: more would say nothing more, and a page that is open asks again and again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .models import AccessLog, Person, Ticket

PAGE, API, FILE = "page", "api", "file"
ONCE = timedelta(hours=1)


def is_watched(ticket: Ticket) -> bool:
    return bool(ticket.respondent_person_id or ticket.respondent_unit_id or ticket.confidential)


def look_note(ticket: Ticket, *, person: Person, way: str, at: datetime, purpose: str = "") -> None:
    """Write down that this person reads the ticket this way."""
    if not is_watched(ticket):
        return
    said = {"person": person, "ticket": ticket, "what": way, "purpose": purpose[:200]}
    if not AccessLog.objects.filter(**said, at__gt=at - ONCE).exists():
        AccessLog.objects.create(**said, at=at)
