"""Gaps in the routing table: which combinations of a rulebook's vocabulary lead nowhere (row O05)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tickets.calendars import china
from tickets.core.world import RouteView, World
from tickets.models import Organisation
from tickets.rulebook.compiled import Ask, Book, HolderSpec, Next

ROUTE = "route"


@dataclass(frozen=True, slots=True)
class Gap:
    """A combination that no row fits. An empty region is a customer whose region isn't known."""

    business_type: str
    complaint_type: str
    region: str
    level: str = ""


def uses_routes(book: Book) -> bool:
    """Whether the rulebook ever asks the routing table."""
    return ROUTE in _words(book)


def route_gaps(organisation: Organisation, book: Book) -> list[Gap]:
    """Every business type × complaint type × region (× customer level) without an open unit.

    An unknown complaint type is a value like any other (ruling ROUTE). Regions are those of the organisation's units.
    """
    if not uses_routes(book):
        return []
    world = _world(organisation)
    regions = sorted(set(organisation.units.open().values_list("region", flat=True)) | {""})
    kinds = product(*(_choices(book, name) for name in ("business_type", "complaint_type", "level")))
    return [
        Gap(business_type, complaint_type, region, level)
        for business_type, complaint_type, level in kinds
        for region in _uncovered(world, book.id, regions, business_type, complaint_type, level)
    ]


def _uncovered(world: World, book: str, regions: list[str], business: str, complaint: str, level: str) -> list[str]:
    facts = {"business_type": business, "complaint_type": complaint, "level": level}
    # What fits an unknown region fits every region: most combinations end here.
    if world.route(book=book, facts={**facts, "region": ""}) is not None:
        return []
    return [region for region in regions if world.route(book=book, facts={**facts, "region": region}) is None]


def _choices(book: Book, name: str) -> list[str]:
    """The values a fact may have; one that the rulebook doesn't know is always empty."""
    field = book.fields.get(name)
    return [str(value) for value in field.choices] if field and field.choices else [""]


def _world(organisation: Organisation) -> World:
    rows = organisation.routes.filter(unit__closed_at=None).order_by("position", "id")
    routes = [
        RouteView(row.book, row.business_type, row.complaint_type, row.region, row.level, row.unit_id) for row in rows
    ]
    return World(units={}, people={}, duties=(), routes=routes, calendar=china())


def _words(book: Book) -> set[str]:
    """Every word that names a holder anywhere in the rulebook."""
    words = {str(row.value) for table in book.tables.values() for row in table.rows if isinstance(row.value, str)}
    words |= {part for table in book.tables.values() for row in table.rows for part in _parts(row.value)}
    for holder in _holders(book):
        words |= set(holder.parts)
    return words


def _parts(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _holders(book: Book) -> Iterator[HolderSpec]:
    yield from (step.at for step in book.steps.values() if step.at)
    for action in book.actions.values():
        yield from (effect.at for effect in action.then if isinstance(effect, Ask | Next) and effect.at)
        if action.approval:
            yield action.approval.at
