"""What rooms above keep beside an imported ticket: the records of registering, in the transaction of the batch."""

from __future__ import annotations

from collections.abc import Sequence

from tickets.actions.records import keep_for
from tickets.core.picture import Picture
from tickets.models import Ticket
from tickets.rulebook.compiled import REGISTER

from .build import House
from .cases import Case
from .write import Row


def keep_imported(cases: Sequence[Case], tickets: Sequence[Row], house: House) -> None:
    """Keep the records of these cases, whose tickets are written. Raises Invalid where a keeper refuses one."""
    if not any(REGISTER in record.on for record in house.book.records.values()):
        return
    for case, row in zip(cases, tickets, strict=True):
        ticket = Ticket(
            pk=row["id"],
            number=row["number"],
            organisation_id=house.organisation,
            rulebook=house.version,
            kind=house.version.kind,
            received_at=case.received_at,
        )
        facts = {**case.fields, **case.facts}
        picture = Picture(ticket.number, house.book.kind, case.received_at, house.unit, facts)
        keep_for(ticket, picture, REGISTER, facts, book=house.book, world=house.world, actor=None, at=house.at)
