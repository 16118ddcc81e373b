"""The appeal's own tab of the ticket page: case, documents, findings, filings, whom to call (design §9.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.brief import Brief, brief_of, changes_of, dispute_of
from appeals.documents import Document
from appeals.models import Dispute, Filing, Finding, NamedContact, RegulatorCase
from complaints_site.lib import format as fmt
from tickets.core.picture import Picture
from tickets.models import Attachment, Ticket
from tickets.rows import picture_of
from tickets.rulebook.compiled import Book
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.panels import Panel
from tickets.views.reader import Reader, language
from tickets.views.timeline import file_words

APPEAL = "appeal"  # a kind of rulebook


def case_panel(reader: Reader, ticket: Ticket) -> Panel | None:
    if ticket.kind != APPEAL or reader.world is None:
        return None
    book = book_of(ticket.rulebook_id)
    picture = picture_of(ticket, book)
    brief = brief_of(ticket, book, picture, reader.world, reader.at)
    documents = document_words(ticket, book, brief.documents)
    there = sum(1 for one in documents if one["there"])
    return Panel(
        code="appeal",
        label=_("监管案件"),
        count=len(documents) - there,
        template="appeals/panel.html",
        context={
            "case": case_words(brief.case, book) if brief.case else None,
            "returns": _returns(book, picture),
            "late": lateness_words(brief),
            "documents": documents,
            "documents_there": there,
            "findings": [finding_words(reader, book, one) for one in brief.findings],
            "filings": [filing_words(reader, one) for one in brief.filings],
            "contacts": contact_words(reader, brief.contacts),
        },
    )


def case_words(case: RegulatorCase, book: Book) -> dict[str, Any]:
    return {
        "kind": kind_word(case, book),
        "number": case.number,
        "regulator": case.regulator,
        "contact": case.contact,
        "received": fmt.moment_full(timezone.localtime(case.received_at)),
        "due": fmt.moment_full(timezone.localtime(case.due_at)) if case.due_at else "",
    }


def kind_word(case: RegulatorCase, book: Book) -> str:
    """The origin in the rulebook's own word."""
    record = book.records.get("regulator_case")
    fields = record.keep.get("kind", ()) if record else ()
    return next((words.choice_word(book, name, case.kind, language()) for name in fields), case.kind)


def _returns(book: Book, picture: Picture) -> int:
    """How often headquarters sent the report back: every action that resumes the branch's clock (row A03)."""
    record = book.records.get("regulator_case")
    clock = book.clocks.get(record.clocks.get("report", "")) if record else None
    return sum(picture.memory.done.get(action, 0) for action in clock.resumes) if clock else 0


def lateness_words(brief: Brief) -> dict[str, Any] | None:
    if not brief.lateness.branch:
        return None
    late = fmt.duration(brief.lateness.branch.total_seconds())
    if not brief.lateness.is_consequential:
        return {"words": _("分公司呈报超时 %(time)s。") % {"time": late}, "grave": False}
    missed = fmt.duration(brief.lateness.regulator.total_seconds())
    told = {"time": late, "missed": missed}
    pattern = _("分公司呈报超时 %(time)s，监管期限因此超过 %(missed)s：计入省分公司考核。")
    return {"words": pattern % told, "grave": True}


def document_words(ticket: Ticket, book: Book, documents: list[Document]) -> list[dict[str, Any]]:
    """Each with its file. What a text field asks for has none."""
    files = {str(file.pk): file for file in Attachment.objects.filter(ticket=ticket)}
    return [
        {
            "title": words.field_title(book, one.field, language()),
            "there": one.is_there,
            "needed": one.needed,
            "file": file_words(files[one.value]) if one.value in files else None,
        }
        for one in documents
    ]


# ── findings, filings, contacts ──────────────────────────────────────────────────────────────────────


def finding_words(reader: Reader, book: Book, finding: Finding) -> dict[str, Any]:
    dispute = dispute_of(finding)
    return {
        "unit": reader.unit_name(finding.unit_id),
        "finding": value_word(book, "finding", finding.finding),
        "ground": value_word(book, "ground", finding.ground),
        "responsibility": finding.responsibility,
        "cause": finding.cause,
        "step": value_word(book, "step", finding.step_kind),
        "holder": reader.person_name(finding.holder_id),
        "share": f"{finding.share_percent.normalize():f}%" if finding.share_percent is not None else "",
        "by": reader.person_name(finding.found_by_id),
        "at": _moment(reader, finding.found_at),
        "replaced": finding.replaced_at is not None,
        "dispute": dispute_words(reader, dispute) if dispute else None,
    }


def value_word(book: Book, word: str, value: str) -> str:
    """A value of a finding in the words of whichever field it came from."""
    record = book.records.get("finding")
    for name in record.keep.get(word, ()) if record else ():
        if value in book.fields[name].choices:
            return book.fields[name].choices[value].say(language())
    return value


def dispute_words(reader: Reader, dispute: Dispute) -> dict[str, Any]:
    decided = {Dispute.Outcome.UPHELD: _("维持原认定"), Dispute.Outcome.CHANGED: _("改变认定")}
    return {
        "reason": dispute.reason,
        "by": reader.person_name(dispute.raised_by_id),
        "at": _moment(reader, dispute.raised_at),
        "file_url": reverse("file", args=[dispute.file_id]) if dispute.file_id else "",
        "outcome": decided[Dispute.Outcome(dispute.outcome)] if dispute.outcome else _("待复核"),
        "waits": not dispute.outcome,
        "decision_reason": dispute.decision_reason,
        "decided_by": reader.person_name(dispute.decided_by_id),
        "decided_at": _moment(reader, dispute.decided_at) if dispute.decided_at else "",
    }


def filing_words(reader: Reader, filing: Filing) -> dict[str, Any]:
    return {
        "sent_to": filing.sent_to,
        "receiver": filing.receiver,
        "sent": fmt.moment_full(timezone.localtime(filing.sent_at)),
        "officer": reader.person_name(filing.officer_id),
        "receipt_url": reverse("file", args=[filing.receipt_id]) if filing.receipt_id else "",
    }


def contact_words(reader: Reader, contacts: list[NamedContact]) -> list[dict[str, Any]]:
    changes = changes_of([one.unit_id for one in contacts], year_start(reader.at))
    return [
        {
            "unit": reader.unit_name(one.unit_id),
            "person": reader.person_name(one.person_id),
            "deputy": reader.person_name(one.deputy_id),
            "phone": one.phone,
            "since": fmt.moment_full(timezone.localtime(one.since_at)),
            "changes": changes.get(one.unit_id, 0),
        }
        for one in contacts
    ]


def year_start(at: datetime) -> datetime:
    return timezone.localtime(at).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


def _moment(reader: Reader, value: datetime) -> str:
    return fmt.moment(timezone.localtime(value), at=timezone.localtime(reader.at))
