"""The set of units whose people see a ticket, written down with its facts (`models.UnitSet`).

It says in one key of the fact's row what `tickets.access.visible` looks up in the ticket and its steps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from tickets.models import Ticket

from .models import StepFact, UnitSet

Units = frozenset[int]
Member = UnitSet.units.through


def units_of(ticket: Ticket, steps: Iterable[StepFact]) -> Units:
    """The units that have, had or received the ticket."""
    known = {ticket.unit_id, ticket.received_unit_id, *(step.unit_id for step in steps)}
    return frozenset(unit for unit in known if unit is not None)


def ids_of(sets: Collection[Units]) -> dict[Units, int]:
    """The id of each set; what is not there yet is added. Writers that meet wait for each other, in one order."""
    keys = {_key(units): units for units in sets}
    known = _known(keys)
    missing = sorted(keys.keys() - known.keys())
    if missing:
        UnitSet.objects.bulk_create([UnitSet(key=key) for key in missing], ignore_conflicts=True)
        known |= _known(missing)
        members = [Member(unitset_id=known[key], unit_id=unit) for key in missing for unit in sorted(keys[key])]
        Member.objects.bulk_create(members, ignore_conflicts=True)
    return {units: known[key] for key, units in keys.items()}


def meeting(units: Iterable[int]) -> QuerySet[Any]:
    """The ids of the sets with at least one of these units, as a subquery."""
    return Member.objects.filter(unit_id__in=sorted(units)).values("unitset_id")


def _known(keys: Iterable[str]) -> dict[str, int]:
    return dict(UnitSet.objects.filter(key__in=list(keys)).values_list("key", "pk"))


def _key(units: Units) -> str:
    return hashlib.sha256(",".join(str(unit) for unit in sorted(units)).encode()).hexdigest()
