"""Rows of this room as the API shows them: codes and staff numbers, never ids of units and people."""

from __future__ import annotations

from typing import Any

from appeals.brief import Brief, dispute_of
from appeals.models import Dispute, Filing, Finding, NamedContact, RegulatorCase
from tickets.api.represent import times_of
from tickets.core.world import World
from tickets.rulebook.compiled import Book


def case_dict(case: RegulatorCase, world: World) -> dict[str, Any]:
    times, ticket = times_of(world), case.ticket
    return {
        "ticket": ticket.number,
        "kind": case.kind,
        "regulator": case.regulator or None,
        "number": case.number or None,
        "contact": case.contact or None,
        "received_at": times(case.received_at),
        "due_at": times(case.due_at),
        "promised_at": times(ticket.promised_at),
        "state": ticket.state,
        "step_kind": ticket.step_kind or None,
        "unit": _code(world, ticket.unit_id),
        "closed_at": times(ticket.ended_at),
    }


def finding_dict(finding: Finding, world: World) -> dict[str, Any]:
    times, dispute = times_of(world), dispute_of(finding)
    return {
        "id": finding.pk,
        "ticket": finding.ticket.number,
        "unit": _code(world, finding.unit_id),
        "finding": finding.finding,
        "ground": finding.ground or None,
        "responsibility": finding.responsibility or None,
        "cause": finding.cause or None,
        "step_kind": finding.step_kind or None,
        "step": finding.step_id,
        "holder": _username(world, finding.holder_id),
        "share_percent": float(finding.share_percent) if finding.share_percent is not None else None,
        "found_by": _username(world, finding.found_by_id),
        "found_at": times(finding.found_at),
        "replaced_at": times(finding.replaced_at),
        "dispute": dispute_dict(dispute, world) if dispute else None,
    }


def dispute_dict(dispute: Dispute, world: World) -> dict[str, Any]:
    times = times_of(world)
    return {
        "reason": dispute.reason,
        "file": str(dispute.file_id) if dispute.file_id else None,
        "raised_by": _username(world, dispute.raised_by_id),
        "raised_at": times(dispute.raised_at),
        "outcome": dispute.outcome or None,
        "decision_reason": dispute.decision_reason or None,
        "decided_by": _username(world, dispute.decided_by_id),
        "decided_at": times(dispute.decided_at),
    }


def filing_dict(filing: Filing, world: World) -> dict[str, Any]:
    return {
        "id": filing.pk,
        "ticket": filing.ticket.number,
        "sent_to": filing.sent_to,
        "receiver": filing.receiver or None,
        "sent_at": times_of(world)(filing.sent_at),
        "receipt": str(filing.receipt_id) if filing.receipt_id else None,
        "officer": _username(world, filing.officer_id),
    }


def contact_dict(contact: NamedContact, world: World) -> dict[str, Any]:
    times = times_of(world)
    return {
        "unit": _code(world, contact.unit_id),
        "person": _username(world, contact.person_id),
        "deputy": _username(world, contact.deputy_id),
        "phone": contact.phone or None,
        "since_at": times(contact.since_at),
        "until_at": times(contact.until_at),
        "reason": contact.reason,
        "set_by": _username(world, contact.set_by_id),
    }


def brief_dict(brief: Brief, book: Book, world: World, language: str) -> dict[str, Any]:
    return {
        "case": case_dict(brief.case, world) if brief.case else None,
        "lateness": {
            "branch_seconds": brief.lateness.branch.total_seconds(),
            "regulator_seconds": brief.lateness.regulator.total_seconds(),
            "consequential": brief.lateness.is_consequential,
        },
        "documents": [
            {
                "field": one.field,
                "title": book.fields[one.field].title.say(language),
                "needed": one.needed,
                "there": one.is_there,
                "attachment": one.value if one.is_there and book.fields[one.field].type == "file" else None,
            }
            for one in brief.documents
        ],
        "findings": [finding_dict(one, world) for one in brief.findings],
        "filings": [filing_dict(one, world) for one in brief.filings],
        "contacts": [contact_dict(one, world) for one in brief.contacts],
    }


def _code(world: World, unit: int | None) -> str | None:
    found = world.units.get(unit or 0)
    return found.code if found else None


def _username(world: World, person: int | None) -> str | None:
    found = world.people.get(person or 0)
    return found.username if found else None
