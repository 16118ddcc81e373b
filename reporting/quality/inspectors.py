"""Who inspects, and what they may not judge: their own work."""

from __future__ import annotations

from datetime import datetime

from reporting.duties import INSPECT, holds_one_that
from tickets.access import BLIND_ROLES
from tickets.core.sentences import Forbidden, Say
from tickets.core.world import DutyView
from tickets.models import Event, Person, Ticket
from tickets.organisations import world_for

NOT_YOURS = Say("抽查和拨测由质检员或主管办", "Quality inspectors and supervisors do this")
NOT_A_LEADER = Say("由主管或上级负责人复核", "Supervisors and those who lead the units review this")
OWN_WORK = Say("这件工单您办过，请别的同事判定", "You worked on this ticket: somebody else must judge it")
OWN_REFUSAL = Say("这件是您决定不予受理的，请别的负责人复核", "You refused this one: another leader must review it")


def inspects(person: Person, at: datetime) -> bool:
    return holds_one_that(INSPECT, person, at)


def leads(person: Person, at: datetime) -> bool:
    """Whoever inspects, or has a duty that reaches the units below."""
    reaching = (duty for duty in _duties(person, at) if duty.subtree and duty.role not in BLIND_ROLES)
    return inspects(person, at) or any(reaching)


def require_inspector(person: Person, at: datetime) -> None:
    """Raises Forbidden."""
    if not inspects(person, at):
        raise Forbidden(NOT_YOURS)


def require_leader(person: Person, at: datetime) -> None:
    """Raises Forbidden."""
    if not leads(person, at):
        raise Forbidden(NOT_A_LEADER)


def worked_on(person: Person, ticket: Ticket) -> bool:
    """They registered it, hold it, or did anything to it."""
    if person.pk in (ticket.registered_by_id, ticket.assignee_id):
        return True
    return Event.objects.filter(ticket=ticket, actor=person).exists()


def _duties(person: Person, at: datetime) -> list[DutyView]:
    return list(world_for(person).duties_of(person.pk, at)) if person.organisation_id is not None else []
