"""Who gets the work (§11.4): a holder's words resolved to a unit, and the gaps named where there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from ..rulebook.compiled import Book, HolderSpec
from .conditions import View, lookup
from .picture import Picture, StepView
from .sentences import Refused, Say, invalid
from .world import UnitView, World

NONE = "none"
PLACES = ("of home", "of above", "of top")
ROUTED_BY = frozenset({"business_type", "complaint_type", "region", "level"})  # columns of the routing table
FUNCTIONS = frozenset(
    {"service", "centre", "remote", "owner", "handler", "assist", "channel", "supervision", "management"}
)


@dataclass(frozen=True, slots=True)
class Holder:
    unit: int
    person: int | None = None


@dataclass(slots=True)
class Search:
    """What a holder is looked for: from where, for which roles, and who is out of the question."""

    book: Book
    world: World
    view: View
    roles: frozenset[str]
    base: int  # the unit from which "nearest" is measured
    barred: frozenset[int] = frozenset()
    chosen: tuple[str, ...] = ()  # unit codes given as `to`
    chosen_may_override: bool = True

    @property
    def picture(self) -> Picture:
        return self.view.picture

    def takes(self, unit: UnitView | None) -> bool:
        """The unit is open and somebody there may do it (laws 4 and 5, four eyes)."""
        if unit is None or not unit.is_open:
            return False
        if self.book.barrier == "unit" and unit.id == self.picture.respondent_unit:
            return False
        return any(person not in self.barred for person in self.world.serving(self.roles, unit.id))


def find(spec: HolderSpec, search: Search) -> Holder | None:
    """The holder; None where the rulebook says `none`. Raises Refused `no_holder` with the gap named, or Invalid."""
    parts = tuple(_unfolded(spec.parts, search))
    for part in parts:
        if part == NONE:
            return None
        holder = _first(part, search, climb=len(parts) == 1)
        if holder is not None:
            return holder
    raise Refused("no_holder", _gap(parts, search))


def find_each(spec: HolderSpec, search: Search) -> list[Holder]:
    """Several side steps at once, where `to` is a list; otherwise one holder. Empty where the rulebook says `none`."""
    if len(search.chosen) > 1 and ("chosen" in spec.parts or "route" in spec.parts):
        return [_chosen(code, search) for code in dict.fromkeys(search.chosen)]
    holder = find(spec, search)
    return [holder] if holder else []


def _unfolded(parts: Collection[str], search: Search, depth: int = 4) -> Iterator[str]:
    """Tables looked up, until only places are left."""
    for part in parts:
        if part in search.book.tables and depth:
            value = lookup(search.book.tables[part], search.view)
            yield from _unfolded(value if isinstance(value, tuple) else (str(value or NONE),), search, depth - 1)
        else:
            yield part


def _first(part: str, search: Search, *, climb: bool) -> Holder | None:
    if part in ("chosen", "route") and search.chosen:
        if len(search.chosen) > 1:
            raise invalid("to", "这里只能选一个单位", "Only one unit can be chosen here")
        return _chosen(search.chosen[0], search)
    if part == "route":
        return _routed(search, climb=climb)
    function, _, place = part.partition(" ")
    if function in FUNCTIONS and part != "channel":
        return _with_function(function, place, search)
    unit = _named(part, search)
    if unit is None:
        return None
    if search.takes(unit):
        return Holder(unit.id)
    return _climbed(unit, search) if climb else None


def _named(part: str, search: Search) -> UnitView | None:
    picture, units = search.picture, search.world.units
    match part:
        case "channel":
            return units.get(picture.received_unit)
        case "holder":
            return units.get(picture.main.unit) if picture.main else None
        case "respondent":
            return units.get(picture.respondent_unit) if picture.respondent_unit is not None else None
        case "previous":
            step = previous_step(picture, search.view.step)
            return units.get(step.unit) if step else None
    return None


def previous_step(picture: Picture, step: StepView | None) -> StepView | None:
    """Whoever the work came from: the main step that closed last before this one."""
    closed = [s for s in picture.steps if not s.side and not s.is_open and (step is None or s.ordinal < step.ordinal)]
    return max(closed, key=lambda s: (s.closed_at, s.ordinal)) if closed else None


def _chosen(code: str, search: Search) -> Holder:
    unit = search.world.by_code.get(code)
    if unit is None or not unit.is_open:
        raise invalid("to", f"没有单位“{code}”", f'There is no unit "{code}"')
    if not search.takes(unit):
        raise invalid("to", f"“{unit.name}”没有可以办理这一环节的人", f'Nobody at "{unit.code}" may do this step')
    return Holder(unit.id)


def _routed(search: Search, *, climb: bool) -> Holder | None:
    route = search.world.route(book=search.book.id, facts=search.picture.facts)
    if route is None:
        return None
    unit = search.world.units[route.unit]
    if search.takes(unit):
        return Holder(unit.id, search.world.present(route.person, search.view.at, search.barred))
    return _climbed(unit, search) if climb else None


def _with_function(function: str, place: str, search: Search) -> Holder | None:
    """The nearest unit with the function in a tier, then tier by tier upwards (law 6)."""
    fitting = nearest_with(search.world, _start(place, search), function, search.takes)
    base = search.world.units[search.base].path
    return Holder(min(fitting, key=lambda unit: _distance(unit.path, base)).id) if fitting else None


def nearest_with(
    world: World, head: UnitView | None, function: str, takes: Callable[[UnitView], bool]
) -> list[UnitView]:
    """The units with the function that take the work, in the tier of `head`, else in the next one up that has any."""
    while head is not None:
        fitting = [unit for unit in world.within_tier(head) if function in unit.functions and takes(unit)]
        if fitting:
            return fitting
        head = world.tier_above(head.id)
    return []


def _start(place: str, search: Search) -> UnitView | None:
    world = search.world
    match place:
        case "of home":
            return world.home(str(search.picture.facts.get("region") or "")) or world.tier_head(search.base)
        case "of above":
            return world.tier_above(search.base)
        case "of top":
            return world.top(search.base)
    return world.tier_head(search.base)


def _distance(path: tuple[int, ...], base: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
    shared = sum(1 for a, b in zip(path, base, strict=False) if a == b)
    return len(base) - shared, len(path), path


def _climbed(unit: UnitView, search: Search) -> Holder | None:
    """No holder here: one up, until one is found (law 6)."""
    above = (search.world.units[id_] for id_ in reversed(unit.path[:-1]))
    return next((Holder(upper.id) for upper in above if search.takes(upper)), None)


def _gap(parts: tuple[str, ...], search: Search) -> Say:
    if "route" in parts:
        facts = search.picture.facts

        def word(name: str, language: str) -> str:
            value = str(facts.get(name) or "-")
            field = search.book.fields.get(name)
            return field.choices[value].say(language) if field and value in field.choices else value

        def cells(language: str) -> str:
            return " × ".join(word(name, language) for name in ("business_type", "complaint_type", "region"))

        return Say(f"路由表缺：{cells('zh')}", f"The routing table has no row for {cells('en')}")
    if parts == ("chosen",):
        return Say("要选接收单位", "Choose the receiving unit")
    wanted = "、".join(parts)
    roles = "、".join(search.book.roles[role].zh for role in sorted(search.roles) if role in search.book.roles)
    roles_en = ", ".join(sorted(search.roles))
    return Say(f"找不到承办单位：{wanted}（{roles}）", f"No holder found: {', '.join(parts)} ({roles_en})")
