"""The inbox: messages of the application to people, read or not (row W02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from ..access import visible_to
from ..models import AccessLog, Message, Person
from ..organisations import world_for
from ..outbox import INBOX


def inbox_of(person: Person, at: datetime) -> QuerySet[Message]:
    """What was sent to this person, or to one of their units, about tickets that they may see. Newest first.

    A message to a unit names roles; `for_roles` leaves out what is for others there.
    """
    if person.organisation_id is None:
        return Message.objects.none()
    units = {duty.unit for duty in world_for(person).duties_of(person.pk, at)}
    mine = Q(person=person) | Q(person=None, unit_id__in=units)
    seen = Q(ticket=None) | Q(ticket__in=visible_to(person, at))
    return Message.objects.filter(mine & seen, way=INBOX).order_by("-created_at", "-pk")


def for_roles(person: Person, messages: Iterable[Message], at: datetime) -> list[Message]:
    """Of those, the ones whose roles this person holds at that unit."""
    duties = list(world_for(person).duties_of(person.pk, at))
    held = {(duty.unit, duty.role) for duty in duties}
    return [
        message
        for message in messages
        if message.person_id or not message.roles or any((message.unit_id, role) in held for role in message.roles)
    ]


def messages_read(*, ids: Iterable[int], actor: Person, at: datetime) -> int:
    """Mark messages of the own inbox as read; how many there were."""
    wanted = inbox_of(actor, at).filter(pk__in=list(ids), read_at=None)
    mine = [message.pk for message in for_roles(actor, wanted, at)]
    return Message.objects.filter(pk__in=mine, read_at=None).update(read_at=at)


def message_told(*, message_id: int, actor: Person, at: datetime) -> bool:
    """A clerk has told the customer what no channel could; whether this call was the first to say so.

    Whether the actor may see the ticket is the caller's question (`access`).
    """
    first = bool(
        Message.objects.filter(pk=message_id, state=Message.State.BY_HAND).update(state=Message.State.SENT, sent_at=at)
    )
    if first:
        ticket = Message.objects.values_list("ticket_id", flat=True).get(pk=message_id)
        AccessLog.objects.create(person=actor, ticket_id=ticket, what="message_told", purpose=str(message_id), at=at)
    return first
