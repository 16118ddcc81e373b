"""Whether an organisation can run a rulebook: a holder for every step, an approver for every approval (§11.10).

The proof of a rulebook knows no organisation; this looks at one. It names what would be refused with `no_holder` or
would lie where nobody may act, before a customer waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .core.holders import FUNCTIONS, nearest_with
from .core.world import ANYONE, UnitView, World
from .models import Organisation
from .organisations import world_of
from .routing import route_gaps
from .rulebook.compiled import Ask, Book, Effect, HolderSpec, Next

CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A place of the rulebook that this organisation leaves empty."""

    place: str  # as the proof writes it: "steps.review", "actions.overrun.approval"
    reason: str
    reason_zh: str


@dataclass(frozen=True, slots=True)
class Demand:
    """Work that needs a holder: the words that name one, in turn, and the roles of which one must be held there."""

    place: str
    words: tuple[str, ...]
    roles: frozenset[str]


def vacancies(organisation: Organisation, book: Book) -> list[Vacancy]:
    """All that the organisation lacks for this rulebook; empty when every ticket will find its holders."""
    world = world_of(organisation.pk)
    found = [*_roles_nobody_holds(book, world), *_sole_approvers(book, world)]
    for demand in _demands(book):
        found += _units_without(demand, world)
    gaps = route_gaps(organisation, book)
    if gaps:
        found.append(
            Vacancy(
                "routes",
                f"{len(gaps)} combinations lead nowhere (manage.py routes --gaps lists them)",
                f"路由表缺 {len(gaps)} 种组合（manage.py routes --gaps 逐条列出）",
            )
        )
    return list(dict.fromkeys(found))


def _roles_nobody_holds(book: Book, world: World) -> Iterator[Vacancy]:
    for place, roles in _duties(book):
        if not _holders(world, roles):
            names = ", ".join(sorted(roles))
            titles = "、".join(book.roles[role].zh for role in sorted(roles) if role in book.roles)
            yield Vacancy(place, f"nobody holds {names}", f"没有人任{titles}")


def _duties(book: Book) -> Iterator[tuple[str, frozenset[str]]]:
    yield from ((f"steps.{kind}", step.by) for kind, step in book.steps.items())
    for name, action in book.actions.items():
        if action.by:
            yield f"actions.{name}", action.by
        if action.approval:
            yield f"actions.{name}.approval", action.approval.by


def _sole_approvers(book: Book, world: World) -> Iterator[Vacancy]:
    """Nobody approves their own request (law 5): one person alone who may also ask is one too few."""
    for name, action in book.actions.items():
        if action.approval is None:
            continue
        approvers = _holders(world, action.approval.by)
        asking = _holders(world, action.by or frozenset().union(*(book.steps[s].by for s in action.from_steps)))
        if len(approvers) == 1 and approvers <= asking:
            who = world.people[next(iter(approvers))]
            yield Vacancy(
                f"actions.{name}.approval",
                f"only {who.username} may approve, and may not approve their own request",
                f"只有{who.name}一人可以审批，而本人的申请不能自己批",
            )


def _holders(world: World, roles: frozenset[str]) -> set[int]:
    if ANYONE in roles:
        return set(world.people)
    return {duty.person for duty in world.duties if duty.role in roles}


# ── units ──
def _demands(book: Book) -> Iterator[Demand]:
    for kind, step in book.steps.items():
        if step.at:
            yield from _demand(book, f"steps.{kind}", step.at, step.by)
    for name, action in book.actions.items():
        yield from _of_effects(book, f"actions.{name}", action.then)
        if action.approval:
            yield from _demand(book, f"actions.{name}.approval", action.approval.at, action.approval.by)
    for name, chain in book.alarms.items():
        for moment in chain.moments:
            yield from _of_effects(book, f"alarms.{name}", moment.then)


def _of_effects(book: Book, place: str, effects: tuple[Effect, ...]) -> Iterator[Demand]:
    for effect in effects:
        if isinstance(effect, Ask | Next) and effect.at:
            yield from _demand(book, place, effect.at, book.steps[effect.step].by)


def _demand(book: Book, place: str, spec: HolderSpec, roles: frozenset[str]) -> Iterator[Demand]:
    """A demand for each list of fallbacks that the holder may come to be: each row of a table is one."""
    tables = [book.tables[part] for part in spec.parts if part in book.tables]
    if not tables:
        yield Demand(place, spec.parts, roles)
    for table in tables:
        for row in table.rows:
            parts = row.value if isinstance(row.value, tuple) else (str(row.value),)
            yield from _demand(book, place, HolderSpec(parts), roles)


def _units_without(demand: Demand, world: World) -> Iterator[Vacancy]:
    """The tiers from which no unit with the function can be reached, however far one climbs (law 6)."""
    words = [(word.partition(" ")[0], word.partition(" ")[2]) for word in demand.words]
    if any(function not in FUNCTIONS or function == CHANNEL for function, _ in words):
        return  # the routing table, a person's choice or the ticket itself names the unit
    for head in _heads(world):
        if not any(_reaches(world, _start(world, head, place), function, demand.roles) for function, place in words):
            wanted, roles = " / ".join(demand.words), ", ".join(sorted(demand.roles))
            yield Vacancy(
                demand.place,
                f'no unit with function "{wanted}" and somebody of {roles} from {head.code} upwards',
                f"从“{head.name}”往上，没有职能为“{wanted}”且有人可以办理的单位",
            )


def _heads(world: World) -> list[UnitView]:
    """The heads of the tiers in which complaints are received: from there the work sets out."""
    receiving = [unit for unit in world.units.values() if unit.is_open and CHANNEL in unit.functions]
    heads = {world.tier_head(unit.id).id: world.tier_head(unit.id) for unit in receiving}
    return sorted(heads.values(), key=lambda head: head.code)


def _start(world: World, head: UnitView, place: str) -> UnitView | None:
    """Where the search of "of top", "of above" and "of home" begins when the work lies in this tier."""
    match place:
        case "of top":
            return world.top(head.id)
        case "of above":
            return world.tier_above(head.id) or head
        case "of home":
            return world.home(head.region) or head
    return head


def _reaches(world: World, head: UnitView | None, function: str, roles: frozenset[str]) -> bool:
    return bool(nearest_with(world, head, function, lambda unit: unit.is_open and bool(world.serving(roles, unit.id))))
