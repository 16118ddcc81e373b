"""A letter that was set aside, and the person who deals with it: it becomes a ticket, or it needs none (row I07)."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ..actions.public import stored, ticket_from_public
from ..core.sentences import Invalid, Refused, Say
from ..models import Attachment, Person, PublicDesk, SetAsideMail, Ticket
from ..uploads import scan
from .intake import complaint_of, confirm, looked_at
from .letter import Letter, letter_of

OVER = Say("这封来信已经有人处理了", "Somebody has dealt with this letter already")
Letters = QuerySet[SetAsideMail]


@transaction.atomic
def letter_register(letters: Letters, id: int, *, desk: PublicDesk, actor: Person, at: datetime) -> Ticket:
    """A ticket out of a letter that the program had set aside; whoever wrote is told its number.

    `letters`: those that the actor may deal with. Raises Refused, Forbidden, and Invalid where the letter doesn't say
    enough: then a person takes it in by the form.
    """
    aside = _locked(letters, id)
    letter = letter_in(aside)
    ticket = ticket_from_public(complaint_of(letter, []), desk=desk, at=at, actor=actor)
    confirm(ticket, letter, at)
    _settle(aside, letter, ticket, actor, at)
    return ticket


@transaction.atomic
def letter_attach(letters: Letters, id: int, *, ticket: Ticket, actor: Person, at: datetime) -> None:
    """The letter belongs to a ticket that a person registered by the form. Raises Refused."""
    aside = _locked(letters, id)
    _settle(aside, letter_in(aside), ticket, actor, at)


@transaction.atomic
def letter_dismiss(letters: Letters, id: int, *, actor: Person, at: datetime) -> None:
    """No complaint, or dealt with otherwise. Raises Refused."""
    _over(_locked(letters, id), actor, at)


def letter_in(aside: SetAsideMail) -> Letter:
    """The letter as it came; what was kept of one that was too large, or had a ticket already."""
    if aside.file:
        with aside.file.open("rb") as file:
            return letter_of(file.read())
    sender, subject, text = aside.sender or "", aside.subject or "", aside.text or ""
    return Letter(aside.message_id, sender, sender.partition("@")[0][:60], subject, text, is_automatic=False)


def _locked(letters: Letters, id: int) -> SetAsideMail:
    aside = letters.select_for_update(of=("self",)).filter(pk=id, handled_at=None).first()
    if aside is None:
        raise Refused("over", OVER)
    return aside


def _settle(aside: SetAsideMail, letter: Letter, ticket: Ticket, actor: Person, at: datetime) -> None:
    """The letter itself and its files go to the ticket."""
    files, _refused = looked_at(letter)
    with stored(files, actor, at, letter=_as_file(letter)) as kept:
        Attachment.objects.filter(pk__in=kept).update(ticket=ticket)
        _over(aside, actor, at, ticket=ticket)


def _as_file(letter: Letter) -> UploadedFile | None:
    """None where there is nothing to keep, or the scanner finds something in it."""
    if not letter.raw:
        return None
    upload = SimpleUploadedFile(f"{_('来信')}.eml", letter.raw)
    try:
        scan(upload)
    except Invalid:
        return None
    return upload


def _over(aside: SetAsideMail, actor: Person, at: datetime, **more: Ticket) -> None:
    SetAsideMail.objects.filter(pk=aside.pk).update(handled_at=at, handled_by=actor, file="", **more)
    if aside.file:
        storage, place = aside.file.storage, aside.file.name or ""
        transaction.on_commit(lambda: storage.delete(place), robust=True)
