"""Files given with an action: they must be there, be the giver's or the ticket's, and belong to it from then on."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from ..core.sentences import Invalid
from ..models import Attachment, Person, Ticket
from ..rulebook.compiled import Book


def take_files(ticket: Ticket, book: Book, given: dict[str, object], *, actor: Person) -> None:
    """Bind the attachments named by `file` fields to the ticket. Raises Invalid for one that isn't there."""
    wanted: dict[str, str] = {}
    for name, value in given.items():
        field = book.fields.get(name)
        if field is not None and field.type == "file" and isinstance(value, str) and value:
            wanted[name] = value
    if not wanted:
        return
    errors = Invalid()
    for name, value in wanted.items():
        mine = Q(ticket=None, uploaded_by=actor, organisation_id=ticket.organisation_id) | Q(ticket=ticket)
        rows = Attachment.objects.filter(mine, pk=value) if _is_uuid(value) else Attachment.objects.none()
        if not rows.update(ticket=ticket, field=name):
            errors.add(name, "没有这个附件，请先上传", "There is no such attachment: upload it first")
    errors.raise_if_any()


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
