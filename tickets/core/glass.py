"""A ticket opened by somebody whose it isn't (row N06): who may, and what the overseers are told. Pure."""

from __future__ import annotations

from datetime import datetime

from ..rulebook.compiled import Book, Message, Title
from .picture import Picture
from .tells import Told, receivers
from .world import World

GLASS = "glass.broken"  # with a dot, so no message of a rulebook can be called so
MESSAGES = {
    GLASS: Message(
        GLASS,
        Title("破例查看", "Glass broken"),
        Title(
            "{who} 破例查看了工单 {number}，到 {until} 为止。理由：{reason}",
            "{who} opened ticket {number}, which isn't theirs, until {until}. Reason: {reason}",
        ),
        ("inbox", "email"),
    )
}


def may_break(book: Book, person: int, world: World, at: datetime) -> bool:
    """The person holds one of the roles that the rulebook lets open a ticket which isn't theirs."""
    return any(duty.role in book.glass.by for duty in world.duties_of(person, at))


def may_oversee(book: Book, person: int, world: World, at: datetime) -> bool:
    """The person may see who looked at a ticket."""
    return any(duty.role in book.glass.overseers for duty in world.duties_of(person, at))


def overseers(book: Book, picture: Picture, places: dict[str, object], world: World, at: datetime) -> list[Told]:
    """Who is told; empty where the organisation has nobody of that role."""
    return receivers(GLASS, book.glass.tell, book=book, picture=picture, step=None, world=world, at=at, places=places)
