"""What a change gives back to the edge that asked for it."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.outcome import Decision
from ..core.picture import Picture
from ..core.world import World
from ..models import Ticket
from ..rulebook.compiled import Book


@dataclass(slots=True)
class Outcome:
    """The ticket after a change, with everything that an answer is made from."""

    ticket: Ticket
    picture: Picture
    book: Book
    world: World
    decision: Decision | None = None
    replayed: bool = False
