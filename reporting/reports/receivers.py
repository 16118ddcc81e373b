"""Who gets a report, and who may set one up. Nobody gets a figure over more than their own tickets."""

from __future__ import annotations

from datetime import datetime

from reporting.access import Viewer
from reporting.models import ReportCopy, ReportSchedule
from tickets.access import below
from tickets.core.world import World
from tickets.models import Person


def covers(viewer: Viewer, unit: int) -> bool:
    """Whether the viewer sees the work of the unit and of everything below it."""
    sight = viewer.sight
    return sight is not None and (sight.everything or sight.units.issuperset(below(viewer.world, unit)))


def receivers_of(schedule: ReportSchedule, world: World, at: datetime) -> list[Person]:
    """The people named and those who hold a role that is named; deputies for those who are away (row O04)."""
    named = set(schedule.people.values_list("pk", flat=True))
    if schedule.roles:
        named.update(world.serving(frozenset(schedule.roles), schedule.unit_id))
        named.update(_below(schedule, world))
    present = {one for person in named if (one := world.present(person, at)) is not None}
    return list(Person.objects.filter(pk__in=present, is_active=True).order_by("pk"))


def _below(schedule: ReportSchedule, world: World) -> set[int]:
    """Holders of the roles inside the unit: in a small house the officer sits in an office below the root."""
    return {
        person
        for unit in below(world, schedule.unit_id)
        for role in schedule.roles
        for person in world.holding(role, unit)
    }


def copy_for(viewer: Viewer, run_id: int) -> ReportCopy | None:
    """The copy of a run that this person may read: their own, else the authority's where they see all of its unit."""
    copies = ReportCopy.objects.select_related("run__schedule__unit").filter(run=run_id)
    assert viewer.person is not None  # noqa: S101  the house itself reads no page
    own = copies.filter(person=viewer.person).first()
    if own is not None:
        return own
    filed = copies.filter(person=None, run__schedule__organisation=viewer.person.organisation_id).first()
    return filed if filed is not None and covers(viewer, filed.run.schedule.unit_id) else None
