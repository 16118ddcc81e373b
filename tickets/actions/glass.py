"""Breaking the glass: a ticket that isn't yours, opened for a reason, for a while, and overseen (row N06)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from ..access import not_about, visible_to
from ..core import glass
from ..core.given import text_problem
from ..core.sentences import Invalid, Refused, Say, invalid
from ..models import AccessLog, Glass, Message, Person, Ticket
from ..organisations import world_for
from ..outbox import messages_for
from ..rulebook.registry import book_of
from .organisation import organisation_changed
from .outcome import Outcome
from .tickets import ticket_read

LONGEST_REASON = 200
WAY = "glass"
NOT_THERE = ("没有这件工单，或者规则不让您破例查看", "There is no such ticket, or the rules don't let you open it")
NOBODY_TOLD = Say("没有人可以知会，不能破例查看", "There is nobody who would be told, so it can't be opened")


@transaction.atomic
def glass_break(*, number: str, reason: str, actor: Person, at: datetime) -> Ticket:
    """Let the actor see a ticket until the rulebook's limit is over; logged, and told to those it names.

    Raises Invalid: without a reason, and in the same words for a ticket that isn't there, is about the actor, or is
    none of their business. Raises Refused where nobody would hear of it. A ticket that they see anyway stays as it is.
    """
    reason = _checked(reason)
    ticket = not_about(actor, at).select_related("organisation").filter(number=number.strip()).first()
    if ticket is None:
        raise invalid("number", *NOT_THERE)
    if visible_to(actor, at).filter(pk=ticket.pk).exists():
        return ticket
    world = world_for(actor)
    if not glass.may_break(book_of(ticket.rulebook_id), actor.pk, world, at):
        raise invalid("number", *NOT_THERE)
    found = ticket_read(ticket.pk)
    until = at + timedelta(seconds=found.book.glass.seconds)
    opened = Glass.objects.create(person=actor, ticket=ticket, reason=reason, at=at, until=until)
    AccessLog.objects.create(person=actor, ticket=ticket, what=WAY, purpose=reason, at=at)
    _tell(opened, found, at)
    organisation_changed(ticket.organisation)
    return ticket


def _checked(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < 4:
        raise invalid("reason", "写明为什么要看", "Say why you need to see it")
    problem = text_problem(reason, LONGEST_REASON)
    if problem is not None:
        raise Invalid({"reason": [problem]})
    return reason


def _tell(opened: Glass, found: Outcome, at: datetime) -> None:
    places = {"who": opened.person.name, "until": opened.until, "reason": opened.reason}
    told = glass.overseers(found.book, found.picture, places, found.world, at)
    if not told:
        raise Refused("no_holder", NOBODY_TOLD)
    rows = messages_for(
        told,
        ticket=found.ticket,
        customer=None,
        book=found.book,
        world=found.world,
        at=at,
        key=f"glass:{opened.pk}",
        places={"number": found.ticket.number},
    )
    Message.objects.bulk_create(rows)
