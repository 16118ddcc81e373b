"""A ticket as the API shows it. One function for every answer, so that no two of them can differ.

It asks the database nothing, except where an action names another ticket: then the candidates are looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models.expressions import RawSQL

from complaints_site.lib import mask
from complaints_site.lib.prepared import Given, Prepared

from ..access import Sight, sight_of, visible
from ..actions.links import TICKET_FIELDS
from ..actions.outcome import Outcome
from ..core.offers import Offer, describe, offers
from ..core.picture import ClockView, StepView
from ..core.rules import Actor, step_title
from ..core.world import World
from ..models import Customer, Person, Ticket
from ..rulebook.compiled import APPROVAL, Book
from ..rulebook.registry import book_of

MOST_CHOICES = 20
NEWEST_OR_MINE = """
SELECT id FROM (SELECT id FROM tickets_ticket WHERE organisation_id = %s
                ORDER BY received_at DESC, id DESC LIMIT 100) newest
UNION SELECT id FROM (SELECT id FROM tickets_ticket WHERE customer_id = %s
                      ORDER BY received_at DESC LIMIT 100) mine
"""
# Facts that stand at the top of the answer under the name that the create body gives them.
TOP_FACTS = ("channel", "business_type", "complaint_type", "grade", "severity")
MORE_FACTS = ("visited_region", "request", "occurred_at", "occurred_place")
Times = Callable[[datetime | None], str | None]


def ticket_dict(outcome: Outcome, *, actor: Person, at: datetime, language: str) -> dict[str, Any]:
    """The whole ticket: where it stands, its steps and clocks, and what this actor can do with it now."""
    ticket, picture, book, world = outcome.ticket, outcome.picture, outcome.book, outcome.world
    times = times_of(world)
    clock_of_step = {clock.step: clock for clock in picture.clocks if clock.step is not None}
    ids = {step.ordinal: step.id for step in picture.steps}
    return {
        **_head(ticket, book, world, language),
        "content": ticket.content,
        **{name: picture.facts.get(name) for name in MORE_FACTS},
        "customer": masked_customer(ticket.customer),
        "respondent": {
            "unit": _code(world, ticket.respondent_unit_id),
            "person": _username(world, ticket.respondent_person_id),
        },
        "external_id": ticket.external_id or None,
        "fields": _public_facts(book, picture.facts),
        "steps": [
            _step(step, clock_of_step.get(step.ordinal), book, world, ids, times, language) for step in picture.steps
        ],
        "clocks": [_clock(clock, at, times) for clock in picture.clocks if clock.step is None],
        "allowed_actions": allowed_actions(outcome, actor=actor, at=at, language=language),
    }


def row_dict(ticket: Ticket, world: World, language: str) -> dict[str, Any]:
    """A ticket as a line of a list, from its own row alone."""
    times = times_of(world)
    return {
        **_head(ticket, book_of(ticket.rulebook_id), world, language),
        "step_kind": ticket.step_kind or None,
        "unit": _code(world, ticket.unit_id),
        "assignee": _username(world, ticket.assignee_id),
        "step_opened_at": times(ticket.step_opened_at),
        "warn_at": times(ticket.step_warn_at),
        "due_at": times(ticket.step_due_at),
    }


def times_of(world: World) -> Times:
    """Instants as ISO 8601 with the organisation's offset."""
    zone = world.calendar.zone
    return lambda instant: instant.astimezone(zone).isoformat() if instant is not None else None


def masked_customer(customer: Customer | None) -> dict[str, Any] | None:
    if customer is None:
        return None
    return {
        "name": mask.name(customer.name),
        "phone": mask.phone(customer.phone),
        "level": customer.level or None,
        "brand": customer.brand or None,
        "region": customer.region or None,
    }


def _head(ticket: Ticket, book: Book, world: World, language: str) -> dict[str, Any]:
    times = times_of(world)
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "rulebook": book.id,
        "rulebook_version": book.version,
        "version": ticket.version,
        "state": ticket.state,
        "subject": ticket.subject,
        **{name: getattr(ticket, name) or None for name in TOP_FACTS},
        "priority": _priority(ticket, language),
        "anonymous": ticket.anonymous,
        "confidential": ticket.confidential,
        "received_by": _code(world, ticket.received_unit_id),
        "received_at": times(ticket.received_at),
        "promised_at": times(ticket.promised_at),
        "settled_at": times(ticket.settled_at),
        "closed_at": times(ticket.ended_at),
        "outcome": ticket.fields.get("outcome"),
    }


def _priority(ticket: Ticket, language: str) -> dict[str, Any]:
    word = "because_en" if language == "en" else "because"
    return {"score": ticket.priority, "because": [mark.get(word) or mark["because"] for mark in ticket.marks]}


def _public_facts(book: Book, facts: dict[str, Any]) -> dict[str, Any]:
    """What the rulebook's own fields hold; personal values are not among them."""
    shown = {name for name, field in book.fields.items() if not field.personal}
    return {name: value for name, value in facts.items() if name in shown and name != "content"}


def _step(
    step: StepView,
    clock: ClockView | None,
    book: Book,
    world: World,
    ids: dict[int, int | None],
    times: Times,
    language: str,
) -> dict[str, Any]:
    return {
        "id": step.id,
        "version": step.version,
        "side": step.side,
        "kind": step.kind,
        "title": step_title(book, step.kind).say(language),
        "unit": _code(world, step.unit),
        "assignee": _username(world, step.assignee),
        "sent_by": ids.get(step.sent_by) if step.sent_by is not None else None,
        "opened_at": times(step.opened_at),
        "signed_at": times(step.signed_at),
        "warn_at": times(clock.warn_at) if clock else None,
        "due_at": times(clock.due_at) if clock else None,
        "first_due_at": times(clock.first_due_at) if clock else None,
        "warned_at": times(clock.warned_at) if clock else None,
        "overdue_at": times(clock.overdue_at) if clock else None,
        "closed_at": times(step.closed_at),
        "result": step.result or None,
        "data": _step_data(step, book, world),
    }


def _step_data(step: StepView, book: Book, world: World) -> dict[str, Any]:
    """The answers kept on the step; of an approval, what was asked for and by whom."""
    if step.kind != APPROVAL:
        return _public_facts(book, step.data)
    return {
        "action": step.data.get("action"),
        "requested_by": _username(world, step.data.get("requester")),
        "given": {
            name: value
            for name, value in dict(step.data.get("given", {})).items()
            if name not in book.fields or not book.fields[name].personal
        },
    }


def _clock(clock: ClockView, at: datetime, times: Times) -> dict[str, Any]:
    return {
        "name": clock.name,
        "started_at": times(clock.started_at),
        "warn_at": times(clock.warn_at),
        "due_at": times(clock.due_at),
        "first_due_at": times(clock.first_due_at),
        "warned_at": times(clock.warned_at),
        "overdue_at": times(clock.overdue_at),
        "stopped_at": times(clock.stopped_at),
        "state": clock.state(at),
        "generation": clock.generation,
        "target": clock.target,
        "provisional": clock.provisional,
    }


def _code(world: World, unit: int | None) -> str | None:
    return world.units[unit].code if unit is not None and unit in world.units else None


def _username(world: World, person: int | None) -> str | None:
    return world.people[person].username if person is not None and person in world.people else None


# ── what can be done ─────────────────────────────────────────────────────────────────────────────────


def allowed_actions(outcome: Outcome, *, actor: Person, at: datetime, language: str) -> list[dict[str, Any]]:
    """The actions that this actor can do now, with everything a client must know to do them."""
    found = offers(outcome.book, outcome.picture, actor=Actor(actor.pk), world=outcome.world, at=at)
    possible = [offer for offer in found if offer.refused is None and not _nobody_to_choose(offer)]
    if not any(_names_a_ticket(offer) for offer in possible):
        return [describe(offer, language) for offer in possible]
    others = tickets_to_name(actor, at, ticket=outcome.ticket)
    described = [describe(offer, language) for offer in possible if others or not _needs_a_ticket(offer)]
    for action in described:
        for field in action["fields"]:
            if field["name"] in TICKET_FIELDS:
                field["choices"] = others
    return described


def _nobody_to_choose(offer: Offer) -> bool:
    """A unit or person must be given and there is none: the action could only be refused."""
    return any(one.required and not one.need.when and one.choices == [] for one in offer.fields)


def _names_a_ticket(offer: Offer) -> bool:
    return any(one.field.name in TICKET_FIELDS for one in offer.fields)


def _needs_a_ticket(offer: Offer) -> bool:
    return any(one.field.name in TICKET_FIELDS and one.required and not one.need.when for one in offer.fields)


def tickets_to_name(actor: Person, at: datetime, ticket: Ticket | None = None) -> list[dict[str, str]]:
    """Tickets that one may be linked to, as choices: those of the same customer first, then open ones of the newest.

    Only among the newest is looked, so that it costs the same however many tickets there are.
    """
    sight = sight_of(actor, at)
    if sight is None:
        return []
    own, mine = (ticket.number, ticket.customer_id) if ticket is not None else ("", None)
    rows = [row for row in _near(sight).run(customer=mine) if row[0] != own]
    found = [row for row in rows if row[3] is None or (mine is not None and row[2] == mine)]
    found.sort(key=lambda row: mine is None or row[2] != mine)  # stable: the newest first within each kind
    return [{"value": number, "label": f"{number} {subject}".strip()} for number, subject, *_ in found[:MOST_CHOICES]]


@lru_cache(maxsize=1024)
def _near(sight: Sight) -> Prepared:
    near = RawSQL(NEWEST_OR_MINE, [sight.organisation, Given("customer")])  # noqa: S611  parameters
    rows = visible(sight).filter(pk__in=near).order_by("-received_at", "-pk")
    return Prepared(rows.values_list("number", "subject", "customer_id", "ended_at"))
