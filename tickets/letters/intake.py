"""What becomes of a letter: a ticket, a further contact of an open one, or something that a person has to look at.

The same Message-ID is the same letter for ever, so a box may be read twice (rule 9).
"""

from __future__ import annotations

import logging
import re
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from complaints_site.lib.throttle import Limit

from ..actions.contacts import NewContact, ticket_contact
from ..actions.idempotency import Repeated
from ..actions.public import MAIL, PublicComplaint, ticket_from_public
from ..actions.register import NewCustomer
from ..channels import EMAIL, usable
from ..core.sentences import Forbidden, Hidden, Invalid, Refused
from ..models import Message, PublicDesk, SetAsideMail, Ticket
from ..progress_codes import code_of
from ..uploads import TooBig, look_at, scan, store_upload
from .letter import Letter, letter_of

NUMBER = re.compile(r"T\d{14}")
MOST_FILES = 20
FROM_ONE_SENDER = Limit("letters", times=20, seconds=3600)
log = logging.getLogger(__name__)


class Became(StrEnum):
    TICKET = "ticket"
    CONTACT = "contact"
    SET_ASIDE = "set aside"


def letter_take(raw: bytes, *, desk: PublicDesk, at: datetime) -> Became:
    """Take in one letter. Raises DatabaseError: then it was not taken, and must be offered again."""
    letter = letter_of(raw)
    try:
        return _take(letter, desk, at)
    except DatabaseError:
        raise
    except (Invalid, Refused, Forbidden, Hidden) as refused:
        return _aside(letter, desk, at, _said(refused))
    except Exception as error:
        log.exception("letter %s is set aside", letter.key)
        return _aside(letter, desk, at, _("系统处理时出错：%(error)s") % {"error": type(error).__name__})


def _take(letter: Letter, desk: PublicDesk, at: datetime) -> Became:
    if letter.is_automatic:
        return _aside(letter, desk, at, _("自动发出的邮件（退信、自动答复或群发）"))
    if "@" not in letter.sender:
        return _aside(letter, desk, at, _("没有发件人地址"))
    if SetAsideMail.objects.filter(organisation=desk.organisation_id, message_id=letter.key, ticket=None).exists():
        return Became.SET_ASIDE
    open_one = _ticket_named(letter, desk)
    if open_one is None and FROM_ONE_SENDER.is_over(letter.sender.lower()):
        return _aside(letter, desk, at, _("同一个地址短时间内来信太多"))
    files, refused = looked_at(letter)
    if open_one is not None:
        _append(open_one, letter, files, desk, at)
        ticket, became = open_one, Became.CONTACT
    else:
        ticket, became = _register(letter, files, desk, at), Became.TICKET
    if refused:
        _aside(letter, desk, at, "；".join(refused), ticket)
    return became


# ── a ticket ─────────────────────────────────────────────────────────────────────────────────────────


def _register(letter: Letter, files: list[UploadedFile], desk: PublicDesk, at: datetime) -> Ticket:
    ticket = ticket_from_public(complaint_of(letter, files), desk=desk, at=at)
    confirm(ticket, letter, at)
    return ticket


def complaint_of(letter: Letter, files: list[UploadedFile]) -> PublicComplaint:
    """What a letter says, as a complaint."""
    reached = letter.sender if "@" in letter.sender else ""
    return PublicComplaint(
        way=MAIL,
        key=letter.key,
        subject=letter.subject,
        content=letter.text or letter.subject,
        customer=NewCustomer(name=letter.sender_name, email=reached),
        files=files,
    )


def confirm(ticket: Ticket, letter: Letter, at: datetime) -> None:
    """Number and code to whoever wrote, once; the outbox sends it. A machine that wrote gets no answer (RFC 3834)."""
    if letter.is_automatic or "@" not in letter.sender or not usable(EMAIL):
        return
    code = code_of(ticket.number)
    text = _("您的来信已收到，工单号 %(number)s，查询码 %(code)s。再来信请在主题里保留工单号。")
    Message.objects.get_or_create(
        key=f"{ticket.number}:letter:{EMAIL}",
        defaults={
            "ticket": ticket,
            "name": "letter",
            "way": EMAIL,
            "to_customer": True,
            "address": letter.sender,
            "subject": f"{_('来信已收到')} {ticket.number}",
            "text": text % {"number": ticket.number, "code": code},
            "created_at": at,
            "next_try_at": at,
        },
    )


# ── a further contact ────────────────────────────────────────────────────────────────────────────────


def _ticket_named(letter: Letter, desk: PublicDesk) -> Ticket | None:
    """The open ticket whose number is in the subject, where the letter comes from its customer or has its code."""
    named = NUMBER.search(letter.subject)
    if named is None:
        return None
    own = Ticket.objects.filter(organisation=desk.organisation_id, number=named[0], ended_at=None)
    ticket = own.select_related("customer").first()
    if ticket is None:
        return None
    known = (ticket.customer.email or "").lower() if ticket.customer else ""
    is_customer = bool(known) and known == letter.sender.lower()
    return ticket if is_customer or code_of(ticket.number) in letter.subject.upper() else None


def _append(ticket: Ticket, letter: Letter, files: list[UploadedFile], desk: PublicDesk, at: datetime) -> None:
    new = NewContact(content=letter.text or letter.subject, channel=desk.mail_channel, call_id=f"{MAIL}:{letter.key}")
    try:
        ticket_contact(new, ticket_id=ticket.pk, actor=desk.actor, at=at)
    except Repeated:
        return
    for upload in files:
        store_upload(upload, actor=desk.actor, at=at, ticket=ticket, internal=False)


# ── files, and letters that are set aside ────────────────────────────────────────────────────────────


def looked_at(letter: Letter) -> tuple[list[UploadedFile], list[str]]:
    """The files that the house takes, and why it doesn't take the others: a letter isn't lost for its signature."""
    good: list[UploadedFile] = []
    refused: list[str] = []
    for name, content in letter.files:
        upload = SimpleUploadedFile(name, content)
        try:
            if len(good) == MOST_FILES:
                raise TooBig
            look_at(upload)
            scan(upload)
        except TooBig:
            refused.append(_("附件“%(name)s”太大，没有收") % {"name": name[:60]})
        except Invalid as error:
            refused.append(_("附件“%(name)s”没有收：%(why)s") % {"name": name[:60], "why": _said(error)})
        else:
            good.append(upload)
    return good, refused


def _said(error: Invalid | Refused | Forbidden | Hidden) -> str:
    if isinstance(error, Invalid):
        return "；".join(f"{name}：{says[0].zh}" for name, says in error.errors.items())
    return error.sentence.zh


def _aside(letter: Letter, desk: PublicDesk, at: datetime, reason: str, ticket: Ticket | None = None) -> Became:
    with transaction.atomic():
        kept, is_new = SetAsideMail.objects.get_or_create(
            organisation_id=desk.organisation_id,
            message_id=letter.key,
            defaults={
                "unit_id": desk.unit_id,
                "ticket": ticket,
                "sender": letter.sender,
                "subject": letter.subject,
                "text": letter.text[:20_000],
                "reason": reason[:300],
                "arrived_at": at,
            },
        )
        if is_new and ticket is None and 0 < len(letter.raw) <= settings.UPLOAD_MAX_BYTES:
            kept.file.save("letter", ContentFile(letter.raw))
    return Became.SET_ASIDE
