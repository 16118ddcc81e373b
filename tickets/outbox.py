"""Messages: made with the change that causes them, delivered by a sweep (rules 2 and 4 of the reliability page)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .channels import EMAIL, ROBOTS, usable
from .core import contacts, glass
from .core.tells import Told
from .core.world import World
from .models import Customer, Message, Ticket
from .progress_codes import code_of
from .rulebook.compiled import Book, Title
from .rulebook.compiled import Message as Text

INBOX = "inbox"
MOST_MAILS = 20  # of one unit for one message
ENGINE_TEXTS = {**contacts.MESSAGES, **glass.MESSAGES}  # what every rulebook has without a line
YES, NO = Title("是", "Yes"), Title("否", "No")


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
    groups: set[tuple[str, int]] = set()  # a group of several receivers reads a message once
    for index, one in enumerate(told):
        text = book.messages.get(one.message) or ENGINE_TEXTS[one.message]
        filled = _worded({**places, **one.places}, book)
        make = _Maker(text, ticket, filled, world.calendar.zone, f"{key}:{one.message}:{index}", at)
        if one.customer:
            filled["code"] = code_of(ticket.number)
            rows += _to_customer(text, customer, make)
        else:
            rows += _to_staff(text, one, _people(one, ticket, book, world, at), world, make)
            rows += _to_groups(text, one, ticket, world, groups, make)
    return rows


def _worded(places: dict[str, Any], book: Book) -> dict[str, Any]:
    """The places with the rulebook's words for what it lets choose from."""
    worded = dict(places)
    for name, value in places.items():
        if isinstance(value, bool):
            worded[name] = YES if value else NO
        elif name in book.fields and isinstance(value, str):
            worded[name] = book.fields[name].choices.get(value, value)
    return worded


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


@dataclass(slots=True)
class _Maker:
    """Makes the rows of one message to one receiver."""

    text: Text
    ticket: Ticket
    places: dict[str, Any]
    zone: ZoneInfo
    key: str
    at: datetime

    def __call__(self, way: str, receiver: str, language: str = "zh", **columns: Any) -> Message:
        columns.setdefault("state", Message.State.PENDING)
        waits = columns["state"] == Message.State.PENDING
        subject, text = self.said(language)
        return Message(
            ticket_id=self.ticket.pk,
            name=self.text.name,
            way=way,
            subject=subject,
            text=text,
            key=f"{self.key}:{receiver}:{way}",
            created_at=self.at,
            next_try_at=self.at if waits else None,
            **columns,
        )

    def said(self, language: str) -> tuple[str, str]:
        """Subject and text in a language."""
        subject = f"{self.text.title.say(language)} {self.ticket.number}"
        return subject, fill(self.text.text.say(language), self.places, self.zone, language)


def _to_staff(text: Text, one: Told, people: list[int], world: World, make: _Maker) -> Iterator[Message]:
    if INBOX in text.ways:
        subject_en, text_en = make.said("en")  # people of either language may read the row
        yield make(
            INBOX,
            f"p{one.person}" if one.person else f"u{one.unit}",
            person_id=one.person,
            unit_id=one.unit,
            roles=list(one.roles),
            state=Message.State.SENT,
            subject_en=subject_en,
            text_en=text_en,
        )
    receivers = [world.people[person] for person in people if person in world.people]
    for way in text.ways:
        channel = usable(way) if way != INBOX else None
        for person in receivers if channel else ():
            if channel is not None and channel.reaches_person(person):
                address = person.email if way == EMAIL else ""  # a number is looked up when it is sent to
                yield make(way, f"p{person.id}", person.language, person_id=person.id, address=address)


def _to_groups(
    text: Text, one: Told, ticket: Ticket, world: World, groups: set[tuple[str, int]], make: _Maker
) -> Iterator[Message]:
    """Robots of chat groups. Nobody counts who reads a group: what the barrier keeps from anybody isn't said there."""
    if one.unit is None or ticket.confidential or ticket.respondent_unit_id or ticket.respondent_person_id:
        return
    for way in text.ways:
        robot = world.robot_of(one.unit, way) if way in ROBOTS and usable(way) else None
        if robot is not None and (text.name, robot.id) not in groups:
            groups.add((text.name, robot.id))
            yield make(way, f"r{robot.id}", robot_id=robot.id)


def _to_customer(text: Text, customer: Customer | None, make: _Maker) -> Iterator[Message]:
    """By the first way that this installation has and the customer can be reached by; else a clerk's duty."""
    if customer is None:
        return
    for way in text.ways:
        channel = usable(way)
        address = channel.reaches_customer(customer) if channel else ""
        if address:
            yield make(way, "customer", customer.language, to_customer=True, address=address)
            return
    by_hand = text.ways[0] if text.ways else "phone"  # in the clerk's language: a clerk reads it out
    yield make(by_hand, "customer", to_customer=True, state=Message.State.BY_HAND)


def fill(text: str, places: dict[str, Any], zone: ZoneInfo, language: str = "zh") -> str:
    """A text with its places filled; a place without a value shows a dash."""
    return text.format_map(_Shown(places, zone, language))


class _Shown(dict[str, str]):
    """Only the places that the text names are put into words."""

    def __init__(self, places: dict[str, Any], zone: ZoneInfo, language: str) -> None:
        self.places, self.zone, self.language = places, zone, language

    def __missing__(self, name: str) -> str:
        return shown(self.places.get(name), self.zone, self.language)


def shown(value: Any, zone: ZoneInfo, language: str = "zh") -> str:
    """A value as people read it: times in the organisation's zone, words in the reader's language."""
    if value is None or value == "":
        return "—"
    if isinstance(value, Title):
        return value.say(language)
    if isinstance(value, str) and len(value) >= 16 and value[4:5] == "-" and "T" in value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%m-%d %H:%M}"
    return str(value)
