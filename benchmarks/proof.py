"""Is everything there that a hotline was told is there, once, and nothing else? Read from the tables themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import F

from tickets.models import Contact, Event, IdempotencyKey, Ticket
from tickets.verify import verify_tickets

from .hotline import Call, Ledger


@dataclass(frozen=True)
class Finding:
    what: str
    found: str
    kept: bool


def prove(calls: list[Call], ledger: Ledger, source: str) -> list[Finding]:
    """Each promise with what was found. `source` is the name of the token's program."""
    tickets = dict(Ticket.objects.filter(source=source).values_list("external_id", "number"))
    contacts = {
        call: (number, content)
        for call, number, content in Contact.objects.filter(by__username=source, seq__gt=1).values_list(
            "call_id", "ticket__number", "content"
        )
    }
    ends = [
        _acknowledged(calls, ledger),
        *_lost(ledger, tickets, contacts),
        *_doubled(calls, tickets, contacts, source),
    ]
    return [*ends, *_again(ledger), *_whole(source)]


def _acknowledged(calls: list[Call], ledger: Ledger) -> Finding:
    words = f"{len(ledger.entries)} of {len(calls)}"
    words += f"; first failure: {ledger.failed[0]}" if ledger.failed else ""
    return Finding("calls that ended with an answer", words, len(ledger.entries) == len(calls) and not ledger.failed)


def _lost(ledger: Ledger, tickets: dict[str, str], contacts: dict[str, tuple[str, str]]) -> list[Finding]:
    kinds = Counter(entry.kind for entry in ledger.entries.values())
    lost = {"ticket": 0, "contact": 0}
    for call, entry in ledger.entries.items():
        is_there = (
            tickets.get(call) == entry.number
            if entry.kind == "ticket"
            else contacts.get(call) == (entry.number, entry.content)
        )
        lost[entry.kind] += not is_there
    return [
        Finding(f"acknowledged {kind}s that are lost or another's", f"{lost[kind]} of {kinds[kind]}", not lost[kind])
        for kind in lost
    ]


def _doubled(
    calls: list[Call], tickets: dict[str, str], contacts: dict[str, tuple[str, str]], source: str
) -> list[Finding]:
    made = Ticket.objects.filter(source=source).count() + Contact.objects.filter(by__username=source).count()
    both = len(tickets.keys() & contacts.keys())
    strange = len((tickets.keys() | contacts.keys()) - {call.id for call in calls})
    keys = IdempotencyKey.objects.filter(person__username=source).count()
    return [
        Finding("tickets and contacts in the tables", f"{made} for {len(calls)} calls", made == len(calls)),
        Finding("calls that became two things", str(both), both == 0),
        Finding("tickets or contacts that no call made", str(strange), strange == 0),
        Finding("keys kept", f"{keys} for {len(calls)} calls", keys == len(calls)),
    ]


def _again(ledger: Ledger) -> list[Finding]:
    other = sum(ledger.entries[call].number != number for call, number in ledger.again.items())
    return [Finding("calls sent again later that got another number", f"{other} of {len(ledger.again)}", other == 0)]


def _whole(source: str) -> list[Finding]:
    tickets = Ticket.objects.filter(source=source)
    broken = [str(one) for one in verify_tickets(tickets)]
    events = Event.objects.filter(ticket__in=tickets).count()
    uneven = tickets.exclude(version=F("event_count")).count()
    words = f"{events} events, {len(broken)} broken" + (f": {broken[0]}" if broken else "")
    return [
        Finding("chains of events", words, not broken),
        Finding("tickets whose version and events differ", str(uneven), uneven == 0),
    ]
