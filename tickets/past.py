"""The past of tickets as a replay takes it: the form that each began with, and its events (`core/replay.py`)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from complaints_site.lib.crypto import decrypt

from .actions.retime import PUBLISHED, RETIMED
from .core import contacts
from .core.picture import Picture
from .core.replay import ASKED, REJECTED, Happened
from .models import Event, RulebookVersion, Ticket
from .rows import facts_of
from .rulebook.compiled import Book
from .rulebook.registry import book_of


@dataclass(frozen=True, slots=True)
class Past:
    """`start` has no step yet; `own` is the rulebook that judged the ticket."""

    ticket: Ticket
    own: Book
    start: Picture
    events: Sequence[Happened]


def pasts_of(tickets: Sequence[Ticket]) -> list[Past]:
    """The pasts of tickets read by `with_picture`, in one statement. Imported tickets have none: they were not ours."""
    rows: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(ticket__in=[ticket.pk for ticket in tickets]).order_by("ticket_id", "seq"):
        rows[event.ticket_id].append(event)
    versions = _versions(tickets)
    return [_past(ticket, rows[ticket.pk], versions) for ticket in tickets if rows[ticket.pk]]


def _versions(tickets: Sequence[Ticket]) -> dict[tuple[str, int], int]:
    """Every version of the books that judged the tickets: by one of them deadlines may have been counted again."""
    books = RulebookVersion.objects.filter(pk__in={ticket.rulebook_id for ticket in tickets}).values("book")
    known = RulebookVersion.objects.filter(book__in=books)
    return {(book, version): pk for pk, book, version in known.values_list("pk", "book", "version")}


def _past(ticket: Ticket, rows: Sequence[Event], versions: Mapping[tuple[str, int], int]) -> Past:
    own = book_of(ticket.rulebook_id)
    given = {row.seq: _given(row) for row in rows}
    events = [_happened(own, row, given[row.seq], versions) for row in rows if _is_input(own, row)]
    return Past(ticket, own, _start(ticket, own, rows, given), events)


def _given(row: Event) -> dict[str, Any]:
    private = json.loads(decrypt(row.private)) if row.private else {}
    return {**row.data.get("given", {}), **private}


def _is_input(own: Book, row: Event) -> bool:
    """What somebody did. A deadline's effects follow, and a document changes nothing of the ticket."""
    if row.name in (RETIMED, PUBLISHED) or row.name in contacts.TITLES:
        return True
    action = row.name.removesuffix(ASKED).removesuffix(REJECTED)
    return row.actor_id is not None and (action in own.actions or action == own.register.name)


def _happened(own: Book, row: Event, given: dict[str, Any], versions: Mapping[tuple[str, int], int]) -> Happened:
    data = row.data
    version = versions.get((own.id, data.get("version", 0))) if row.name == RETIMED else None
    return Happened(
        seq=row.seq,
        name=row.name,
        at=row.at,
        actor=row.actor_id,
        given=given,
        counted=data.get("counted", {}),
        step=data.get("step"),
        kind=data.get("kind", ""),
        opened=[(step["kind"], step["unit"]) for step in data.get("opened", ())],
        approved="approved_by" in data,
        recounts=row.name in (RETIMED, PUBLISHED),
        provisional_only=row.name == PUBLISHED,
        book=book_of(version) if version is not None else None,
    )


def _start(ticket: Ticket, own: Book, rows: Sequence[Event], given: Mapping[int, Mapping[str, Any]]) -> Picture:
    return Picture(
        id=ticket.pk,
        number=ticket.number,
        kind=ticket.kind,
        received_at=ticket.received_at,
        received_unit=ticket.received_unit_id,
        facts=_began(ticket, own, rows, given),
        respondent_unit=ticket.respondent_unit_id,
        respondent_person=ticket.respondent_person_id,
    )


def _began(ticket: Ticket, own: Book, rows: Sequence[Event], given: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """What the form said beyond the fields of the first action: what no event wrote is as it was, or as the rulebook
    presumes it, which another one may do otherwise."""
    written = {name for row in rows for name in (*given[row.seq], *row.data.get("set", ()))}
    presumed = {name: rule.default for name, rule in own.fields.items()}
    never = {
        name: value
        for name, value in facts_of(ticket, own).items()
        if name not in written and presumed.get(name) != value
    }
    return {**never, **rows[0].data.get("began", {})}
