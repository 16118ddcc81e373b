"""All that appeals know of one ticket, read once for whoever shows it: panel, API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch, QuerySet

from appeals.documents import Document, documents_of
from appeals.lateness import Lateness, lateness_of
from appeals.models import Dispute, Filing, Finding, NamedContact, RegulatorCase
from tickets.core.picture import ClockView, Picture
from tickets.core.world import World
from tickets.models import Ticket
from tickets.rulebook.compiled import Book

RECORD = "regulator_case"


@dataclass(frozen=True, slots=True)
class Brief:
    """The case is None where the rulebook keeps none, or the appeal came before it did."""

    case: RegulatorCase | None
    lateness: Lateness
    documents: list[Document]
    findings: list[Finding]
    filings: list[Filing]
    contacts: list[NamedContact]


def brief_of(ticket: Ticket, book: Book, picture: Picture, world: World, at: datetime) -> Brief:
    """Whether the ticket may be seen is the caller's question."""
    case = RegulatorCase.objects.filter(ticket=ticket).first()
    return Brief(
        case=case,
        lateness=lateness_on(book, picture, case.due_at if case else None, at),
        documents=documents_of(book, picture, at),
        findings=list(with_history(Finding.objects.filter(ticket=ticket))),
        filings=list(Filing.objects.filter(ticket=ticket).order_by("-sent_at", "-pk")),
        contacts=contacts_of(picture.memory.held, world),
    )


def with_history(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """In force first; each with its dispute."""
    disputes = Prefetch("dispute", Dispute.objects.all())
    return findings.prefetch_related(disputes).order_by(F("replaced_at").asc(nulls_first=True), "pk")


def dispute_of(finding: Finding) -> Dispute | None:
    return getattr(finding, "dispute", None)


def lateness_on(book: Book, picture: Picture, regulator_due: datetime | None, at: datetime) -> Lateness:
    """By the two clocks that the rulebook names: until the branch's report, and until the regulator's answer.

    A whole that was extended has the regulator's consent to its new deadline.
    """
    report, answer = _clock(book, picture, "report"), _clock(book, picture, "answer")
    if regulator_due is not None and answer is not None and answer.extended:
        regulator_due = answer.due_at
    return lateness_of(
        report_due=report.due_at if report else None,
        reported_at=report.stopped_at if report else None,
        regulator_due=regulator_due,
        answered_at=answer.stopped_at if answer else None,
        at=at,
    )


def _clock(book: Book, picture: Picture, word: str) -> ClockView | None:
    record = book.records.get(RECORD)
    name = record.clocks.get(word) if record else None
    return picture.clock(name) if name else None


def contacts_of(units: Iterable[int], world: World) -> list[NamedContact]:
    """Whom to call: those named at the units that hold or held the appeal, or at a unit above them."""
    known = {above for unit in units if unit in world.units for above in world.units[unit].path}
    return list(NamedContact.objects.filter(unit_id__in=known, until_at=None).order_by("unit__path"))


def changes_of(units: Iterable[int], since: datetime) -> dict[int, int]:
    """How often the contact of each unit changed since then; to be named for the first time is no change."""
    rows = NamedContact.objects.filter(until_at__gte=since, unit_id__in=list(units))
    counted: dict[int, int] = {}
    for unit in rows.values_list("unit_id", flat=True):
        counted[unit] = counted.get(unit, 0) + 1
    return counted
