"""The only way to get tickets for a person (rule 12): lists, details, search, counts, exports and files all ask here.

A person sees the tickets that a unit they serve holds, held or received; an auditor everything of the organisation;
an administrator none. The person complained about sees nothing, and what names them is no smaller list but none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from .core.world import World
from .models import Customer, Person, RulebookVersion, Step, Ticket
from .organisations import world_for

BLIND_ROLES = frozenset({"administrator", "security_admin"})  # they run the system and see no complaint (page 7)
ALL_SEEING_ROLES = frozenset({"auditor"})


def visible_to(person: Person, at: datetime) -> QuerySet[Ticket]:
    """The tickets that this person may see."""
    if person.organisation_id is None or not person.is_active:
        return Ticket.objects.none()
    world = world_for(person)
    tickets = Ticket.objects.filter(organisation_id=person.organisation_id)
    if not sees_all(person, world, at):
        units = served_units(person, world, at)
        if not units:
            return Ticket.objects.none()
        held = Step.objects.filter(unit_id__in=units).values("ticket_id")
        tickets = tickets.filter(Q(received_unit_id__in=units) | Q(pk__in=held))
    return _without_parties(tickets, person, world, at)


def sees_all(person: Person, world: World, at: datetime) -> bool:
    """Their duties reach the whole tree."""
    return any(
        duty.role in ALL_SEEING_ROLES
        or (duty.subtree and duty.role not in BLIND_ROLES and world.units[duty.unit].parent is None)
        for duty in world.duties_of(person.pk, at)
    )


def served_units(person: Person, world: World, at: datetime) -> set[int]:
    """The units whose tickets the person sees, those below included where a duty reaches down."""
    units: set[int] = set()
    for duty in world.duties_of(person.pk, at):
        if duty.role in BLIND_ROLES:
            continue
        units.add(duty.unit)
        if duty.subtree:
            units.update(below(world, duty.unit))
    return units


def below(world: World, unit: int) -> Iterable[int]:
    return (other.id for other in world.units.values() if unit in other.path)


def _without_parties(tickets: QuerySet[Ticket], person: Person, world: World, at: datetime) -> QuerySet[Ticket]:
    tickets = tickets.exclude(respondent_person=person.pk)
    own = {duty.unit for duty in world.duties_of(person.pk, at)}
    strict = RulebookVersion.objects.filter(source__barrier="unit").values("pk")
    return tickets.exclude(respondent_unit_id__in=own, rulebook_id__in=strict)


def known_customers(
    person: Person, at: datetime, phone_index: str, *, only_seen: bool, world: World | None = None
) -> QuerySet[Customer]:
    """The customers with that number, for a look-up. Not those whose every ticket is hidden from a party.

    `only_seen`: no others than those of whom this person sees a ticket.
    """
    if person.organisation_id is None or not phone_index:
        return Customer.objects.none()
    customers = Customer.objects.filter(organisation_id=person.organisation_id, phone_index=phone_index)
    world = world or world_for(person)
    own = Ticket.objects.filter(customer=OuterRef("pk"))
    if only_seen:
        return customers.filter(Exists(visible_to(person, at).filter(customer=OuterRef("pk"))))
    return customers.filter(Exists(_without_parties(own, person, world, at)) | ~Exists(own))
