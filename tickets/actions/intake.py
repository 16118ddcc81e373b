"""The intake of a person: register, then what the form's button says, then the links to other tickets (C01-C04, C20).

Each part is an action of its own with its own transaction. What is registered stays registered: if a later part is
refused, the ticket is there and the refusal is handed back, so nothing that was typed is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ..core.offers import Offer, offers
from ..core.rules import Actor
from ..core.sentences import Forbidden, Hidden, Invalid, Refused, Say
from ..models import Attachment, Person, RulebookVersion, Ticket, TicketLink
from .idempotency import Idempotency, Repeated
from .outcome import Outcome
from .register import NewTicket, ticket_register
from .tickets import ticket_act, ticket_read

MERGED_INTO = "merged_into"
CHASE = "chase"


@dataclass(slots=True)
class Wish:
    """What is to happen after `register`: an action with its values, and the ticket that this one has to do with."""

    action: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    other: Ticket | None = None
    link: str = ""  # a TicketLink.Kind
    files: list[UUID] = field(default_factory=list)


@dataclass(slots=True)
class Intake:
    """`trouble`: why the part after registering was not done; `missing`: its fields, where it is about those."""

    ticket: Ticket
    outcome: Outcome | None = None  # None where the form was sent before
    trouble: Say | None = None
    missing: list[str] = field(default_factory=list)
    done: str = ""  # the action that was done after registering


def intake_key(key: str) -> str:
    """A form's key among those that a person's programs use."""
    return f"intake:{key[:64]}"


def ticket_intake(
    new: NewTicket, *, wish: Wish, version: RulebookVersion, actor: Person, at: datetime, key: str
) -> Intake:
    """Take in a complaint. `key` is made with the form: sent twice, it is one ticket (rule 9).

    Raises Invalid, Forbidden or Refused where nothing was registered.
    """
    idempotency = Idempotency(intake_key(key), key, lambda made: {"number": made.ticket.number}) if key else None
    try:
        outcome = ticket_register(new, version=version, actor=actor, at=at, idempotency=idempotency)
    except Repeated as repeated:
        if repeated.ticket is None:
            raise
        return Intake(repeated.ticket)
    intake = Intake(outcome.ticket, outcome)
    _take_more_files(intake.ticket, wish.files, actor)
    if wish.other is not None and _merged(intake, wish.other, actor, at, wish.link):
        return intake
    if wish.action:
        _act(intake, wish.action, wish.given, actor, at)
    return intake


def _act(intake: Intake, action: str, given: dict[str, Any], actor: Person, at: datetime) -> None:
    try:
        intake.outcome = ticket_act(ticket_id=intake.ticket.pk, action=action, given=given, actor=actor, at=at)
        intake.ticket, intake.done = intake.outcome.ticket, action
    except (Refused, Forbidden, Hidden) as refused:
        intake.trouble = refused.sentence
    except Invalid as invalid:
        intake.missing = list(invalid.errors)
        intake.trouble = next(says[0] for says in invalid.errors.values())


def _take_more_files(ticket: Ticket, files: list[UUID], actor: Person) -> None:
    """Files that were uploaded before the ticket was there and belong to no single field."""
    if files:
        Attachment.objects.filter(pk__in=files, ticket=None, uploaded_by=actor).update(ticket=ticket)


# ── other tickets ────────────────────────────────────────────────────────────────────────────────────


def _merged(intake: Intake, other: Ticket, actor: Person, at: datetime, kind: str) -> bool:
    """Merge where the rulebook lets this person; else link, so that whoever dispatches sees it. True when merged."""
    if kind == TicketLink.Kind.DUPLICATE:
        found = ticket_read(intake.ticket.pk)
        merge = merging_offer(offers(found.book, found.picture, actor=Actor(actor.pk), world=found.world, at=at))
        if merge is not None:
            _act(intake, merge.action.name, {MERGED_INTO: other.number}, actor, at)
            if intake.done:
                return True
    TicketLink.objects.get_or_create(
        ticket=intake.ticket, other=other, kind=kind or TicketLink.Kind.DUPLICATE, defaults={"by": actor, "at": at}
    )
    return False


def merging_offer(own: list[Offer]) -> Offer | None:
    """The action that asks into which ticket this one is merged."""
    return next(
        (one for one in own if not one.refused and any(need.field == MERGED_INTO for need in one.action.fields)), None
    )


def chasing_offer(own: list[Offer]) -> Offer | None:
    """The action that chases whoever holds the ticket, where this person has it."""
    return next((one for one in own if not one.refused and one.action.name == CHASE), None)


def ticket_chase_again(ticket_id: int, *, words: str, actor: Person, at: datetime) -> Outcome:
    """The customer called again about an open ticket: a chase with their words.

    Raises Refused where the rulebook gives this person no chase, Invalid where it asks more than a reason.
    """
    found = ticket_read(ticket_id)
    own = offers(found.book, found.picture, actor=Actor(actor.pk), world=found.world, at=at)
    chase = chasing_offer(own)
    if chase is None:
        raise Refused(
            "not_from",
            Say("这件工单现在不能由您督办，请登记后关联", "You can't chase this ticket: register and link instead"),
        )
    given: dict[str, Any] = {"reason": words}
    for one in chase.fields:
        if one.required and one.choices and one.field.name not in given:
            given[one.field.name] = _ground(found, [value for value, _ in one.choices], at)
    return ticket_act(ticket_id=ticket_id, action=chase.action.name, given=given, actor=actor, at=at)


def _ground(found: Outcome, choices: list[str], at: datetime) -> str:
    """Late, near its deadline, or simply important: the first of the rulebook's grounds that the clock bears out."""
    main = found.picture.main
    clock = found.picture.step_clock(main) if main else None
    state = clock.state(at) if clock else "none"
    wanted = {"overdue": "late", "warned": "near"}.get(state, "key")
    return wanted if wanted in choices else choices[0]
