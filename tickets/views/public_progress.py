"""How a complaint stands, in words for its customer and without a word about a person (row I07, ruling INTERNAL)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from complaints_site.lib import mask
from tickets.caller_words import is_late
from tickets.models import Message, PublicDesk, Ticket
from tickets.progress_codes import is_code
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.reader import language


def progress_of(desk: PublicDesk, number: str, code: str, at: datetime) -> dict[str, Any] | None:
    """None where the number is none of this organisation's, or the code is not the number's."""
    right = is_code(number, code)  # looked at in any case, so that an answer takes as long
    ticket = Ticket.objects.filter(organisation=desk.organisation_id, number=number).first()
    if ticket is None or not right:
        return None
    return {
        "state": words.state_title(book_of(ticket.rulebook_id), ticket.state, ticket.step_kind, language()),
        "received_at": ticket.received_at,
        "promised_at": ticket.promised_at if ticket.settled_at is None and ticket.is_open else None,
        "is_late": is_late(ticket, at),
        "settled_at": ticket.settled_at,
        "ended_at": ticket.ended_at,
        "told": _told(ticket),
    }


def _told(ticket: Ticket) -> list[dict[str, Any]]:
    """What the customer was told already, newest first; numbers and addresses of people are hidden."""
    book = book_of(ticket.rulebook_id)
    sent = ticket.messages.filter(to_customer=True, state=Message.State.SENT).order_by("-pk")
    return [
        {
            "title": book.messages[one.name].title.say(language()) if one.name in book.messages else "",
            "text": mask.reaches(one.text),
            "at": one.sent_at or one.created_at,
        }
        for one in sent
    ]
