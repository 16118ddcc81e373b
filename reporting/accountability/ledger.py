"""The ledger: who sees which lines, and the monthly statement per person and unit (row P06, doc 11 §5(4)).

One concerned sees their own line and never the ticket behind it. Whoever decides, is told or leads sees the lines of
the units for which they do; nobody sees a line of a ticket that complains about them but as the one concerned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from reporting.models import Charge
from reporting.quality.samples import month_of
from tickets.access import BLIND_ROLES, below, sight_of
from tickets.core.world import World
from tickets.models import Person, Ticket
from tickets.organisations import world_for
from tickets.rulebook.registry import book_of, current_books

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reach:
    """The units whose lines a person sees, and those at which they decide."""

    units: frozenset[int]
    seats: frozenset[int]


def roles_of_books(at: datetime) -> tuple[frozenset[str], frozenset[str]]:
    """The roles that decide about measures, and those that are told of them, in the rulebooks in force."""
    deciding: set[str] = set()
    told: set[str] = set()
    for version in current_books(at).values():
        for penalty in book_of(version.pk).penalties.values():
            deciding.update(penalty.by, penalty.above)
            told.update(penalty.tell)
    return frozenset(deciding), frozenset(told)


def reach_of(person: Person, world: World, at: datetime) -> Reach:
    deciding, told = roles_of_books(at)
    units: set[int] = set()
    seats: set[int] = set()
    for duty in world.duties_of(person.pk, at):
        if duty.role in BLIND_ROLES:
            continue
        reached = {duty.unit, *(below(world, duty.unit) if duty.subtree else ())}
        if duty.subtree or duty.role in deciding:
            units |= reached
            seats |= reached
        if duty.role in told:
            units.update(below(world, world.tier_head(duty.unit).id))
    return Reach(frozenset(units), frozenset(seats))


def charges_for(person: Person, at: datetime) -> QuerySet[Charge]:
    """The lines that this person may see."""
    if person.organisation_id is None:
        return Charge.objects.none()
    own = Q(person=person)
    sight = sight_of(person, at)
    rows = Charge.objects.filter(organisation=person.organisation_id).exclude(state=Charge.State.WITHDRAWN)
    if sight is None:
        return rows.filter(own)
    others = Q()
    if not sight.everything:
        reach = reach_of(person, world_for(person), at)
        others = Q(unit_id__in=sorted(reach.units)) | Q(seat_id__in=sorted(reach.seats))
    walled = Ticket.objects.filter(
        Q(respondent_person=person) | Q(respondent_unit_id__in=sorted(sight.own), rulebook__source__barrier="unit")
    )
    return rows.filter(own | (others & (Q(ticket=None) | ~Q(ticket__in=walled.values("pk")))))


def keeps_ledger(person: Person, at: datetime) -> bool:
    """Whether they see lines of others: statements and circulars are theirs to make."""
    sight = sight_of(person, at)
    if sight is None:
        return False
    return sight.everything or bool(reach_of(person, world_for(person), at).units)


def statement(person: Person, at: datetime, month: date) -> list[dict[str, Any]]:
    """What was decided in a month, by person and unit: lines, fines, points, losses, disputes."""
    return statement_of(charges_for(person, at), world_for(person), month)


def statement_of(charges: QuerySet[Charge], world: World, month: date) -> list[dict[str, Any]]:
    period = month_of(world, month)
    decided = charges.filter(decided_at__gte=period.start, decided_at__lt=period.end)
    standing = Q(state=Charge.State.APPLIED)
    found = (
        decided.order_by()
        .values("person_id", "unit_id")
        .annotate(
            lines=Count("pk"),
            applied=Count("pk", filter=standing),
            waived=Count("pk", filter=Q(state=Charge.State.WAIVED)),
            revoked=Count("pk", filter=Q(state=Charge.State.REVOKED)),
            fine=Sum("fine", filter=standing),
            points=Sum("points_given", filter=standing),
            loss=Sum("loss", filter=standing),
            disputed=Count("pk", filter=Q(disputed_at__isnull=False)),
        )
    )
    rows: list[dict[str, Any]] = [
        {**row, **{name: row[name] or NOTHING for name in ("fine", "points", "loss")}} for row in found
    ]
    return sorted(rows, key=lambda row: (-row["fine"], -row["points"], row["unit_id"], row["person_id"] or 0))
