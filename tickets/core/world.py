"""The organisation as the core sees it: units, who serves them, routes, calendars. A snapshot, cached by its stamp."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..calendars import Calendar

ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class UnitView:
    id: int
    code: str
    name: str
    tier: str
    path: tuple[int, ...]  # from the root down, itself last
    functions: frozenset[str] = frozenset()
    region: str = ""
    is_open: bool = True
    name_en: str = ""
    email: str = ""

    @property
    def parent(self) -> int | None:
        return self.path[-2] if len(self.path) > 1 else None


@dataclass(frozen=True, slots=True)
class PersonView:
    id: int
    username: str
    name: str
    email: str = ""
    language: str = "zh-hans"
    has_mobile: bool = False


@dataclass(frozen=True, slots=True)
class RobotView:
    """A robot in the chat group of a unit."""

    id: int
    unit: int
    way: str


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """Another system that is told of events at this unit and below."""

    id: int
    unit: int
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class DutyView:
    person: int
    role: str
    unit: int
    subtree: bool


@dataclass(frozen=True, slots=True)
class RouteView:
    book: str
    business_type: str
    complaint_type: str
    region: str
    level: str
    unit: int
    person: int | None = None


@dataclass(frozen=True, slots=True)
class AbsenceView:
    person: int
    deputy: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class GlassView:
    """A ticket that isn't theirs and that they may see until a moment."""

    person: int
    ticket: int
    until: datetime


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What a replay knows of the event that it repeats: who was allowed to act, where the work went (by step kind)."""

    actor: int | None = None
    holders: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass
class World:
    """Everything about an organisation that a decision may need."""

    units: Mapping[int, UnitView]
    people: Mapping[int, PersonView]
    duties: Sequence[DutyView]
    routes: Sequence[RouteView]
    calendar: Calendar
    calendars: Mapping[int, Calendar] = field(default_factory=dict)  # units with hours of their own
    absences: Sequence[AbsenceView] = ()
    robots: Sequence[RobotView] = ()
    subscriptions: Sequence[SubscriptionView] = ()
    glasses: Sequence[GlassView] = ()
    stamp: int = 0
    held: bool = False  # restored and not yet released: every page says so
    on_record: OnRecord = OnRecord()  # empty, but in a replay

    def __post_init__(self) -> None:
        self.by_code = {unit.code: unit for unit in self.units.values()}
        self.by_username = {person.username: person for person in self.people.values()}
        self.children: dict[int | None, list[UnitView]] = defaultdict(list)
        for unit in sorted(self.units.values(), key=lambda u: u.code):
            self.children[unit.parent].append(unit)
        self._by_role: dict[str, list[DutyView]] = defaultdict(list)
        self._by_person: dict[int, list[DutyView]] = defaultdict(list)
        for duty in self.duties:
            self._by_role[duty.role].append(duty)
            self._by_person[duty.person].append(duty)
        self._serving: dict[tuple[frozenset[str], int], tuple[int, ...]] = {}
        self._holding: dict[str, Mapping[int, tuple[int, ...]]] = {}
        self._in_tier: dict[tuple[str, int], tuple[UnitView, ...]] = {}
        self._staffed: dict[frozenset[str], tuple[UnitView, ...]] = {}

    # ── units ──
    def calendar_of(self, unit: int) -> Calendar:
        return self.calendars.get(unit, self.calendar)

    def is_above(self, upper: int, unit: int) -> bool:
        """`upper` is the unit itself or stands above it."""
        return upper in self.units[unit].path

    def robot_of(self, unit: int, way: str) -> RobotView | None:
        """The robot of the unit's chat group, else of the nearest unit above that has one."""
        path = self.units[unit].path if unit in self.units else ()
        own = {robot.unit: robot for robot in self.robots if robot.way == way}
        return next((own[above] for above in reversed(path) if above in own), None)

    def tier_head(self, unit: int) -> UnitView:
        """The unit that heads the tier: the highest one above (or itself) of the same tier."""
        view = self.units[unit]
        head = view
        for above in reversed(view.path):
            if self.units[above].tier != view.tier:
                break
            head = self.units[above]
        return head

    def tier_above(self, unit: int) -> UnitView | None:
        """The head of the tier above the one this unit belongs to."""
        parent = self.tier_head(unit).parent
        return self.tier_head(parent) if parent is not None else None

    def top(self, unit: int) -> UnitView:
        return self.units[self.units[unit].path[0]]

    def home(self, region: str) -> UnitView | None:
        """The province of a customer's region: the unit of a province tier whose code covers it."""
        if not region:
            return None
        provinces = [unit for unit in self.units.values() if unit.region and unit.region[2:] in ("", "0000")]
        heads = [unit for unit in provinces if self.tier_head(unit.id).id == unit.id]
        return next((unit for unit in heads if unit.region[:2] == region[:2]), None)

    def within_tier(self, head: UnitView) -> Iterator[UnitView]:
        """The head and the units below it that are of its own tier, near ones first."""
        layer = [head]
        while layer:
            yield from layer
            layer = [child for unit in layer for child in self.children[unit.id] if child.tier == head.tier]

    # ── people ──
    def duties_of(self, person: int, at: datetime) -> Iterator[DutyView]:
        """A person's duties, and those of the absent whose deputy they are (row O04)."""
        yield from self._by_person.get(person, ())
        for absence in self.absences:
            if absence.deputy == person and absence.starts_at <= at < absence.ends_at:
                yield from self._by_person.get(absence.person, ())

    def reaches(self, duty: DutyView, unit: int) -> bool:
        return duty.unit == unit or (duty.subtree and unit in self.units and self.is_above(duty.unit, unit))

    def serves(self, person: int, roles: Collection[str], unit: int, at: datetime) -> bool:
        """The person holds one of these roles at this unit."""
        if ANYONE in roles:
            return person in self.people
        return any(duty.role in roles and self.reaches(duty, unit) for duty in self.duties_of(person, at))

    def serving(self, roles: frozenset[str], unit: int) -> tuple[int, ...]:
        """Who holds one of these roles at the unit; those of the unit itself before those from above."""
        key = (roles, unit)
        if key not in self._serving:
            duties = [
                duty for role in sorted(roles) for duty in self._by_role.get(role, ()) if self.reaches(duty, unit)
            ]
            duties.sort(key=lambda duty: duty.unit != unit)
            self._serving[key] = tuple(dict.fromkeys(duty.person for duty in duties))
        if ANYONE in roles:
            return tuple(self.people)
        return self._serving[key]

    def staffed(self, roles: frozenset[str]) -> tuple[UnitView, ...]:
        """The open units at which somebody serves in one of these roles, in the order of the tree."""
        if roles not in self._staffed:
            units = [unit for unit in self.units.values() if unit.is_open and self.serving(roles, unit.id)]
            self._staffed[roles] = tuple(sorted(units, key=lambda unit: unit.path))
        return self._staffed[roles]

    def placed(self, roles: frozenset[str], unit: int) -> tuple[int, ...]:
        """Who holds one of these roles at exactly this unit, else whoever serves it: the people to be told."""
        own = [d.person for role in sorted(roles) for d in self._by_role.get(role, ()) if d.unit == unit]
        return tuple(dict.fromkeys(own)) or self.serving(roles, unit)

    def on_duty_at(self, unit: int) -> tuple[int, ...]:
        """Everybody who holds any role at exactly this unit."""
        return tuple(dict.fromkeys(duty.person for duty in self.duties if duty.unit == unit))

    def holding(self, role: str, unit: int) -> tuple[int, ...]:
        """Who holds the role at exactly this unit."""
        return self._at_unit(role).get(unit, ())

    def _at_unit(self, role: str) -> Mapping[int, tuple[int, ...]]:
        if role not in self._holding:
            found: dict[int, list[int]] = defaultdict(list)
            for duty in self._by_role.get(role, ()):
                found[duty.unit].append(duty.person)
            self._holding[role] = {unit: tuple(people) for unit, people in found.items()}
        return self._holding[role]

    def holding_in_tier(self, role: str, head: UnitView) -> tuple[UnitView, ...]:
        """The units of the tier under `head` at which somebody holds the role, near ones first."""
        key = (role, head.id)
        if key not in self._in_tier:
            self._in_tier[key] = tuple(unit for unit in self.within_tier(head) if self.holding(role, unit.id))
        return self._in_tier[key]

    def present(self, person: int | None, at: datetime, barred: Collection[int | None] = ()) -> int | None:
        """The person, or the deputy while they are away (one link: a deputy's deputy is not followed).

        None where that one is barred: then the work is the unit's.
        """
        for absence in self.absences:
            if absence.person == person and absence.starts_at <= at < absence.ends_at:
                person = absence.deputy
                break
        return person if person not in barred else None

    def selves(self, person: int, at: datetime) -> list[int]:
        """The person, and those for whom they stand in now."""
        return [person, *(a.person for a in self.absences if a.deputy == person and a.starts_at <= at < a.ends_at)]

    # ── routes ──
    def route(self, *, book: str, facts: Mapping[str, object]) -> RouteView | None:
        """The first row of the routing table that fits; None is a gap, never guessed (row O05)."""

        def fits(cell: str, value: object) -> bool:
            text = str(value or "")
            return cell == "*" or cell == text or text.startswith(f"{cell}.")

        def fits_region(cell: str, value: object) -> bool:
            text = str(value or "")
            return cell == "*" or text == cell or (bool(cell.rstrip("0")) and text.startswith(cell.rstrip("0")))

        return next(
            (
                route
                for route in self.routes
                if fits(route.book, book)
                and fits(route.business_type, facts.get("business_type"))
                and fits(route.complaint_type, facts.get("complaint_type"))
                and fits_region(route.region, facts.get("region"))
                and fits(route.level, facts.get("level"))
            ),
            None,
        )
