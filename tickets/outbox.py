"""Messages: made with the change that causes them, delivered by a sweep (rules 2 and 4 of the reliability page)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .channels import usable
from .core.tells import Told
from .core.world import World
from .models import Customer, Message, Ticket
from .rulebook.compiled import Book
from .rulebook.compiled import Message as Text

INBOX = "inbox"
MOST_MAILS = 20  # of one unit for one message


def messages_for(
    told: Iterable[Told],
    *,
    ticket: Ticket,
    customer: Customer | None,
    book: Book,
    world: World,
    at: datetime,
    key: str,
    places: dict[str, Any],
) -> list[Message]:
    """The outbox rows of what is told; `key` makes them recognisable for ever."""
    rows: list[Message] = []
    for index, one in enumerate(told):
        text = book.messages[one.message]
        filled = {**places, **one.places}
        make = _maker(text, ticket, world, filled, f"{key}:{one.message}:{index}", at)
        if one.customer:
            rows += _to_customer(text, customer, make)
        else:
            rows += _to_staff(text, one, _people(one, ticket, book, world, at), world, make)
    return rows


def _people(one: Told, ticket: Ticket, book: Book, world: World, at: datetime) -> list[int]:
    """Who of the receivers gets mail: deputies for those who are away (O04), never a party (law 4)."""

    def is_party(person: int) -> bool:
        own = book.barrier == "unit" and ticket.respondent_unit_id is not None
        return person == ticket.respondent_person_id or (
            own and any(duty.unit == ticket.respondent_unit_id for duty in world.duties_of(person, at))
        )

    placed = [one.person] if one.person else world.placed(frozenset(one.roles), one.unit or 0)
    present = dict.fromkeys(world.present(person, at) for person in placed)
    return [person for person in present if person is not None and not is_party(person)][:MOST_MAILS]


def _maker(text: Text, ticket: Ticket, world: World, places: dict[str, Any], key: str, at: datetime) -> Any:
    zone = world.calendar.zone

    def make(way: str, receiver: str, language: str = "zh", **columns: Any) -> Message:
        columns.setdefault("state", Message.State.PENDING)
        waits = columns["state"] == Message.State.PENDING
        return Message(
            ticket_id=ticket.pk,
            name=text.name,
            way=way,
            subject=f"{text.title.say(language)} {ticket.number}",
            text=fill(text.text.say(language), places, zone),
            key=f"{key}:{receiver}:{way}",
            created_at=at,
            next_try_at=at if waits else None,
            **columns,
        )

    return make


def _to_staff(text: Text, one: Told, people: list[int], world: World, make: Any) -> Iterator[Message]:
    if INBOX in text.ways:
        yield make(
            INBOX,
            f"p{one.person}" if one.person else f"u{one.unit}",
            person_id=one.person,
            unit_id=one.unit,
            roles=list(one.roles),
            state=Message.State.SENT,
        )
    for way in text.ways:
        if way != INBOX and usable(way):
            for person in (world.people[id_] for id_ in people if id_ in world.people):
                if person.email:
                    yield make(way, f"p{person.id}", person.language, person_id=person.id, address=person.email)


def _to_customer(text: Text, customer: Customer | None, make: Any) -> Iterator[Message]:
    """By the first way that this installation has and the customer can be reached by; else a clerk's duty."""
    if customer is None:
        return
    for way in text.ways:
        channel = usable(way)
        address = channel.address_of_customer(customer) if channel else ""
        if address:
            yield make(way, "customer", to_customer=True, address=address)
            return
    yield make(text.ways[0] if text.ways else "phone", "customer", to_customer=True, state=Message.State.BY_HAND)


def fill(text: str, places: dict[str, Any], zone: ZoneInfo) -> str:
    """A text with its places filled; a place without a value shows a dash."""
    return text.format_map(_Shown(places, zone))


class _Shown(dict[str, str]):
    """Only the places that the text names are put into words."""

    def __init__(self, places: dict[str, Any], zone: ZoneInfo) -> None:
        self.places, self.zone = places, zone

    def __missing__(self, name: str) -> str:
        return shown(self.places.get(name), self.zone)


def shown(value: Any, zone: ZoneInfo) -> str:
    """A value as people read it: times in the organisation's zone."""
    if value is None or value == "":
        return "—"
    if isinstance(value, str) and len(value) >= 16 and value[4:5] == "-" and "T" in value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%m-%d %H:%M}"
    return str(value)
