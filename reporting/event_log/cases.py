"""Cases and what happened in them, read a thousand tickets at a time: as much memory for ten tickets as for a million.

A case is a ticket that the viewer may see, whole: its events do not end where a period does. People are pseudonyms,
the same person the same one in every export, unless the log is asked for names. What a complaint says and who
complained is never in it.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from reporting.access import Viewer
from reporting.periods import Period
from tickets.api.events import event_title
from tickets.core.world import World
from tickets.models import Event, Step
from tickets.rulebook.registry import book_of

BATCH = 1000
WORDS = (
    *("number", "kind", "state", "channel", "business_type", "complaint_type", "grade", "severity", "level", "brand"),
    *("region", "imported"),
)
TIMES = ("received_at", "registered_at", "promised_at", "settled_at", "ended_at")
TICKET = ("pk", "rulebook_id", "rulebook__book", "rulebook__version", "received_unit_id", *WORDS, *TIMES)
EVENT = ("ticket_id", "seq", "at", "name", "step_id", "actor_id", "data__actor", "data__state")
STEP = ("ticket_id", "pk", "ordinal", "kind", "side", "unit_id", "opened_at", "closed_at", "result")


@dataclass(frozen=True, slots=True)
class Piece:
    """A step: one piece of work at one unit."""

    ordinal: int
    kind: str
    side: bool
    unit: str  # code
    opened_at: datetime
    closed_at: datetime | None
    result: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a case."""

    seq: int
    at: datetime
    name: str
    title: str
    person: str  # a pseudonym, or the name as it was; "" where the system did it
    state: str
    step: Piece | None


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket with its events, in their order."""

    number: str
    about: dict[str, str]  # its vocabulary: kind, channel, units by code …
    times: dict[str, datetime | None]
    steps: list[Piece]
    events: list[Happening]


@dataclass(frozen=True, slots=True)
class Log:
    """What is asked for: the tickets received in a period, as far as the viewer sees them."""

    viewer: Viewer
    received: Period
    names: bool = False
    language: str = "zh"
    _known: dict[int, str] = field(default_factory=dict)  # pseudonyms by person

    def cases(self) -> Iterator[Case]:
        """Every case, by the order in which tickets came to be here."""
        tickets = self.viewer.tickets().filter(received_at__gte=self.received.start, received_at__lt=self.received.end)
        last = 0
        while rows := list(tickets.filter(pk__gt=last).order_by("pk").values(*TICKET)[:BATCH]):
            last = rows[-1]["pk"]
            yield from self._batch(rows)

    def _batch(self, rows: list[dict[str, Any]]) -> Iterator[Case]:
        ids = [row["pk"] for row in rows]
        steps = self._steps(ids)
        events = defaultdict(list)
        for event in Event.objects.filter(ticket__in=ids).order_by("ticket", "seq").values_list(*EVENT):
            events[event[0]].append(event[1:])
        for row in rows:
            own = steps.get(row["pk"], {})
            happened = [self._happening(row, event, own) for event in events[row["pk"]]]
            yield Case(row["number"], self._about(row), {name: row[name] for name in TIMES}, [*own.values()], happened)

    def _steps(self, ids: list[int]) -> dict[int, dict[int, Piece]]:
        found: dict[int, dict[int, Piece]] = defaultdict(dict)
        for ticket, pk, *row in Step.objects.filter(ticket__in=ids).order_by("ticket", "ordinal").values_list(*STEP):
            ordinal, kind, side, unit, opened_at, closed_at, result = row
            found[ticket][pk] = Piece(ordinal, kind, side, code(self.world, unit), opened_at, closed_at, result)
        return found

    def _happening(self, row: dict[str, Any], event: tuple[Any, ...], steps: dict[int, Piece]) -> Happening:
        seq, at, name, step, actor, said, state = event
        title = _title(name, row["rulebook_id"], self.language)
        person = "" if actor is None else (said or "") if self.names else self._pseudonym(actor)
        return Happening(seq, at, name, title, person, state or "", steps.get(step))

    def _about(self, row: dict[str, Any]) -> dict[str, str]:
        words = {name: str(row[name]) for name in WORDS[1:-1] if row[name]}
        if row["imported"]:
            words["imported"] = "true"
        book = {"rulebook": row["rulebook__book"], "rulebook_version": str(row["rulebook__version"])}
        return {**book, **words, "received_unit": code(self.world, row["received_unit_id"])}

    def _pseudonym(self, person: int) -> str:
        if person not in self._known:
            self._known[person] = pseudonym(person)
        return self._known[person]

    @property
    def world(self) -> World:
        return self.viewer.world


def code(world: World, unit: int) -> str:
    found = world.units.get(unit)
    return found.code if found else ""


def pseudonym(person: int) -> str:
    """The same for a person in every export of this installation; without its key nobody leads it back."""
    said = hmac.digest(settings.PERSONAL_INDEX_KEY.encode(), f"event log, person {person}".encode(), "sha256")
    return f"P-{said.hex()[:12]}"


@lru_cache(maxsize=4096)
def _title(name: str, rulebook: int, language: str) -> str:
    return event_title(name, book_of(rulebook), language)


def instant(at: datetime) -> str:
    """UTC, always with the same number of digits: readers guess the form from the first one."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
