"""The only way to get tickets for a person (rule 12): lists, details, search, counts, exports and files all ask here.

A person sees the tickets that a unit they serve holds, held or received; an auditor everything of the organisation;
an administrator none. The person complained about sees nothing, and what names them is no smaller list but none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value

from complaints_site.lib.prepared import Given, Prepared

from .core.world import World
from .models import Customer, Person, RulebookVersion, Step, Ticket, TicketLink
from .organisations import world_for

BLIND_ROLES = frozenset({"administrator", "security_admin"})  # they run the system and see no complaint (page 7)
ALL_SEEING_ROLES = frozenset({"auditor"})
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Sight:
    """All that decides which tickets a person sees, so that a query put together for it once serves again."""

    organisation: int
    person: int
    units: frozenset[int]  # whose work they see
    own: frozenset[int]  # where they have a duty
    everything: bool  # every ticket of the organisation; `units` are all of them then
    opened: tuple[int, ...] = ()  # tickets for which they have broken the glass
    anybody: bool = False  # a screen on a wall: nobody knows who looks, so it shows nothing about anybody


def visible_to(person: Person, at: datetime) -> QuerySet[Ticket]:
    """The tickets that this person may see."""
    sight = sight_of(person, at)
    return visible(sight).all() if sight is not None else Ticket.objects.none()


def sight_of(person: Person, at: datetime) -> Sight | None:
    """None: this person sees no ticket at all."""
    if person.organisation_id is None or not person.is_active:
        return None
    world = world_for(person)
    everything = sees_all(person, world, at)
    units = frozenset(world.units if everything else served_units(person, world, at))
    if not units:
        return None
    opened = tuple(sorted(g.ticket for g in world.glasses if g.person == person.pk and g.until > at))
    return Sight(person.organisation_id, person.pk, units, _own_units(person, world, at), everything, opened)


@lru_cache(maxsize=1024)
def visible(sight: Sight) -> QuerySet[Ticket]:
    """The query of `visible_to`, shared by everybody who asks: filter it further, never evaluate it itself."""
    tickets = Ticket.objects.filter(organisation_id=sight.organisation)
    if not sight.everything:
        units = sorted(sight.units)
        # EXISTS, so that for a single ticket PostgreSQL looks at its steps and not at all that the units ever held.
        # Before it what the ticket's row knows: most rows of most lists need no look at their steps.
        held = Step.objects.filter(ticket=OuterRef("pk"), unit_id__in=units)
        seen = Q(unit_id__in=units) | Q(received_unit_id__in=units) | Exists(held)
        tickets = tickets.filter(seen | Q(pk__in=sight.opened) if sight.opened else seen)
    return _about_nobody(tickets) if sight.anybody else _without_parties(tickets, sight.person, sight.own)


def visible_id(person: Person, at: datetime, number: str) -> int | None:
    """The id of the ticket of that number, if this person may see it."""
    sight = sight_of(person, at)
    found = _by_number(sight).run(number=number) if sight is not None else []
    return found[0][0] if found else None


@lru_cache(maxsize=1024)
def _by_number(sight: Sight) -> Prepared:
    return Prepared(visible(sight).filter(number=Given("number")).values_list("pk"))


@lru_cache(maxsize=1024)
def linked_tickets(sight: Sight) -> Prepared:
    """Of a ticket's links, both ways, those to tickets of that sight, newest first.

    A row is the link's kind and instant, then the other ticket's number, subject, content, state, step and rulebook.
    """
    seen, of = visible(sight).values("pk"), Value(Given("ticket"))
    names = ("number", "subject", "content", "state", "step_kind", "rulebook_id")
    there = TicketLink.objects.filter(ticket=of, other__in=seen)
    back = TicketLink.objects.filter(other=of, ticket__in=seen)
    rows = there.values_list("kind", "at", *(f"other__{name}" for name in names))
    return Prepared(
        rows.union(back.values_list("kind", "at", *(f"ticket__{name}" for name in names)), all=True).order_by("-at")
    )


def steps_at_units(person: Person, at: datetime) -> QuerySet[Step]:
    """The steps at units that this person serves, of tickets they may see."""
    sight = sight_of(person, at)
    return steps_of(sight).all() if sight is not None else Step.objects.none()


@lru_cache(maxsize=1024)
def steps_of(sight: Sight) -> QuerySet[Step]:
    """The query of `steps_at_units`, shared like `visible`."""
    return outside_wall(Step.objects.filter(unit_id__in=sorted(sight.units)), sight)


@lru_cache(maxsize=1024)
def steps_asked_by(sight: Sight) -> QuerySet[Step]:
    """The steps for which a unit that this person serves has asked, wherever they are. Shared like `visible`."""
    return outside_wall(Step.objects.filter(sent_by__unit_id__in=sorted(sight.units)), sight)


def outside_wall(rows: QuerySet[M], sight: Sight) -> QuerySet[M]:
    """Without the rows whose ticket is about this person: all there is to look at where a served unit has the row.

    What a unit has or had makes the ticket visible to those who serve it. Boards, queues and counters look at many
    rows; to look at each one's ticket would cost them ten times as much.
    """
    if sight.anybody:
        walled = Ticket.objects.filter(respondent_unit__isnull=False, rulebook__source__barrier="unit").values("pk")
        return rows.filter(ticket__respondent_person=None).exclude(ticket__in=walled)
    walled = Ticket.objects.filter(respondent_person=sight.person).values("pk")
    by_unit = Ticket.objects.filter(respondent_unit_id__in=sight.own, rulebook__source__barrier="unit").values("pk")
    return rows.exclude(ticket__in=walled).exclude(ticket__in=by_unit)


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


def _own_units(person: Person, world: World, at: datetime) -> frozenset[int]:
    return frozenset(duty.unit for duty in world.duties_of(person.pk, at))


def _without_parties(tickets: QuerySet[Ticket], person: int, own: frozenset[int]) -> QuerySet[Ticket]:
    tickets = tickets.exclude(respondent_person=person)
    strict = RulebookVersion.objects.filter(source__barrier="unit").values("pk")
    return tickets.exclude(respondent_unit_id__in=own, rulebook_id__in=strict)


def _about_nobody(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    strict = RulebookVersion.objects.filter(source__barrier="unit").values("pk")
    return tickets.filter(respondent_person=None).exclude(respondent_unit__isnull=False, rulebook_id__in=strict)


def not_about(person: Person, at: datetime) -> QuerySet[Ticket]:
    """Every ticket of the organisation but those about this person: for the numbers on pages of administrators.

    They say how many, never what; even so a number that moves would tell somebody that there is one about them.
    """
    if person.organisation_id is None:
        return Ticket.objects.none()
    tickets = Ticket.objects.filter(organisation_id=person.organisation_id)
    return _without_parties(tickets, person.pk, _own_units(person, world_for(person), at))


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
    return customers.filter(Exists(_without_parties(own, person.pk, _own_units(person, world, at))) | ~Exists(own))
