"""The customer gets in touch again about an open ticket (rows I02, C20): a further contact, kept word for word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from complaints_site.lib.inserts import insert

from ..core import contacts
from ..core.given import text_problem
from ..core.rules import Actor
from ..core.sentences import Invalid
from ..models import Contact, Person, Ticket
from .idempotency import Idempotency, Repeated, keep_answer, refuse_repeated
from .outcome import Outcome
from .tickets import in_turn, ticket_read
from .write import write

LONGEST = {"content": 20_000, "channel": 60, "phone": 60, "call_id": 120, "recording": 300}


@dataclass(slots=True)
class NewContact:
    """What the customer said, through which channel, and where it can be listened to."""

    content: str
    urge: bool = False
    channel: str = ""
    phone: str = ""
    call_id: str = ""
    recording: str = ""


def ticket_contact(
    new: NewContact, *, ticket_id: int, actor: Person, at: datetime, idempotency: Idempotency | None = None
) -> Outcome:
    """Append a contact to an open ticket. Raises Invalid (422), Forbidden (403), Hidden (404), Refused (409), or
    Repeated: the key, or the call of this program, was here before.

    Whether the actor may see the ticket at all is the caller's question (`access`).
    """
    _require_texts(new)
    refuse_repeated(idempotency, actor)

    def once() -> Outcome:
        found = ticket_read(ticket_id)
        _refuse_known_call(new, actor)
        _append(found, new, actor, at)
        keep_answer(idempotency, found, actor, at)
        return found

    try:
        return in_turn(once)
    except IntegrityError:
        refuse_repeated(idempotency, actor)  # somebody with the same key or call was first
        _refuse_known_call(new, actor)
        raise


def _append(found: Outcome, new: NewContact, actor: Person, at: datetime) -> None:
    said = {name: getattr(new, name) for name in ("content", "channel", "call_id", "recording") if getattr(new, name)}
    decision = contacts.contact(
        found.book,
        found.picture,
        urge=new.urge,
        said=said,
        private={"phone": new.phone} if new.phone else {},
        actor=Actor(actor.pk),
        world=found.world,
        at=at,
    )
    event = write(found.ticket, decision, book=found.book, world=found.world, actor=actor.pk, at=at)
    contact_keep(new, ticket=found.ticket, seq=event.seq, actor=actor, at=at)
    found.picture, found.decision = decision.after, decision


def contact_keep(new: NewContact, *, ticket: Ticket, seq: int, actor: Person, at: datetime) -> Contact:
    """The row beside the event, in the caller's transaction."""
    kept = Contact(
        ticket=ticket,
        seq=seq,
        at=at,
        channel=new.channel,
        content=new.content,
        urge=new.urge,
        phone=new.phone,
        call_id=new.call_id,
        recording=new.recording,
        by=actor,
    )
    insert([kept])
    return kept


def _refuse_known_call(new: NewContact, actor: Person) -> None:
    known = Contact.objects.filter(by=actor, call_id=new.call_id).first() if new.call_id else None
    if known is not None:
        raise Repeated(known.ticket, None)


def _require_texts(new: NewContact) -> None:
    errors = Invalid()
    if not new.content.strip():
        errors.add("content", "写下客户说了什么", "Write down what the customer said")
    for name, longest in LONGEST.items():
        problem = text_problem(getattr(new, name), longest)
        if problem is not None:
            errors.errors.setdefault(name, []).append(problem)
    errors.raise_if_any()
