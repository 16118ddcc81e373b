"""Complaints of the public, by form and by letter, through the same door as every other (row I07, ruling PUBLIC)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from ..core.sentences import Refused, Say
from ..models import Attachment, Person, PublicDesk, Ticket
from ..rulebook.registry import current_version
from ..uploads import LETTER, store_upload
from .desk import CHANNEL
from .register import NewCustomer, NewTicket, Repeated, ticket_register

FORM, MAIL = "form", "mail"
CLOSED = Say("现在不能在这里投诉，请换一种方式", "Complaints can't be made here at the moment: take another way")


@dataclass(slots=True)
class PublicComplaint:
    """What somebody outside says. Nobody vouches for who they are, so it changes no customer that we know."""

    way: str  # FORM or MAIL
    key: str  # sent twice it is one ticket, for ever
    content: str
    subject: str = ""
    customer: NewCustomer = field(default_factory=NewCustomer)
    values: dict[str, Any] = field(default_factory=dict)  # of the rulebook's `register`
    files: list[UploadedFile] = field(default_factory=list)


def ticket_from_public(said: PublicComplaint, *, desk: PublicDesk, at: datetime, actor: Person | None = None) -> Ticket:
    """The ticket, a new one or that of the same key. Raises Invalid, TooBig, Refused, Forbidden.

    Files come first: a complaint whose file can't be taken is refused whole. `actor`: a person who lets it in; the
    desk's program where there is none.
    """
    actor = actor or desk.actor
    version = current_version(desk.book, at, desk.organisation_id)
    if version is None:
        raise Refused("closed", CLOSED)
    try:
        with stored(said.files, actor, at) as kept:
            made = ticket_register(_new_ticket(said, desk), version=version, actor=actor, at=at)
    except Repeated as repeated:
        if repeated.ticket is None:
            raise
        return repeated.ticket
    Attachment.objects.filter(pk__in=kept).update(ticket=made.ticket)
    return made.ticket


@contextmanager
def stored(
    files: list[UploadedFile], actor: Person, at: datetime, *, letter: UploadedFile | None = None
) -> Iterator[list[UUID]]:
    """Files of a customer that wait for their ticket; they are gone again where it doesn't come to be."""
    kept: list[Attachment] = []
    try:
        if letter is not None:
            kept.append(store_upload(letter, actor=actor, at=at, internal=False, content_type=LETTER))
        for upload in files:
            kept.append(store_upload(upload, actor=actor, at=at, internal=False))
        yield [one.pk for one in kept]
    except BaseException:
        for one in kept:
            one.file.delete(save=False)
            one.delete()
        raise


def _new_ticket(said: PublicComplaint, desk: PublicDesk) -> NewTicket:
    channel = desk.form_channel if said.way == FORM else desk.mail_channel
    said.customer.vouched = False
    said.customer.region = said.customer.region or desk.unit.region
    return NewTicket(
        content=said.content,
        subject=said.subject,
        customer=said.customer,
        facts={CHANNEL: channel} if channel else {},
        data={**desk.given, **said.values},
        received_by=desk.unit.code,
        source=f"{said.way}:{desk.organisation.code}"[:60],
        external_id=said.key,
    )
