"""Where a measure is decided: at the unit concerned, else one tier up, never by the one concerned (P05, PENCLOCK)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tickets.access import BLIND_ROLES
from tickets.core.tells import nearest_with_role
from tickets.core.world import World

LEADING = "management"  # a function of units: whoever serves there decides where a rulebook names no role


def serving(world: World, roles: Collection[str], unit: int) -> tuple[int, ...]:
    """Who holds such a role at exactly this unit."""
    if roles:
        return tuple(dict.fromkeys(person for role in sorted(roles) for person in world.holding(role, unit)))
    if LEADING not in world.units[unit].functions:
        return ()
    return tuple({duty.person for duty in world.duties if duty.unit == unit and duty.role not in BLIND_ROLES})


def seat(world: World, roles: Collection[str], unit: int, barred: Collection[int]) -> int | None:
    """The unit or the nearest above with such a role; None where one concerned holds it there: then it goes up."""
    for place in reversed(world.units[unit].path):
        people = serving(world, roles, place)
        if people:
            return None if set(people) & set(barred) else place
    for role in sorted(roles):
        found = nearest_with_role(role, "", unit, world, barred=frozenset(barred))
        if found is not None:
            return found.id
    return None


def seat_above(world: World, roles: Collection[str], place: int, barred: Collection[int]) -> int | None:
    """The nearest unit above this one where somebody else holds such a role."""
    below = set(serving(world, roles, place))
    for upper in reversed(world.units[place].path[:-1]):
        if set(serving(world, roles, upper)) - set(barred) - below:
            return upper
    head = world.tier_above(place)
    for role in sorted(roles) if head is not None else ():
        found = nearest_with_role(role, "", head.id, world, barred=frozenset(barred)) if head else None
        if found is not None and found.id != place:
            return found.id
    return None


def decides(world: World, person: int, roles: Collection[str], place: int, at: datetime) -> bool:
    """Deputies of the absent included."""
    if roles:
        return world.serves(person, roles, place, at)
    return any(one in serving(world, roles, place) for one in world.selves(person, at))
